"""What was read: readings, their quality, and the way from registers to interval energy."""
