"""What happened in each interval: source, grid, load, storage, losses, and green matching."""
