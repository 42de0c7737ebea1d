"""Emissions: activity data times dated factors, by scope, for enterprise and park."""
