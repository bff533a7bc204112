"""Played stories, through the real doors, only on a register marked demo."""
