"""One published text, one file; its dated values lie in ``tables/``."""
