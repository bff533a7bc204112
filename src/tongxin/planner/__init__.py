"""Plain functions for pools, lanes and queues. No Django."""
