"""The benchmarks are a folder beside the sources and no installed package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
