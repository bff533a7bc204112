"""Figures, frozen days, briefings. Reads all ledgers, writes none of them. 报表"""
