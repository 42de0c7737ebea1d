"""The outside world, one thing, one file."""
