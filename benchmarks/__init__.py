"""Benchmarks of what is claimed about speed: ratios, measured side by side in one run."""
