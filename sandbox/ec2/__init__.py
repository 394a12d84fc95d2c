"""What EC2 does with listings and moto does not: pages, filters, tags found by an index."""
