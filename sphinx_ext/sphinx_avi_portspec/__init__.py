"""Port tables in Sphinx documentation, always current."""
