"""Decisions about people on plain values: no database, no clock, no request."""
