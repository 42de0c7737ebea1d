"""The sun and the clear sky over a place, to the same last bit on every machine."""
