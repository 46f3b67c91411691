"""From records to docutils nodes; no directive is known here."""
