"""From the cells of a form to lines of activity data: all of them, or every reason why not.

A form is taken in whole or not at all, and whoever wrote it hears of everything that is wrong at
once, each with its cell. Nothing is guessed: a unit, an item, a period is what stands there, or the
form is refused.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.activity.item import Item, ItemTable
from taihang.core.activity.record import (
    EXPECTED,
    ActivityRecord,
    Flow,
    Origin,
    is_line_id,
    is_period,
)
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.activity.version import FormProblem
from taihang.core.errors import InputError

COLUMNS: Final = (
    "id",
    "subject",
    "period",
    "item",
    "flow",
    "amount",
    "unit",
    "uncertainty",
    "version",
    "reason",
)
"""Every column that a form may have, in the order of the template."""
OPTIONAL: Final = frozenset(("uncertainty", "version", "reason"))
FIRST_REASON: Final = "first issue"
"""What a first version says where the form gives no reason."""
MAX_ROWS: Final = 20_000
_MAX_AMOUNT: Final = Decimal(10) ** 12
_MAX_DECIMALS: Final = 9
_MAX_REASON: Final = 200
_SHOWN: Final = 40
_LISTED: Final = 200
"""So many problems are told; of more, their number."""
# ASCII digits and the point only: no 1,5 and no ١٢ and no 1e400 gets by.
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_VERSION: Final = re.compile(r"[1-9][0-9]{0,3}")
_FORMULA: Final = ("=", "@", "+", "-")
"""Text that begins so is run by a spreadsheet that opens it."""


class FormRefusedError(InputError):
    """A form has something wrong in it; nothing of it was taken in."""

    code = "input.form"

    def __init__(self, problems: Sequence[FormProblem], *, name: str) -> None:
        listed = "".join(f"\n  {each.told}" for each in problems[:_LISTED])
        more = f"\n  … {len(problems) - _LISTED} more" if len(problems) > _LISTED else ""
        super().__init__(
            given=f"{name} with {len(problems)} things wrong in it",
            expected="a form in which every line can be taken in",
            remedy="correct the cells and hand the whole form in again; nothing was stored"
            f"{listed}{more}",
        )
        self.problems = tuple(problems)
        """Everything that is wrong, in the order of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormWords:
    """What the words of a form mean, in both languages."""

    headings: Mapping[str, str]
    """Heading in small letters → column."""
    flows: Mapping[str, Flow]
    """Name in small letters → flow."""
    units: Mapping[str, str]
    """Unit as people write it → unit of the tables."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateWords:
    """What an empty form says, in one language."""

    headings: Sequence[str]
    """In the order of the columns."""
    sheet: str
    lists_sheet: str
    choices: Mapping[str, Sequence[str]]
    """Column → what may stand there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the words of a form mean in one park."""

    words: FormWords
    subjects: Mapping[str, str]
    """Id or name → id."""
    in_service: Mapping[str, tuple[date | None, date | None]]
    """Id → first day in the park, and first day no more; None is open."""
    items: ItemTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What holds for every line of a form."""

    today: date
    """The local day on which it is handed in; what has not ended is not known."""
    known_at_s: int
    evidence: tuple[str, ...]


@dataclass(slots=True)
class ReadForm:
    """What a form says, and what is wrong with it."""

    lines: list[tuple[ActivityRecord, str]] = field(
        default_factory=list[tuple[ActivityRecord, str]]
    )
    """Each record with the cell of its id, to name the place of what is found later."""
    problems: list[FormProblem] = field(default_factory=list[FormProblem])


def read_form(sheet: Sheet, *, vocabulary: Vocabulary, stated: Stated) -> ReadForm:
    """Read every row of a form.

    Args:
        sheet: The cells.
        vocabulary: What they mean in this park.
        stated: What holds for every line.

    Returns:
        A record for each row that is sound in itself, and a problem for everything that is not.
    """
    form = ReadForm()
    columns = _columns(sheet.head, vocabulary.words, form.problems)
    if form.problems:
        return form
    if not sheet.rows or len(sheet.rows) > MAX_ROWS:
        what = f"{len(sheet.rows)} rows below the headings"
        form.problems.append(FormProblem("form", what, f"1 … {MAX_ROWS} rows"))
    for row in sheet.rows[:MAX_ROWS]:
        cells = {column: row[at] for column, at in columns.items()}
        record = _Row(cells, vocabulary, stated, form.problems).record()
        if record is not None:
            form.lines.append((record, cells["id"].where))
    return form


