"""park.toml: the one file that a person must write, read strictly and refused in full sentences.

Nothing is assumed: a key that is unknown, missing, misspelt or of another type is a problem with
its line, and all problems are told at once. Relations between objects are judged by
``taihang.core.park.check`` as soon as every single object reads.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Final

from typing_extensions import override

from taihang.config.alarm_tables import read_alarms
from taihang.config.asset_tables import (
    read_asset_company,
    read_asset_cost,
    read_market_position,
    read_other_income,
)
from taihang.config.carbon_tables import read_carbon
from taihang.config.certificate_tables import (
    read_certificate_market,
    read_certificate_rules,
    read_party,
)
from taihang.config.direct_connection_tables import read_direct_connection
from taihang.config.heat_tables import read_heat_network, read_heat_reference
from taihang.config.limit_tables import read_admission, read_closed_unit, read_limit
from taihang.config.line_map import LineMap, map_lines
from taihang.config.matching_tables import read_matching_rule
from taihang.config.media_tables import read_medium_meter
from taihang.config.object_reader import read_each, read_one, read_perhaps
from taihang.config.park_tables import (
    read_accounting,
    read_battery,
    read_billing,
    read_dedicated_line,
    read_enterprise,
    read_estimation,
    read_feeder,
    read_gateway,
    read_green_supply,
    read_grid,
    read_grid_tariff,
    read_log,
    read_meter,
    read_place,
    read_plant,
    read_series,
    read_station,
    read_validation,
    read_witness,
)
from taihang.config.peak_tables import read_energy_value, read_peak_plan, read_zero_carbon
from taihang.config.plant_sensor_tables import read_plant_sensor
from taihang.config.quota_tables import read_product_quota, read_quota, read_quota_rules
from taihang.config.reactive_tables import read_reactive_meter
from taihang.config.score_tables import read_score_measure, read_scores
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule, shown
from taihang.core.errors import InputError
from taihang.core.park.alarm_limits import STATED
from taihang.core.park.check import check_park, has_errors
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem, Severity, path_text, visible

FORMAT: Final = 1
"""The only format of park.toml so far."""
CHARS_MAX: Final = 4_000_000
"""Longest file that is read: some 30 000 objects."""
_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1)
_LINE_OF_SYNTAX: Final = re.compile(r" \(at line (\d+), column \d+\)$")
_END_OF_SYNTAX: Final = " (at end of document)"
_BYTE_ORDER_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong in a park file, and on which line."""

    line: int
    """Counted from 1."""
    path: KeyPath
    """Keys from the root; empty where the text is no TOML."""
    given: str
    expected: str
    remedy: str
    severity: Severity = Severity.ERROR

    def told(self, source: str) -> str:
        """Write the problem on one line, beginning with file and line as compilers do.

        Args:
            source: Name of the file.

        Returns:
            For example ``park.toml:57: enterprises.E01.voltage_kv: given "110 kV", expected a
            number of kilovolts above 0, write 110``.
        """
        where = f"{source}:{self.line}: "
        what = f"{path_text(self.path)}: " if self.path else ""
        mark = "warning: " if self.severity is Severity.WARNING else ""
        return f"{where}{mark}{what}given {self.given}, expected {self.expected}, {self.remedy}"


class ParkFileError(InputError):
    """A park file is refused; ``problems`` holds everything that is wrong with it."""

    code = "input.park-file"

    def __init__(self, *, source: str, problems: tuple[Problem, ...]) -> None:
        count = len(problems)
        super().__init__(
            given=f"{source} with {count} problem{'' if count == 1 else 's'}",
            expected="a park file without any",
            remedy="correct each line named below; docs/park-toml.md describes every key",
        )
        self.source = source
        self.problems = problems

    @override
    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(item.told(self.source) for item in self.problems)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkReading:
    """What came of reading a park file."""

    park: Park | None
    """The park; None where any problem is an error."""
    problems: tuple[Problem, ...]
    """Errors and warnings in the order of the lines."""


