"""Firewall rules for one site, never wider than the data."""
