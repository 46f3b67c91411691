"""An answer, written for people, machines and change boards."""
