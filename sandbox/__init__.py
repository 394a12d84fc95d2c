"""A simulated AWS account that speaks the wire protocol on a local port."""
