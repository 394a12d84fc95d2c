"""Listings of other services where moto's answers differ from AWS's: pages, dates, filters."""
