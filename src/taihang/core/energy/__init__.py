"""Energy of all media: what came in, what became of it, what it is in standard coal."""
