"""The AWS Price List API, from a table of prices."""
