"""Admission of projects under total-quantity control: limits, replacement, decisions."""
