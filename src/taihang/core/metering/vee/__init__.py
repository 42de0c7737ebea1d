"""Validation and quality of readings: small rules, each with an id of its own."""
