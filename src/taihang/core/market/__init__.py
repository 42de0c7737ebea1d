"""Tariffs, bills and settlement."""
