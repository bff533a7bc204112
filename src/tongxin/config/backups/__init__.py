"""Backup and restore: an encrypted container, the tables inside it, and the two acts of the operator."""
