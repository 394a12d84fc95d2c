"""Attacks on policies, sweeps and findings; each test that fails shows a bug."""
