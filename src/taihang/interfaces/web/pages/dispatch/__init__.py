"""The page of storage and dispatch: what will be done in the next 24 hours, and why."""
