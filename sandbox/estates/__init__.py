"""Whole estates put straight into an account: the benchmark's and the demo's, the same for the same seed."""
