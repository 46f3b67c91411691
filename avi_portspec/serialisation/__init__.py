"""Reading and writing editions: TOML, JSON, and the schema of both."""
