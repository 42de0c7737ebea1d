"""Journal files and the lake."""
