"""What one who sees a part of a park may learn through each port: one rule for every member.

Whatever has no rule here has no way to be seen: a test compares these tables with the protocols of
``ports.py`` and the fields of the park, and fails for a member that stands in only one of them.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from taihang.core.errors import InputError
from taihang.services.ports import Ports


class PartOfParkError(InputError):
    """A figure of the whole park, or of others, is asked for through a view of a part of it."""

    code = "input.part-of-park"

    def __init__(self, asked: str) -> None:
        super().__init__(
            given=f"{asked}, asked for through a view of some enterprises of the park",
            expected="a question about one's own enterprise",
            remedy="ask for your own enterprise; a figure of the whole park is for its own staff",
        )


def demand_whole(ports: Ports, asked: str) -> None:
    """Refuse to work a figure of the whole park out of a part of it.

    Args:
        ports: The outside world.
        asked: The figure, in words.

    Raises:
        PartOfParkError: If the ports show a part only.
    """
    if not ports.scope.is_whole:
        raise PartOfParkError(asked)


class Seen(StrEnum):
    """What a view of a part of a park lets through."""

    SHARED = "shared"
    """The same for everybody: it says nothing of any enterprise."""
    OWN = "own"
    """What is of one's own enterprises; all else is as if it were not there."""
    PARTNERS = "partners"
    """Plants, lines and contracts that supply one's own, without whom else they supply."""
    ABSENT = "absent"
    """As in a park that has nothing of the kind."""
    CLOSED = "closed"
    """Asking is refused: ``PartOfParkError``."""


_SHARED, _OWN, _ABSENT, _CLOSED = Seen.SHARED, Seen.OWN, Seen.ABSENT, Seen.CLOSED

PARK_RULES: Final[Mapping[str, Seen]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "id", "name_zh", "name_en", "time_zone", "province", "latitude_deg",
                "longitude_deg", "accounting", "matching_rules", "billing", "witnesses", "log",
                "validation", "estimation", "energy_values", "certificate_market", "certificates",
                "quota_rules", "product_quotas", "scores", "alarms",
            ),
            _SHARED,
        ),
        **dict.fromkeys(
            ("enterprises", "meters", "media_meters", "reactive_meters", "gateways", "quotas",
             "heat_networks", "carbon"),
            _OWN,
        ),
        **dict.fromkeys(
            ("plants", "dedicated_lines", "green_supplies", "grid_tariffs", "series"),
            Seen.PARTNERS,
        ),
        **dict.fromkeys(
            (
                "grids", "stations", "batteries", "feeders", "parties", "zero_carbon", "peak",
                "admission", "limits", "closed_units", "score_measures", "direct_connection",
                "heat_reference", "asset_company", "asset_costs", "other_incomes",
                "market_positions", "plant_sensors",
            ),
            _ABSENT,
        ),
    }
)  # fmt: skip
"""By field of ``Park``."""

PORTS_RULES: Final[Mapping[str, Seen]] = MappingProxyType(
    {
        "park": _OWN,
        "park_sha256": _SHARED,
        "facts": _OWN,
        "clock": _SHARED,
        "keys": _CLOSED,
        "verify": _SHARED,
        "journal": _OWN,
        "lake": _OWN,
        "scratch_lake": _CLOSED,
        "published": _OWN,
        "ask_witness": _CLOSED,
        "registry": _OWN,
        "quarantine": _CLOSED,
        "evidence": _OWN,
        "reports": _OWN,
        "trail": _OWN,
        "solve": _SHARED,
        "uniform_numbers": _SHARED,
        "read_park": _SHARED,
        "log_origin": _SHARED,
        "version": _SHARED,
        "scope": _OWN,
        "counter": _OWN,
    }
)
"""By field of ``Ports``."""

