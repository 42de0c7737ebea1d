"""Taihang (太行): the open operating platform of a green-power industrial park."""

__version__ = "0.1.0"
