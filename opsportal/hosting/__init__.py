"""The processes of one host, and the demo that is made of them."""
