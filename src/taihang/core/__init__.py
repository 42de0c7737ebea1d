"""The pure rules, in the order of the flow: no I/O, no clock, no randomness, no framework."""
