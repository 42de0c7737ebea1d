"""A certificate that anybody may look at."""
