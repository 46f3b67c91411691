"""What sources other than the vendor's port page state, and of which release.

Nothing here changes an answer: statements stand beside it.
"""
