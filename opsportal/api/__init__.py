"""The REST API: the same deeds as the portal's, for programs."""
