"""The story of any figure: what stands behind it, one level at a time."""
