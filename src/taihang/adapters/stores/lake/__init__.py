"""The lake: hot rows in memory, sealed Parquet, roll-ups, and derived tables by month."""

from taihang.adapters.stores.lake.errors import DamagedLakeError, LakeWriteError
from taihang.adapters.stores.lake.months import TABLES
from taihang.adapters.stores.lake.store import Lake

__all__ = ["TABLES", "DamagedLakeError", "Lake", "LakeWriteError"]
