"""Persons, households, residency, codes, messages and calls. 底册"""
