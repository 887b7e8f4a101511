"""Benchmarks: programs that measure a ratio side by side in one run. No test measures time."""
