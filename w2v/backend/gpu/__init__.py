"""CuPy and CUDA: what an NVIDIA GPU does faster than plain array code."""
