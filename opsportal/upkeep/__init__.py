"""Keeps the rows: migrations, retention, backup and restore."""
