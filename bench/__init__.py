"""Timings, apart from the tests: `make bench` prints each figure beside its target."""
