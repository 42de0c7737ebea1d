"""The register of record, table by table, as Django's admin lists it: read only, for the park."""
