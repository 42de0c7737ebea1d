"""The register of record as a Django app: park, enterprises, assets, meters, contracts, statements.

Django models may only be imported when Django is set up; ``wiring`` does that first.
"""
