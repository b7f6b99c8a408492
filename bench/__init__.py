"""Benchmarks: ratios in one run on one machine, each against a baseline that it contains. `python -m bench [NAME …]`."""
