"""What stands before every page: where a request comes from, who is behind it, which headers it gets."""
