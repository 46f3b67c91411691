"""Which record accounts for which fragment of the page, by hash alone."""
