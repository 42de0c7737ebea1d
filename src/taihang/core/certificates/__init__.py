"""Lots of green energy in integer watt-hours."""
