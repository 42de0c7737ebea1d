"""The tables of the park file that the pages change, in the order in which they are read."""

from collections.abc import Mapping
from typing import Final

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "place": ("park", "accounting"),
    "assets": ("enterprises", "plants", "stations", "batteries"),
    "network": ("grids", "feeders", "dedicated_lines"),
    "metering": (
        "meters",
        "media_meters",
        "reactive_meters",
        "gateways",
        "series",
        "plant_sensors",
    ),
    "contracts": ("grid_tariffs", "green_supplies", "billing", "matching_rules", "parties"),
    "rules": ("validation", "estimation", "alarms", "witnesses", "log"),
}
"""Every table by the part of the page that shows it."""
PARK_GROUPS: Final = ("place", "assets", "network", "rules")
"""Those that the page of the park shows itself."""
KINDS: Final = tuple(kind for group in GROUPS.values() for kind in group)
ONCE: Final = frozenset(
    ("park", "accounting", "billing", "validation", "estimation", "alarms", "log")
)
"""Tables that stand once; all others hold objects by id."""
FIXED: Final = frozenset((("park", "id"), ("park", "time_zone")))
"""Keys that stay: the log bears the id of the park, and past days were cut by its zone."""
SHOWN_ON: Final[Mapping[str, str]] = {"metering": "gateways", "contracts": "prices"}
"""Which page shows a group, by the end of its name; the page of the park shows all others."""
TERMS: Final[Mapping[str, str]] = {
    "enterprises": "enterprise",
    "plants": "plant",
    "stations": "charging-station",
    "batteries": "battery",
    "grids": "grid-connection",
    "feeders": "feeder",
    "dedicated_lines": "dedicated-line-and-transformer",
    "meters": "meter",
    "gateways": "gateway",
    "matching_rules": "matching-rule",
}
"""What the glossary says of a table."""
EDIT: Final = "park-edit"
"""What a change of the park file is called in the audit trail."""


def page_of(kind: str) -> str:
    """Return which page shows a table: ``park``, ``gateways`` or ``prices``.

    Example:
        >>> page_of("meters"), page_of("plants")
        ('gateways', 'park')
    """
    group = next(code for code, kinds in GROUPS.items() if kind in kinds)
    return SHOWN_ON.get(group, "park")


def subject_of(kind: str, object_id: str) -> str:
    """Return what a change is made to, as the trail writes it.

    Example:
        >>> subject_of("enterprises", "E01"), subject_of("park", "")
        ('enterprises.E01', 'park')
    """
    return f"{kind}.{object_id}" if object_id else kind
