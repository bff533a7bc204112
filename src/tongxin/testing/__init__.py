"""Rounds, expected lists, lanes, tubes, samples, results. 核酸"""
