"""The provable statement: exact value, strict document."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import COAL, golden_statement, statement, term
from taihang.core.errors import InputError
from taihang.core.seal.canonical import DocumentError, JsonValue, canonical_bytes, load_canonical
from taihang.core.seal.statement import (
    KINDS,
    Kind,
    StatementNotProvableError,
    exact_value,
    parse_statement,
)

DECIMALS = st.decimals(min_value=0, max_value=10**9, places=9)


@given(
    energy_wh=st.integers(-(1 << 63), (1 << 63) - 1),
    factors=st.lists(DECIMALS, max_size=8),
    places=st.integers(0, 18),
)
def test_exact_value__never_rounds(energy_wh: int, factors: list[Decimal], places: int) -> None:
    expected = Fraction(energy_wh, 10**places)
    for factor in factors:
        expected *= Fraction(factor)

    value = exact_value(energy_wh, factors=factors, divisor=10**places)

    assert expected == Fraction(value)
    assert "E" not in value
    assert value != "-0"
    assert "." not in value or not value.endswith(("0", "."))


@pytest.mark.parametrize(
    ("energy_wh", "factors", "divisor", "expected"),
    [
        (0, ["0.5703"], 1000, "0"),
        (-5, ["0"], 1, "0"),
        (1_000, [], 1, "1000"),
        (-1_500, ["2.50"], 1_000, "-3.75"),
        (1, ["0.000001"], 10**18, "0.000000000000000000000001"),
    ],
)
def test_exact_value__is_a_plain_decimal(
    energy_wh: int, factors: list[str], divisor: int, expected: str
) -> None:
    decimals = [Decimal(factor) for factor in factors]

    assert expected == exact_value(energy_wh, factors=decimals, divisor=divisor)


def test_exact_value__holds_as_many_factors_as_a_statement_may_have() -> None:
    widest = Decimal("999999999999999999.999999999999999999")

    value = exact_value((1 << 63) - 1, factors=[widest] * 64, divisor=10**18)

    assert Fraction(value) == ((1 << 63) - 1) * Fraction(widest) ** 64 / 10**18


def test_parse_statement__is_the_inverse_of_document() -> None:
    full = replace(
        golden_statement(),
        terms=(term("M1"), term("M2", sign=-1)),
        supersedes="coal.E01.2026-06.v0",
        version=2,
        factors=(replace(COAL, valid_to=date(2027, 1, 1), data_year=2024),),
    )

    assert full == parse_statement(load_canonical(canonical_bytes(full.document())))


@pytest.mark.parametrize("document", [{}, [], None, {"rule": "bill/v1", "value": "1"}])
def test_parse_statement__says_when_a_family_is_not_provable(document: JsonValue) -> None:
    with pytest.raises(StatementNotProvableError, match="prove the energies"):
        parse_statement(document)


@pytest.mark.parametrize(("kind", "tied"), KINDS.items())
def test_parse_statement__ties_the_unit_of_the_factor_to_the_kind(kind: str, tied: Kind) -> None:
    base = replace(golden_statement(), kind=kind, divisor=tied.divisor, unit=tied.unit)
    facts = [(replace(COAL, unit=unit),) for unit in tied.factor_units] or [()]
    wrong = replace(base, factors=(replace(COAL, unit="gCO2/kWh"),))

    assert [parse_statement(replace(base, factors=f).document()).factors for f in facts] == facts
    with pytest.raises(DocumentError, match=r"statement\.factors"):
        parse_statement(wrong.document())


def test_parse_statement__says_that_nothing_was_measured() -> None:
    nothing = replace(golden_statement(), energy_wh=0, missing=5)

    with pytest.raises(StatementNotProvableError, match="all 5 intervals missing"):
        parse_statement(nothing.document())


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("value", "0.000184350", "statement.value"),
        ("value", "0.00018436", "statement.value"),
        ("energy_wh", 1_501, "statement.value"),
        ("divisor", 10, "statement.divisor"),
        ("divisor", 10**9, "statement.divisor"),
        ("unit", "tCO2", "statement.unit"),
        ("kind", "coal-equivalent", "statement.kind"),
        ("kind", "scope2-location", "statement.unit"),
        ("factors", [], "statement.factors"),
        ("divisor", 20, "statement.divisor"),
        ("divisor", 0, "statement.divisor"),
        ("intervals", 4, "statement.intervals"),
        ("missing", 6, "statement.missing"),
        ("missing", -1, "statement.missing"),
        ("version", 0, "statement.version"),
        ("id", "", "statement.id"),
        ("terms", [], "statement.terms"),
        ("format", "taihang-statement/v2", "statement.format"),
        ("title", {"zh": "a"}, "statement.title"),
        ("supersedes", 1, "statement.supersedes"),
        ("period", {"start": "2026-06-01T00:00:00Z", "end": "2026-06-01T00:00:00Z"}, "end"),
        ("period", {"start": "2026-06-01T00:00:00Z", "end": "2026-06-01T00:10:00Z"}, "end"),
        ("period", {"start": "2026-06-31T00:00:00Z", "end": "2026-07-01T00:10:00Z"}, "start"),
        ("period", {"start": "2026-06-01T00:00:00+00:00", "end": "2026-06-02T00:00:00Z"}, "start"),
        ("period", {"start": "2006-06-01T00:00:00Z", "end": "2026-06-01T00:00:00Z"}, "intervals"),
    ],
)
def test_parse_statement__refuses_what_does_not_fit_together(
    key: str, value: JsonValue, where: str
) -> None:
    document = golden_statement().document()
    document[key] = value

    with pytest.raises(DocumentError, match=where):
        parse_statement(document)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("value", "0.1230"),
        ("value", "1E-1"),
        ("value", "-0.1229"),
        ("key", "equivalent/coal-equivalent.electricity/CN/2021-04-01=0.1230"),
        ("valid_from", "2021-04-02"),
        ("valid_from", "2021-02-30"),
        ("valid_from", "20210401"),
        ("region", "Shanxi"),
        ("set", "calorific"),
        ("data_year", "2021"),
        ("clause", None),
    ],
)
def test_parse_statement__refuses_a_factor_that_is_not_what_its_key_names(
    key: str, value: JsonValue
) -> None:
    document = golden_statement().document()
    factors = document["factors"]
    assert isinstance(factors, list)
    assert isinstance(factors[0], dict)
    factors[0][key] = value

    with pytest.raises(InputError, match=r"factors\[0\]"):
        parse_statement(document)


@pytest.mark.parametrize(
    ("key", "value"),
    [("sign", 0), ("sign", 2), ("scale", 0), ("modulus", -1), ("point", ""), ("scale", "10")],
)
def test_parse_statement__refuses_an_impossible_term(key: str, value: JsonValue) -> None:
    document = golden_statement().document()
    terms = document["terms"]
    assert isinstance(terms, list)
    assert isinstance(terms[0], dict)
    terms[0][key] = value

    with pytest.raises(DocumentError, match=r"terms\[0\]"):
        parse_statement(document)


def test_parse_statement__refuses_a_point_twice() -> None:
    doubled = statement(term("M1"), term("M1"), energy_wh=0, missing=0, intervals=1)

    with pytest.raises(DocumentError, match="point twice"):
        parse_statement(doubled.document())
