"""A simulated AWS account that speaks the wire protocol on a local port."""

import gc

gc.set_threshold(50_000, 20, 50)  # Python's 700, 10, 10 make a quarter of a start collections
