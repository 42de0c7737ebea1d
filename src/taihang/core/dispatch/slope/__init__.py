"""The exact dynamic programme of one store behind one node."""
