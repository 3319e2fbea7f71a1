"""Speed against peers and against written-out code, and how many faults are found; `python -m benchmarks`."""