METHOD_RULES: Final[Mapping[str, Mapping[str, Seen]]] = MappingProxyType(
    {
        "Keys": dict.fromkeys(("signing_key", "holds", "salts", "commit"), _CLOSED),
        "Journal": {
            # Numbers and hashes of records, which strangers may read where the log is published.
            **dict.fromkeys(
                ("size", "tree", "checkpoint_note", "checkpoint_notes", "received_at_s", "size_at"),
                _SHARED,
            ),
            "refresh": _SHARED,
            # Who signed for a statement of one's own, and which copies of a report were set.
            "record": _OWN,
            **dict.fromkeys(("load", "append", "records", "scan", "scan_checkpoints"), _CLOSED),
        },
        "PublishedLog": {
            **dict.fromkeys(("latest", "first_above", "notes", "damage", "public_file"), _SHARED),
            **dict.fromkeys(("alone", "write_tiles", "append", "show"), _CLOSED),
        },
        "Lake": {
            **dict.fromkeys(
                ("batches", "read", "keys", "rollups", "arrived", "last", "totals"), _OWN
            ),
            **dict.fromkeys(
                (
                    "n_hot", "insert", "seal", "flush", "compact", "clear", "take_over", "discard",
                    "add", "replace", "keep", "kept", "amend", "count", "damaged_files",
                    "state_hash",
                ),
                _CLOSED,
            ),
        },
        "CertificateLedger": {
            **dict.fromkeys(
                (
                    "issues", "certificates", "certificates_of", "totals", "acts", "act",
                    "acts_named", "act_roll",
                ),
                _OWN,
            ),
            "steady": _SHARED,
            **dict.fromkeys(("sheets", "owed_wh"), _ABSENT),
            **dict.fromkeys(("apply", "sheet"), _CLOSED),
        },
        "Registry": {
            "certificates": _OWN,
            **dict.fromkeys(("log_keys", "settlements"), _SHARED),
            **dict.fromkeys(
                (
                    "roll", "activity_records", "activity_lines", "activity_roll",
                    "evidence_files", "statement", "statements", "periods_of",
                    "latest_statements", "logged",
                ),
                _OWN,
            ),
            **dict.fromkeys(
                ("gateway_keys", "fact_editions", "door_tokens", "park_hashes",
                 "park_versions"),
                _ABSENT,
            ),
            **dict.fromkeys(
                (
                    "enrol_gateway", "put_gateway_keys", "add_log_key", "add_logged",
                    "add_fact_edition", "add_activity", "add_door_token", "drop_door_tokens",
                    "park_version", "record_settlement", "add_statements", "add_if_none_came",
                    "damaged_statements", "damaged_activity",
                ),
                _CLOSED,
            ),
        },
        "Quarantine": dict.fromkeys(("keep", "names", "read"), _CLOSED),
        "EvidenceStore": {"keep": _CLOSED, "hashes": _OWN, "read": _OWN},
        "ReportStore": {"keep": _CLOSED, "names": _OWN, "read": _OWN},
        "Trail": {
            **dict.fromkeys(("find", "entries", "latest"), _OWN),
            **dict.fromkeys(("head", "root"), _SHARED),
            **dict.fromkeys(("append", "scan"), _CLOSED),
        },
        "Counter": dict.fromkeys(("prove", "standing", "sums"), _OWN),
    }
)  # fmt: skip
"""By method of each port that can say something of an enterprise."""

STATEMENT_KINDS: Final = frozenset(
    (
        "energy", "standard-coal", "scope2-location", "scope2-market", "scope2-physical",
        "bill", "bill-what-if", "bill-correction", "payments", "payments-what-if",
        "tariff-options", "tariff-options-what-if", "energy-account", "inventory", "dual-control",
        "quota", "cfe", "report",
    )
)  # fmt: skip
"""Kinds of statements about one enterprise that speak of it alone.

``waste-heat`` is none of them: it names what each neighbour received."""
PRODUCT_KINDS: Final = frozenset(("product-footprint", "cbam", "cfe"))
"""Kinds of statements about a product of one's own."""