def _columns(head: Sequence[Cell], words: FormWords, problems: list[FormProblem]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(head):
        column = words.headings.get(cell.text.lower())
        if column is None:
            what = f"the heading {_shown(cell)}" if cell.text else "no heading"
            problems.append(FormProblem(cell.where, what, f"one of {', '.join(COLUMNS)}"))
        elif column in found:
            problems.append(FormProblem(cell.where, f"the column {column} again", "each once"))
        else:
            found[column] = at
    absent = [each for each in COLUMNS if each not in found and each not in OPTIONAL]
    if absent:
        what = f"no column {', '.join(absent)}"
        problems.append(FormProblem("headings", what, "the headings of the template"))
    return found


class _Row:
    """One row: each column read by itself, so that all that is wrong is heard of at once."""

    def __init__(
        self,
        cells: Mapping[str, Cell],
        vocabulary: Vocabulary,
        stated: Stated,
        problems: list[FormProblem],
    ) -> None:
        self._cells = cells
        self._known = vocabulary
        self._stated = stated
        self._problems = problems
        self._first = len(problems)

    def record(self) -> ActivityRecord | None:
        """Return the line, or None where anything is wrong with it."""
        item = self._item()
        amount = self._number("amount")
        version = self._version()
        fields = {
            "id": self._id(),
            "subject": self._subject(),
            "period": self._period(),
            "unit": self._unit(item),
            "reason": self._reason(version),
        }
        flow = self._flow(item)
        uncertainty_ratio = self._uncertainty()
        if len(self._problems) > self._first or item is None or flow is None or amount is None:
            return None
        return ActivityRecord(
            **fields,
            item=item.name,
            flow=flow,
            amount=amount,
            origin=Origin.FORM,
            evidence=self._stated.evidence,
            uncertainty_ratio=uncertainty_ratio,
            known_at_s=self._stated.known_at_s,
            version=version,
        )

    # -- columns ---------------------------------------------------------------------------------

    def _item(self) -> Item | None:
        given = self._text("item")
        item = self._known.items.find(given) or self._known.items.find(given.lower())
        if item is None and given:
            self._wrong(
                "item",
                f"the item {given[:_SHOWN]!r}, of which no table of facts knows anything",
                "a name of the tables, value-added, gross-output, or product.NAME",
            )
        return item

    def _flow(self, item: Item | None) -> Flow | None:
        given = self._text("flow")
        flow = self._known.words.flows.get(given.lower())
        if given and flow is None:
            self._wrong("flow", f"{given[:_SHOWN]!r}", f"one of {', '.join(Flow)}")
        if flow is not None and item is not None and flow not in item.flows:
            self._wrong("flow", f"{flow.value} of {item.name}", f"one of {', '.join(item.flows)}")
        return flow

    def _unit(self, item: Item | None) -> str:
        given = self._text("unit")
        unit = self._known.words.units.get(given, given)
        if item is not None and given and unit not in item.units:
            self._wrong(
                "unit",
                f"{given[:_SHOWN]!r}, which cannot meet the tables of {item.name}",
                f"one of {', '.join(item.units)}",
            )
        return unit

    def _id(self) -> str:
        given = self._text("id")
        if given and not is_line_id(given):
            self._wrong("id", f"{given[:_SHOWN]!r}", EXPECTED["id"])
        return given

    def _period(self) -> str:
        given = self._text("period")
        today = self._stated.today.isoformat()[: len(given)]
        if given and not is_period(given):
            self._wrong("period", f"{given[:_SHOWN]!r}", EXPECTED["period"])
        elif given and given >= today:  # Only what has ended is known.
            self._wrong("period", f"{given}, which has not ended", f"one before {today}")
        return given

    def _subject(self) -> str:
        given, period = self._text("subject"), self._cells["period"].text
        names = self._known.subjects
        meant = names.get(given, names.get(given.lower(), ""))
        if given and not meant:
            expected = "an id or a name of park.toml, or park"
            self._wrong("subject", f"{given[:_SHOWN]!r}", expected)
        since, until = self._known.in_service.get(meant, (None, None))
        if meant and is_period(period) and not _overlaps(period, since, until):
            days = f"{since or '…'} to {until or '…'}"
            self._wrong("period", f"{period}, in which {meant} was not in the park", days)
        return meant

    def _number(self, column: str) -> Decimal | None:
        cell = self._cells[column]
        if cell.kind is CellKind.EMPTY:
            self._wrong(column, "nothing", "a number; leave the whole row out if it is not known")
            return None
        is_plain = cell.kind in {CellKind.NUMBER, CellKind.PLAIN}
        if not is_plain or not _NUMBER.fullmatch(cell.text):
            what = f"{cell.kind.value} {cell.text[:_SHOWN]!r}"
            self._wrong(column, what, "a plain number such as 12.8, in a cell of numbers")
            return None
        number = Decimal(cell.text)
        exponent = number.as_tuple().exponent
        n_decimals = -exponent if isinstance(exponent, int) else _MAX_DECIMALS + 1
        if number.is_signed() or number >= _MAX_AMOUNT or n_decimals > _MAX_DECIMALS:
            what = f"0 or more, below 10^12, with at most {_MAX_DECIMALS} decimals"
            self._wrong(column, cell.text[:_SHOWN], what)
            return None
        return number

    def _uncertainty(self) -> Decimal | None:
        cell = self._cells.get("uncertainty")
        if cell is None or cell.kind is CellKind.EMPTY:
            return None
        digits, is_percent = cell.text.removesuffix("%").rstrip(), cell.text.endswith("%")
        kinds = {CellKind.NUMBER, CellKind.PERCENT, CellKind.PLAIN}
        if is_percent:
            kinds.add(CellKind.TEXT)
        if cell.kind not in kinds or not _NUMBER.fullmatch(digits):
            what = f"{cell.kind.value} {cell.text[:_SHOWN]!r}"
            self._wrong("uncertainty", what, "a share such as 0.05, or 5%")
            return None
        ratio = Decimal(digits) / 100 if is_percent else Decimal(digits)
        if ratio.is_signed() or ratio > 1:
            self._wrong("uncertainty", cell.text[:_SHOWN], "a share of 0 … 1, or 0% … 100%")
        return ratio

    def _version(self) -> int:
        cell = self._cells.get("version")
        if cell is None or cell.kind is CellKind.EMPTY:
            return 1
        if cell.kind in _WORDS and _VERSION.fullmatch(cell.text):
            return int(cell.text)
        self._wrong("version", f"{cell.kind.value} {cell.text[:_SHOWN]!r}", "1, 2, 3, …")
        return 1

    def _reason(self, version: int) -> str:
        given = self._text("reason", limit=_MAX_REASON) if "reason" in self._cells else ""
        if version > 1 and not given:
            self._wrong("reason", f"nothing, for version {version}", "why the line is said again")
        return given or FIRST_REASON

    # -- cells -----------------------------------------------------------------------------------

    def _text(self, column: str, *, limit: int = _SHOWN * 2) -> str:
        cell = self._cells[column]
        if cell.kind is CellKind.EMPTY:
            if column not in OPTIONAL:
                self._wrong(column, "nothing", f"the {column} of the line")
            return ""
        if cell.kind not in _WORDS:
            self._wrong(column, f"{cell.kind.value} {cell.text[:_SHOWN]!r}", _TEXT_EXPECTED)
            return ""
        odd = _odd_sign(cell.text)
        if odd or len(cell.text) > limit or cell.text.startswith(_FORMULA):
            what = odd or f"{cell.text[:_SHOWN]!r}"
            self._wrong(column, what, f"1 … {limit} visible signs that begin no formula")
            return ""
        return cell.text

    def _wrong(self, column: str, what: str, expected: str) -> None:
        cell = self._cells.get(column) or self._cells["id"]
        self._problems.append(FormProblem(cell.where, f"{column}: {what}", expected))


_WORDS: Final = frozenset((CellKind.PLAIN, CellKind.TEXT, CellKind.NUMBER))
_TEXT_EXPECTED: Final = "text; format the cell as text and write it again, for example 2026-08"


def _overlaps(period: str, since: date | None, until: date | None) -> bool:
    """Say whether a month or year has a day in common with ``[since, until)``."""
    starts_by = since is None or period >= since.isoformat()[: len(period)]
    first_day = f"{period}-01-01"[: len("YYYY-MM-DD")]
    return starts_by and (until is None or first_day < until.isoformat())


def _odd_sign(text: str) -> str:
    """Name the first sign that nobody sees: control, direction, zero width, half a pair."""
    for sign in text:
        if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            return f"the invisible sign U+{ord(sign):04X}"
    return ""


def _shown(cell: Cell) -> str:
    return f"{cell.text[:_SHOWN]!r}"
