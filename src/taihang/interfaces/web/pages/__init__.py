"""The pages, a folder each: what it asks, what it builds, how it is shown."""
