"""Measures every budget of the house as a ratio in one run (性能基准): ``python -m bench``."""
