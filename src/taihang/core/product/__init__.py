"""Product footprints: what a process emits, and how its products bear it."""
