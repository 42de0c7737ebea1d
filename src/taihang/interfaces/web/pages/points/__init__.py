"""A measured point through a year."""
