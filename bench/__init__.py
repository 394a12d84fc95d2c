"""Benchmarks: the product's real path from a clean state, each with its method beside it."""
