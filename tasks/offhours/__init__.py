"""What runs only in its hours: which instances and databases are stopped outside of them, and started again."""
