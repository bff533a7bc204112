"""Restrictions with ground, end and appeal; tracing, isolation and passage later. 管控"""
