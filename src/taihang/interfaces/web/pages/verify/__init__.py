"""A proof file is verified in the browser of whoever holds it."""
