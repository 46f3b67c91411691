"""The records, the conditions between them, and the ways to query them."""
