"""The park of roofs with feeders and a grid connection, so that flows can be drilled into."""

from pathlib import Path
from typing import Final

import roof_park
import small_park
from small_park import meter

FEEDERS: Final = """[feeders.F1]
name_zh = "东区"
name_en = "East"
grid = "G1"
transformer_kva = 6300
members = ["E01", "PV01", "PV02", "B1", "CS1"]
[feeders.F2]
name_zh = "西区"
name_en = "West"
grid = "G1"
transformer_kva = 6300
members = ["E02", "PV03", "PV04", "PV05", "W01"]
"""


def make(root: Path) -> Path:
    """Make the park, fill it and settle it."""
    text = roof_park.text().replace("[gateways]", f"{FEEDERS}[gateways]")
    small_park.make(root, text)
    with small_park.opened(root) as ports:
        roof_park.fill(ports)
    return root


def metered(root: Path) -> Path:
    """Make the same with meters at the connection, which nothing has been read of."""
    text = roof_park.text().replace("[gateways]", f"{FEEDERS}[gateways]")
    grid = meter("M-IMP", "G1", "import") + meter("M-EXP", "G1", "export")
    text = text.replace('"M-CS1"]', '"M-CS1", "M-IMP", "M-EXP"]').replace(
        meter("M-CS1", "CS1", "consumption"), meter("M-CS1", "CS1", "consumption") + grid
    )
    small_park.make(root, text)
    with small_park.opened(root) as ports:
        roof_park.fill(ports)
    return root
