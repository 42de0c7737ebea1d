"""Alarms: what needs a person now, derived from records, and what people decided of it."""
