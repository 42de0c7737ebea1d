"""The register of record as a Django app."""
