"""How the numbers of the monthly statements come about: energy, coal, scope 2 and the ratios."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.derive import beside, multiplied, signed
from taihang.core.figure.formula import Constant, Formula, Given, Less, Product, Quotient, Sum
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label, ProofOf
from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.statement import EnergyStatement, parse_statement
from taihang.services.evidence import size_behind_statement
from taihang.services.figure_matching import matched_input
from taihang.services.figure_meter import meter_input, size_behind
from taihang.services.figure_park import energy_derivation
from taihang.services.figure_source import source_input
from taihang.services.figure_stated import Explain, Explained, Place, RuleBook, rests_on
from taihang.services.month_sums import counted
from taihang.services.ports import Columns
from taihang.services.settle import energy_of, known_at

NON_FOSSIL: Final = "electricity.non-fossil"
"""Code of the factor of electricity that was claimed."""


def counts(note: str, *patterns: str) -> Explain:
    """Say that a number counts intervals or lines.

    Args:
        note: What it counts, as a code of the catalogue.
        *patterns: Numbers of the statement that stand beside it.
    """
    return rests_on(Ground.COUNT, note, *patterns)


def factors_of(place: Place) -> dict[str, FigureInput]:
    """Return the factors that a statement carries, by their code.

    Args:
        place: Any number of the statement.
    """
    factors = place.of.body.get("factors")
    found: dict[str, FigureInput] = {}
    for fact in factors if isinstance(factors, list) else []:
        if isinstance(fact, dict):
            found[str(fact["code"])] = source_input(str(fact["key"]), unit=str(fact["unit"]))
    return found


# -- energy × factor -----------------------------------------------------------------------------


def _metered(place: Place) -> Explained:
    """Say that a measured energy is the sum of its meters, each as its settlement knew it."""
    statement = parse_statement(place.of.body)
    inputs = _settled_terms(statement, place) or _known_terms(statement, place)
    proof = ProofOf(place.of.issued.id, Label("proof_of_statement"))
    return Explained(signed(inputs), proof=proof)


def _settled_terms(
    statement: EnergyStatement, place: Place
) -> list[tuple[int, FigureInput]] | None:
    """Return the meters as they were settled last; None where the statement is older than that."""
    ports = place.of.ports
    slabs = ports.lake.read("intervals", statement.period, columns=("wh", "quality"))
    found = [(term, _law_wh(slabs.get((term.point,)))) for term in statement.terms]
    if sum(term.sign * wh for term, wh in found if wh is not None) != statement.energy_wh:
        return None
    size, name = size_behind(statement.period, ports), place.of.issued.period
    return [(term.sign, meter_input(term.point, name, size, value_wh=wh)) for term, wh in found]


def _law_wh(rows: Columns | None) -> int | None:
    if rows is None:
        return None
    chosen = counted(rows["wh"], rows["quality"])
    return int(rows["wh"][chosen].sum()) if chosen.any() else None


def _known_terms(statement: EnergyStatement, place: Place) -> list[tuple[int, FigureInput]]:
    """Return the meters as an earlier settlement knew them."""
    ports, name = place.of.ports, place.of.issued.period
    size = size_behind_statement(statement, ports)
    found: list[tuple[int, FigureInput]] = []
    for term in statement.terms:
        known = known_at(size, period=statement.period, ports=ports, point=term.point)
        series = energy_of(term, known=known, period=statement.period).series
        chosen = counted(series.wh, series.quality)
        value_wh = int(series.wh[chosen].sum()) if chosen.any() else None
        found.append((term.sign, meter_input(term.point, name, size, value_wh=value_wh)))
    return found


def _by_factor(place: Place) -> Explained:
    """Say that a value is an energy, times its factors, over the divisor of its kind."""
    factors = factors_of(place).values()
    divisor = place.of.body["divisor"]
    over = divisor if isinstance(divisor, int) else 1
    return Explained(
        multiplied(place.input("energy_wh"), *factors, over=over),
        proof=ProofOf(place.of.issued.id, Label("proof_of_statement")),
    )


_ENERGY: Final[RuleBook] = {
    "value": _by_factor,
    "energy_wh": _metered,
    "missing": counts("counts_missing_of_terms", "intervals"),
    "intervals": counts("counts_intervals"),
}


# -- scope 2 by contract and by wire -------------------------------------------------------------


def matched(column: str) -> Explain:
    """Say that an energy is a column of the settled matching of the subject.

    Args:
        column: ``total_wh``, ``line_wh`` or ``pool_wh``.
    """

    def explain(place: Place) -> Explained:
        return Explained(_same_if(_of_matching(place, column, place.of.issued.period)))

    return explain


def _of_matching(place: Place, column: str, span: str) -> FigureInput:
    of = place.of
    rows = of.ports.lake.read("matching", of.span.period, of.issued.subject)
    own = rows.get(("user", of.issued.subject))
    value_wh = None if own is None else int(own[column].sum())
    return matched_input("user", of.issued.subject, column, span, value_wh=value_wh)


def _same_if(one: FigureInput) -> Derivation:
    """Return the input as what the number is; where its rows are gone it stands beside."""
    return Derivation(Given(0), (one,)) if one.value is not None else beside(one)


def _estimated(place: Place) -> Explained:
    return Explained(
        beside(_of_matching(place, "total_wh", place.of.issued.period)),
        Ground.ESTIMATE,
        (Label("estimated_part"),),
    )


def _by_contract(*claimed: str) -> Explain:
    """Say that an emission is claimed energy by the factor of non-fossil, the rest by the mix."""

    def explain(place: Place) -> Explained:
        factors = factors_of(place)
        zero = factors.pop(NON_FOSSIL)
        (residual,) = factors.values()
        claims = [place.input(name) for name in claimed]
        n = len(claims)
        own = Sum(tuple(Given(at) for at in range(n)))
        rest = Less(Given(n), own)
        formula: Formula = Quotient(
            Sum((Product((own, Given(n + 1))), Product((rest, Given(n + 2))))),
            Constant(Decimal(WH_PER_MWH)),
        )
        return Explained(
            Derivation(formula, (*claims, place.input("load_wh"), zero, residual)),
            proof=ProofOf("", Label("proof_not_yet")),
        )

    return explain


_VIEW: Final[RuleBook] = {
    "load_wh": matched("total_wh"),
    "line_wh": matched("line_wh"),
    "pool_wh": matched("pool_wh"),
    "estimated_wh": _estimated,
    "missing": counts("counts_missing"),
    "estimated": counts("counts_estimated"),
    "intervals": counts("counts_intervals"),
    "intervals_on_line": counts("counts_on_line", "intervals"),
    "intervals_wholly_on_line": counts("counts_wholly_on_line", "intervals"),
}


# -- the ratios of a month -----------------------------------------------------------------------


def flows_of_month(name: str) -> Explain:
    """Say that an energy of the text is made of the flows of the balance.

    Args:
        name: The energy.
    """

    def explain(place: Place) -> Explained:
        if not place.of.ports.lake.read("balance", place.of.span.period, "load"):
            return Explained(ground=Ground.STATED, notes=(Label("nothing_read"),))
        derivation, notes = energy_derivation(name, place.of.span, ports=place.of.ports)
        # Where nothing was metered that could make it, the number is 0 by form and says so.
        ground = Ground.FORMULA if derivation.operands else Ground.STATED
        return Explained(derivation, ground, notes)

    return explain


ENERGIES: Final = (
    "available_wh",
    "exported_wh",
    "curtailed_wh",
    "imported_wh",
    "load_wh",
    "other_wh",
)
_MONTH_RATIOS: Final[RuleBook] = {name: flows_of_month(name) for name in ENERGIES}

BOOKS: Final[Mapping[str, RuleBook]] = {
    "energy": _ENERGY,
    "standard-coal": _ENERGY,
    "scope2-location": _ENERGY,
    "scope2-market": {"value": _by_contract("line_wh", "pool_wh"), **_VIEW},
    "scope2-physical": {"value": _by_contract("line_wh"), **_VIEW},
    "ratios-650": _MONTH_RATIOS,
}
"""The rule book of each kind of monthly statement."""
