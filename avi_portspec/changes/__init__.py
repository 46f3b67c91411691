"""What changes between two editions, and what an upgrade has to do."""
