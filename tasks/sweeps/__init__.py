"""What sweeps and their checks share: what is read of a kind of resource, what it costs, and how a finding is told."""
