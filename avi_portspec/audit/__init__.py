"""The rules that exist, compared with what is needed."""