def read_park(text: str, *, source: str) -> Park:
    """Read a park file, or refuse it with everything that is wrong.

    Args:
        text: The text of park.toml.
        source: Name of the file, for the messages.

    Returns:
        The park, checked as a whole. Warnings do not refuse it: see ``examine_park``.

    Raises:
        ParkFileError: If anything is wrong; it carries all errors with their lines.

    Example:
        >>> try:
        ...     read_park('format = "1"', source="park.toml")
        ... except ParkFileError as error:
        ...     print(error.problems[0].told("park.toml"))
        park.toml:1: format: given "1", expected the whole number 1, write 1
    """
    reading = examine_park(text)
    if reading.park is None:
        errors = [found for found in reading.problems if found.severity is Severity.ERROR]
        raise ParkFileError(source=source, problems=tuple(errors))
    return reading.park


def examine_park(text: str) -> ParkReading:
    """Read a park file and tell everything that is wrong with it, warnings included.

    Args:
        text: The text of park.toml.

    Returns:
        The park, where nothing refuses it, and all problems.
    """
    parsed = _parse(text)
    if isinstance(parsed, Problem):
        return ParkReading(park=None, problems=(parsed,))
    document, lines = parsed
    problems = _check_format(document)
    park = None if problems else _build(document, problems)
    # Relations are judged on whole objects only: an object that did not read would be blamed a
    # second time by everything that names it.
    if park is not None and not problems:
        problems = check_park(park)
    placed = [_placed(problem, lines) for problem in problems]
    return ParkReading(
        park=None if has_errors(problems) else park,
        problems=tuple(sorted(placed, key=lambda problem: problem.line)),
    )


def _parse(text: str) -> tuple[Mapping[str, object], LineMap] | Problem:
    if len(text) > CHARS_MAX:
        return _no_toml(
            1, f"{len(text)} characters", f"at most {CHARS_MAX}", "split it into several parks"
        )
    if text.startswith(_BYTE_ORDER_MARK):
        return _no_toml(1, "a byte order mark", "plain UTF-8", "save the file as UTF-8 without BOM")
    try:
        document = tomllib.loads(text, parse_float=_decimal)
        return dict(document), map_lines(text)
    except RecursionError:
        return _no_toml(1, "lists inside lists without end", "the tables described", "unfold them")
    except ValueError as fault:
        # TOMLDecodeError, or int()'s own refusal of thousands of digits.
        return _syntax_problem(text, str(fault))


def _decimal(text: str) -> Decimal:
    # An exponent of twenty digits is no number; its key is refused later, with its line.
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _syntax_problem(text: str, message: str) -> Problem:
    rows = text.split("\n")
    found = _LINE_OF_SYNTAX.search(message)
    line = int(found.group(1)) if found else max(1, len(text.rstrip().split("\n")))
    rule = _LINE_OF_SYNTAX.sub("", message).removesuffix(_END_OF_SYNTAX)
    return _no_toml(
        line, shown(rows[line - 1].strip()), "valid TOML", f"correct the line: {visible(rule)}"
    )


def _no_toml(line: int, given: str, expected: str, remedy: str) -> Problem:
    return Problem(line=line, path=(), given=given, expected=expected, remedy=remedy)


def _check_format(document: Mapping[str, object]) -> list[ParkProblem]:
    """A file of another format is not judged by the rules of this one."""
    given = document.get("format")
    if type(given) is int and given == FORMAT:
        return []
    newer = isinstance(given, int) and given > FORMAT
    return [
        ParkProblem(
            path=("format",),
            given="nothing" if given is None else shown(given),
            expected=f"the whole number {FORMAT}",
            remedy="use a newer release of this program" if newer else f"write {FORMAT}",
        )
    ]


