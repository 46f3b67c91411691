"""The fragments of the vendor's page, by hash, and the records of each."""
