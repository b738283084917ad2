"""What stands in for CuPy, found first on the path where a test puts this folder there."""
