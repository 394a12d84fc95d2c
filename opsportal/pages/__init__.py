"""The pages of the portal that are not unfold's own lists and forms."""
