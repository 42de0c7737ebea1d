"""Files as meters, utilities and spreadsheets write them, and a park that they may belong to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Final

from xlsxwriter import Workbook

from taihang.core.metering.import_draft import KnownPoint, PlaceFacts

START: Final = datetime(2025, 1, 1)  # noqa: DTZ001 - the clock on the wall of a meter
NOW_S: Final = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())
PLACE: Final = PlaceFacts(zone="Asia/Shanghai", longitude_deg=113.1, now_s=NOW_S)


def point(
    name: str, node: str, *names: str, measures: str = "consumption", **more: object
) -> KnownPoint:
    """A meter of electricity with a 10 kV transformer."""
    known: dict[str, object] = {
        "id": name,
        "names": (node, *names),
        "measures": measures,
        "kind": "meter",
        "unit": "Wh",
        "scale": "3000",
        "modulus": 10**9,
        "multiplier": 3000,
        "max_kw": 2000.0,
        **more,
    }
    return KnownPoint(**known)  # pyright: ignore[reportArgumentType] - by name


POINTS: Final = (
    point("M-E01", "E01", "示例企业01", "Demo enterprise 01"),
    point("M-E02", "E02", "示例企业02", "Demo enterprise 02"),
    point("M-E11", "E11", "示例企业11", "Demo enterprise 11"),
    point("M-PV01", "PV01", "一号屋顶光伏", "Roof PV 1", measures="generation", is_solar=True),
    point(
        "M-G1-IMP", "G1", "园区变", "Park substation", measures="import", multiplier=1, scale="100"
    ),
    point(
        "M-G1-EXP", "G1", "园区变", "Park substation", measures="export", multiplier=1, scale="100"
    ),
    KnownPoint(id="SPOT", names=(), measures="", kind="series", unit="CNY/MWh", scale="0.01"),
    KnownPoint(
        id="N-E01",
        names=("E01-gas",),
        measures="",
        kind="medium",
        unit="L",
        scale="100",
        modulus=10**9,
    ),
)


def wall(n: int, form: str = "%Y-%m-%d %H:%M", *, step_min: int = 15) -> str:
    """The n-th quarter hour as a text."""
    return f"{START + timedelta(minutes=step_min * n):{form}}"


def table(head: str, rows: Sequence[str]) -> str:
    """A text table."""
    return "\n".join([head, *rows]) + "\n"


def folder_of(path: Path, **files: str | bytes) -> Path:
    """Write files into a folder of their own; in names __ stands for the dot."""
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (path / name.replace("__", ".")).write_bytes(data)
    return path


def book(
    rows: Sequence[Sequence[object]], *, sheet: str = "负荷", number_format: str = "yyyy/m/d h:mm"
) -> bytes:
    """A workbook as a spreadsheet writes it; instants are shown by a format."""
    data = BytesIO()
    with Workbook(data, {"in_memory": True}) as workbook:
        page = workbook.add_worksheet(sheet)  # pyright: ignore[reportUnknownMemberType]
        form = workbook.add_format({"num_format": number_format})  # pyright: ignore[reportUnknownMemberType]
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, datetime):
                    page.write_datetime(at, place, value, form)
                elif isinstance(value, int | float):
                    # A number alone is shown by the format; beside others it is a plain one.
                    page.write_number(at, place, value, form if len(rows) == 1 else None)
                elif value is not None:
                    page.write_string(at, place, str(value))
    return data.getvalue()
