"""The page Market: what the park offers, and who earned and paid what."""
