"""Which tables of the register are shown, and what of each row.

All of them are record: rows that were only ever added, or mirrors of the park file. Nothing here is
changed; whoever changes something does it where it has its reason.
"""

from dataclasses import dataclass
from typing import Final

UNSHOWN: Final = frozenset(("packed",))
"""Bytes that are no text."""
TEXTS: Final = frozenset(("document", "text", "terms", "moved"))
"""Long texts: shown with their row, not in the list."""
INSTANTS: Final = "_s"
"""How a column of seconds since 1970 ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One table, as it is shown; its name is the text ``records.table.<model>``."""

    model: str
    """Name of the model, in small letters."""
    columns: tuple[str, ...]
    """Columns of the list; the first leads to the row."""
    search: tuple[str, ...] = ()
    """Columns that are searched; one with a ``^`` from its first sign on."""
    filters: tuple[str, ...] = ()
    order: tuple[str, ...] = ()


REGISTERS: Final = (
    Register(
        model="statement",
        columns=("id", "kind", "subject", "period", "version", "issued_at_s", "sha256"),
        search=("id", "^sha256"),
        filters=("kind", "subject"),
        order=("-number",),
    ),
    Register(
        model="settlement",
        columns=("id", "start_s", "end_s", "journal_size", "settled_at_s"),
        order=("-id",),
    ),
    Register(
        model="activityline",
        columns=("number", "line", "version", "sha256"),
        search=("line", "^sha256"),
        order=("-number",),
    ),
    Register(
        model="evidencefile",
        columns=("sha256", "name", "n_bytes", "known_at_s"),
        search=("name", "^sha256"),
        order=("-known_at_s",),
    ),
    Register(
        model="certificateissue",
        columns=("id", "month", "act_number"),
        search=("id",),
        filters=("month",),
        order=("-act_number",),
    ),
    Register(
        model="certificateact",
        columns=("number", "id", "sha256"),
        search=("id", "^sha256"),
        order=("-number",),
    ),
    Register(
        model="certificatesheet",
        columns=("number", "month", "sha256"),
        filters=("month",),
        order=("-number",),
    ),
    Register(model="certificatedeficit", columns=("plant", "owed_wh"), order=("plant",)),
    Register(
        model="loggedevent",
        columns=("leaf", "kind", "subject", "n", "digest"),
        search=("subject", "^digest"),
        filters=("kind",),
        order=("-leaf",),
    ),
    Register(
        model="logsigningkey",
        columns=("ordinal", "public_key", "from_size", "beside_until_s"),
        order=("ordinal",),
    ),
    Register(
        model="enrolledkey",
        columns=("id", "gateway", "ordinal", "public_key", "from_s", "until_s", "revoked_at_s"),
        search=("gateway", "^public_key"),
        order=("gateway", "ordinal"),
    ),
    Register(
        model="doortoken",
        columns=("gateway", "issued_at_s", "expires_at_s"),
        search=("gateway",),
        order=("-issued_at_s",),
    ),
    Register(
        model="factedition", columns=("sha256", "first_used_at_s"), order=("-first_used_at_s",)
    ),
    Register(
        model="parkversion",
        columns=("sha256", "park_id", "recorded_at_s"),
        order=("-recorded_at_s",),
    ),
    Register(
        model="enterprise",
        columns=("id", "name_zh", "name_en", "sector", "voltage_kv", "transformer_kva"),
        search=("id", "name_zh", "name_en"),
        order=("id",),
    ),
    Register(
        model="asset",
        columns=("id", "kind", "name_zh", "name_en", "capacity_kw"),
        search=("id", "name_zh", "name_en"),
        filters=("kind",),
        order=("id",),
    ),
    Register(
        model="meter",
        columns=("id", "node", "measures", "resolution_wh", "multiplier", "digits"),
        search=("id", "node"),
        filters=("measures",),
        order=("id",),
    ),
    Register(
        model="mediummeter",
        columns=("id", "node", "medium", "unit", "resolution", "multiplier", "digits"),
        search=("id", "node"),
        filters=("medium",),
        order=("id",),
    ),
    Register(
        model="contract",
        columns=("id", "kind"),
        search=("id",),
        filters=("kind",),
        order=("id",),
    ),
)
"""Those that are asked for most come first. Certificates themselves are ranges of an issue and have
no name of their own: they are shown where they stand, with the green power."""
