"""Tongxin (同心): community epidemic-control system for grids, testing rounds and ledgers."""

__version__ = "0.1.0"
