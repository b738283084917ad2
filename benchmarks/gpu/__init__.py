"""The GPU engine on one card: ``python -m benchmarks gpu``, or ``make gpu-check``."""
