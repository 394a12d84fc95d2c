"""Runs seen live: hints, the hub that follows them, and the stream a browser reads."""
