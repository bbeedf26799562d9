"""Measurements of this package beside PyTorch on the same machine: ``python -m benchmarks``."""
