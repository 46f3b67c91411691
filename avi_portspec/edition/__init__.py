"""An edition that answers questions, and how one is loaded."""
