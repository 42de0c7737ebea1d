"""The interface for machines, ``/api/v1``: the same figures as the pages, by the same rights."""
