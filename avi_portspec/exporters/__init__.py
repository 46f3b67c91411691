"""An answer, written for whoever needs it: people, machines, a change board."""
