"""The command line: opsportal from a terminal, by its REST API. It imports nothing of the rest, nor Django."""