def _build(document: Mapping[str, object], problems: list[ParkProblem]) -> Park:
    root = TableReader(document, path=(), problems=problems)
    root.count("format", _FORMAT)
    place = read_one(root, "park", read_place, problems)
    accounting = read_one(root, "accounting", read_accounting, problems)
    enterprises = read_each(root, "enterprises", read_enterprise, problems)
    stations = read_each(root, "stations", read_station, problems)
    users = (*enterprises, *stations)
    park = Park(
        id=place.id,
        name_zh=place.name_zh,
        name_en=place.name_en,
        time_zone=place.time_zone,
        province=place.province,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        accounting=accounting,
        grids=read_each(root, "grids", read_grid, problems),
        enterprises=enterprises,
        plants=read_each(root, "plants", read_plant, problems),
        stations=stations,
        batteries=read_each(root, "batteries", read_battery, problems),
        feeders=read_each(root, "feeders", read_feeder, problems),
        dedicated_lines=read_each(root, "dedicated_lines", read_dedicated_line, problems),
        meters=read_each(root, "meters", read_meter, problems),
        media_meters=read_each(root, "media_meters", read_medium_meter, problems),
        reactive_meters=read_each(root, "reactive_meters", read_reactive_meter, problems),
        gateways=read_each(root, "gateways", read_gateway, problems),
        series=read_each(root, "series", read_series, problems),
        green_supplies=read_each(
            root, "green_supplies", partial(read_green_supply, users=users), problems
        ),
        grid_tariffs=read_each(
            root, "grid_tariffs", partial(read_grid_tariff, users=users), problems
        ),
        matching_rules=read_each(root, "matching_rules", read_matching_rule, problems),
        billing=read_perhaps(root, "billing", read_billing, problems),
        witnesses=read_each(root, "witnesses", read_witness, problems),
        log=read_perhaps(root, "log", read_log, problems),
        validation=read_perhaps(root, "validation", read_validation, problems),
        estimation=read_perhaps(root, "estimation", read_estimation, problems),
        energy_values=read_each(root, "energy_values", read_energy_value, problems),
        zero_carbon=read_perhaps(root, "zero_carbon", read_zero_carbon, problems),
        peak=read_peak_plan(root, problems),
        certificate_market=read_perhaps(
            root, "certificate_market", read_certificate_market, problems
        ),
        certificates=read_perhaps(root, "certificates", read_certificate_rules, problems),
        parties=read_each(root, "parties", read_party, problems),
        admission=read_perhaps(root, "admission", read_admission, problems),
        limits=read_each(root, "limits", read_limit, problems),
        closed_units=read_each(root, "closed_units", read_closed_unit, problems),
        quota_rules=read_perhaps(root, "quota_rules", read_quota_rules, problems),
        quotas=read_each(root, "quotas", read_quota, problems),
        product_quotas=read_each(root, "product_quotas", read_product_quota, problems),
        alarms=read_perhaps(root, "alarms", read_alarms, problems) or STATED,
        scores=read_perhaps(root, "scores", read_scores, problems),
        score_measures=read_each(root, "score_measures", read_score_measure, problems),
        direct_connection=read_direct_connection(root, problems),
        plant_sensors=read_each(root, "plant_sensors", read_plant_sensor, problems),
        heat_networks=read_each(root, "heat_networks", read_heat_network, problems),
        heat_reference=read_perhaps(root, "heat_reference", read_heat_reference, problems),
        asset_company=read_perhaps(root, "asset_company", read_asset_company, problems),
        asset_costs=read_each(root, "asset_costs", read_asset_cost, problems),
        other_incomes=read_each(root, "other_incomes", read_other_income, problems),
        market_positions=read_each(root, "market_positions", read_market_position, problems),
        carbon=read_carbon(root, problems),
    )
    root.close()
    return park


def _placed(problem: ParkProblem, lines: LineMap) -> Problem:
    return Problem(
        line=lines.line_of(problem.path),
        path=problem.path,
        given=problem.given,
        expected=problem.expected,
        remedy=problem.remedy,
        severity=problem.severity,
    )
