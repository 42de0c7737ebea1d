"""Sizing by decomposition: cuts from an exact storage programme, and mixtures of its plans."""
