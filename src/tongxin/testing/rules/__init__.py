"""Decisions of testing on plain values."""
