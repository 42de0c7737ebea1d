"""Green power: whose energy went to whom, certificates, ratios, hours; proved, and counted once."""
