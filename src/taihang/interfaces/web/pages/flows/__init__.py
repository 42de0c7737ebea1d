"""Where each kilowatt-hour comes from and goes: power of a moment, energy of a stretch."""
