"""How fast and how good it is: `python -m benchmarks NAME`."""
