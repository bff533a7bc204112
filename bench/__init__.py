"""Measurements, beside their limits and in the same run. Nothing of the product imports this."""
