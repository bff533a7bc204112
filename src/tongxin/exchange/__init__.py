"""Doors for machines: phone sync, files in and out. 交换"""
