"""What a clean-up chooses, marks, and deletes: never more than its caps, and only what was read twice just before."""
