"""The page Carbon: how much was emitted, by which rule, and what is not known."""
