"""One enterprise: what it can do this month, and what that is worth."""
