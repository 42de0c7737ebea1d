"""Substitution: what stands in for missing intervals, flagged for ever and never certified."""
