"""The sealed batch and the proof file: exact bytes that a stranger can check."""
