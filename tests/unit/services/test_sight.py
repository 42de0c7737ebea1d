"""Nothing of a neighbour comes out of a view, through whatever of its members."""

import inspect
import math
import random
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import canary_park
import small_park
from canary_park import METERS, MONTH, TENANTS, canaries, others
from taihang.core.access.scope import NOTHING, WHOLE_PARK, Scope
from taihang.core.errors import TaihangError
from taihang.core.facts import FactBook
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.park.topology import Direction
from taihang.core.periods import Period, days
from taihang.core.seal.trail import Outcome
from taihang.core.series import Quantity
from taihang.core.tlog.merkle import Tree
from taihang.services import energy_account, indicator_account, park_carbon, sum_table
from taihang.services.bill import money_month
from taihang.services.lot_market import listings
from taihang.services.park_sums import park_sums, sums_for
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.quality import quality
from taihang.services.query import Every, last_values, park_by_hour, series
from taihang.services.report import report
from taihang.services.sector_standing import sector_standing
from taihang.services.sight import see
from taihang.services.sight_rules import (
    METHOD_RULES,
    PARK_RULES,
    PORTS_RULES,
    PartOfParkError,
    Seen,
)

OWN: Final = TENANTS[0]
AUGUST: Final = small_park.AUGUST
LONGEST: Final = 300
"""Questions to one member, where its parameters together have more values."""
FIELD_OF: Final = {
    "Keys": "keys",
    "Journal": "journal",
    "PublishedLog": "published",
    "Lake": "lake",
    "Registry": "registry",
    "Quarantine": "quarantine",
    "EvidenceStore": "evidence",
    "ReportStore": "reports",
    "Trail": "trail",
    "Counter": "counter",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return canary_park.made(tmp_path_factory.mktemp("canary") / "park")


@pytest.fixture(scope="module")
def whole(root: Path) -> Generator[Ports]:
    with small_park.opened(root, writing=False) as ports:
        yield ports


@pytest.fixture(scope="module")
def seen(whole: Ports) -> Ports:
    return see(whole, Scope(frozenset({OWN})))


def port_of(ports: Ports, protocol: str) -> object:
    if protocol == "CertificateLedger":
        return ports.registry.certificates
    return getattr(ports, FIELD_OF[protocol])


# -- every member has a rule ---------------------------------------------------------------------


def test_rules__closed_members_refuse_whatever_they_are_asked(seen: Ports) -> None:
    n_closed = 0
    for protocol, rules in METHOD_RULES.items():
        for name, rule in rules.items():
            if rule is not Seen.CLOSED:
                continue
            n_closed += 1
            with pytest.raises(PartOfParkError):
                _called(port_of(seen, protocol), name, lambda _: None)
    assert n_closed > 40


def test_rules__absent_members_are_as_in_a_park_without_any(seen: Ports) -> None:
    for protocol, rules in METHOD_RULES.items():
        for name, rule in rules.items():
            if rule is Seen.ABSENT:
                assert not _called(port_of(seen, protocol), name, lambda _: ""), name
    for name, rule in PARK_RULES.items():
        value = getattr(seen.park, name)
        if rule is Seen.ABSENT and name != "direct_connection":
            assert not value, name


def test_rules__shared_members_are_those_of_the_park(whole: Ports, seen: Ports) -> None:
    for name, rule in PARK_RULES.items():
        if rule is Seen.SHARED:
            assert getattr(seen.park, name) == getattr(whole.park, name), name
    for name, rule in PORTS_RULES.items():
        if rule is Seen.SHARED:
            assert getattr(seen, name) is getattr(whole, name), name


def test_rules__closed_ports_are_not_the_parks_own(whole: Ports, seen: Ports) -> None:
    for name, rule in PORTS_RULES.items():
        if rule is not Seen.SHARED and name != "facts":
            assert getattr(seen, name) is not getattr(whole, name), name
    with pytest.raises(PartOfParkError):
        seen.scratch_lake()
    with pytest.raises(PartOfParkError):
        seen.ask_witness("http://127.0.0.1:1", b"")


# -- nothing of a neighbour comes out ------------------------------------------------------------


def test_canaries__are_in_the_park(whole: Ports) -> None:
    """A pattern that finds nothing in the whole park would prove nothing of a part."""
    told = told_by(whole, pool_of(whole))

    for tenant in TENANTS:
        found = set(canaries([tenant]).findall(told))
        assert len(found) >= 5, (tenant, found)


@pytest.mark.parametrize("own", [TENANTS[:1], TENANTS[1:2], TENANTS[2:3], TENANTS[:2], ()])
def test_see__shows_no_word_and_no_number_of_a_neighbour(
    whole: Ports, own: tuple[str, ...]
) -> None:
    ports = see(whole, Scope(frozenset(own)))

    told = told_by(ports, pool_of(whole))

    assert canaries(others(*own)).findall(told) == []
    for tenant in own:
        assert canaries([tenant]).search(told), "its own is there"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), own=st.sets(st.sampled_from(TENANTS), max_size=3))
def test_see__shows_none_whatever_is_asked(whole: Ports, seed: int, own: set[str]) -> None:
    dice = random.Random(seed)  # noqa: S311 - draws questions, keeps no secret
    pool = pool_of(whole)
    ports = see(whole, Scope(frozenset(own)))
    protocol = dice.choice([*METHOD_RULES])
    name = dice.choice([*METHOD_RULES[protocol]])

    found = answer(
        port_of(ports, protocol),
        name,
        lambda parameter: dice.choice(pool.values(protocol, parameter)),
    )

    asked = canaries(others(*own)).search(found)
    assert asked is None, (protocol, name, found)


def test_see__an_unknown_statement_and_a_neighbours_are_answered_alike(
    whole: Ports, seen: Ports
) -> None:
    told = [
        answer(seen.registry, "statement", lambda _, id_=id_: id_).replace(id_, "ID")
        for id_ in (f"energy.{TENANTS[1]}.{MONTH}", "energy.NOBODY.2026-08", "bill.x")
    ]

    assert len(set(told)) == 1
    assert "state.unknown-statement" in told[0]
    assert whole.registry.statement(f"energy.{TENANTS[1]}.{MONTH}").subject == TENANTS[1]


def test_see__of_the_whole_park_is_the_park(whole: Ports) -> None:
    assert see(whole, WHOLE_PARK) is whole


def test_see__of_nobody_has_no_enterprise_meter_or_statement(whole: Ports) -> None:
    ports = see(whole, NOTHING)

    assert (ports.park.enterprises, ports.park.meters, ports.registry.roll()) == ({}, {}, [])
    assert ports.lake.read("readings", AUGUST) == {}


def test_see__an_enterprise_that_the_park_does_not_have_adds_nothing(whole: Ports) -> None:
    ports = see(whole, Scope(frozenset({"PV01", "park", "", "G1"})))

    assert ports.scope == NOTHING
    assert ports.lake.read("readings", AUGUST) == {}
    assert ports.registry.latest_statements(MONTH) == []


def test_see__a_view_of_a_view_is_refused(seen: Ports) -> None:
    with pytest.raises(PartOfParkError):
        see(seen, Scope(frozenset({TENANTS[1]})))


# -- what works on a view, and says the same -----------------------------------------------------


def test_services__say_of_ones_own_what_they_say_to_the_park(whole: Ports, seen: Ports) -> None:
    meter = METERS[OWN]
    asks: tuple[Callable[[Ports], object], ...] = (
        lambda p: series(meter, AUGUST, every=Every.DAY, ports=p),
        lambda p: series(meter, AUGUST, every=Every.RAW, ports=p),
        lambda p: series(meter, AUGUST, every=Every.MONTH, ports=p),
        lambda p: [each for each in last_values(ports=p) if each.point == meter],
        lambda p: quality(AUGUST, ports=p, meter=meter),
        lambda p: p.registry.statement(f"bill.{OWN}.{MONTH}"),
        lambda p: p.lake.read("intervals", AUGUST, meter),
        lambda p: p.lake.read("matching", AUGUST, OWN),
        lambda p: sector_standing(OWN, "2026", ports=p),
        lambda p: [each.id for each in p.registry.certificates.certificates_of(OWN)],
    )
    for ask in asks:
        assert plain(ask(seen)) == plain(ask(whole))
        assert plain(ask(seen)) != plain([])


def test_services__refuse_figures_of_the_whole_park(seen: Ports) -> None:
    asks: tuple[Callable[[], object], ...] = (
        lambda: report(AUGUST, label=MONTH, ports=seen),
        lambda: money_month(MONTH, ports=seen),
        lambda: energy_account.drafts(MONTH, ports=seen),
        lambda: park_carbon.drafts("2026", ports=seen),
        lambda: indicator_account.drafts("2026", ports=seen),
        lambda: sum_table.drafts("2026", ports=seen),
        lambda: park_by_hour(AUGUST, direction=Direction.CONSUMPTION, ports=seen),
        lambda: listings(ports=seen),
        lambda: seen.lake.read("balance", AUGUST),
        lambda: seen.lake.read("matching", AUGUST),
        lambda: seen.lake.totals(900, AUGUST, [(m, "register") for m in METERS.values()]),
    )
    for ask in asks:
        with pytest.raises(PartOfParkError, match=r"input\.part-of-park"):
            ask()


def test_services__draw_up_ones_own_account_from_ones_own_data(whole: Ports, seen: Ports) -> None:
    own = energy_account.drafts(MONTH, ports=seen, subjects=[OWN])

    assert plain(own) == plain(energy_account.drafts(MONTH, ports=whole, subjects=[OWN]))
    assert [draft.subject for draft in own] == [OWN]


def test_sums__are_those_of_the_park_and_no_others(whole: Ports, seen: Ports) -> None:
    shown = {(each.measure, each.group): each.found for each in park_sums(MONTH, ports=seen)}

    load_wh = sum(canary_park.STEP_COUNTS.values()) * small_park.SCALE_WH * AUGUST.n_steps
    assert shown["energy", "park"].value == Fraction(load_wh, 1_000)
    assert shown["energy", "park"].n_members == len(TENANTS)
    assert shown == {
        (each.measure, each.group): each.found for each in sums_for([OWN], MONTH, ports=whole)
    }


def test_standing__of_a_neighbour_is_none(seen: Ports) -> None:
    assert sector_standing(TENANTS[1], "2026", ports=seen) is None


@pytest.mark.parametrize(
    "claim",
    [
        f"energy.{OWN}.{MONTH}",
        f"scope2-location.{OWN}.{MONTH}",
        f"bill.{OWN}.{MONTH}",
        f"inventory.{OWN}.{MONTH}",
        f"{METERS[OWN]}@2026-08-12T02",
        f"{METERS[OWN]}@2026-08-12T02:15Z",
        "{certificate}#public",
        "{certificate}#without-load",
    ],
)
def test_prove__of_ones_own_is_that_of_the_park_and_names_no_neighbour(
    whole: Ports, seen: Ports, claim: str
) -> None:
    (held, *_) = seen.registry.certificates.certificates_of(OWN)
    asked = claim.format(certificate=held.id)

    proof = prove(asked, ports=seen)

    assert proof == prove(asked, ports=whole)
    assert canaries(others(OWN)).findall(proof.decode()) == []


@pytest.mark.parametrize(
    "claim",
    [
        f"energy.{TENANTS[1]}.{MONTH}",
        "energy.park.2026-08",
        f"bill.{TENANTS[1]}.{MONTH}#energy.grid.peak",
        f"inventory.{TENANTS[1]}.2026",
        f"{METERS[TENANTS[1]]}@2026-08-12T02",
        f"{METERS[TENANTS[1]]}@2026-08-12T02:15Z",
        "PV01@2026-08-12T04:15:00Z",
        f"share.{OWN}.{MONTH}",
        f"metered-gas-{TENANTS[1]}",
        "{neighbours}#public",
        "{own}",
    ],
)
def test_prove__of_anything_else_is_refused(whole: Ports, seen: Ports, claim: str) -> None:
    theirs = whole.registry.certificates.certificates_of(TENANTS[1])[0].id
    own = whole.registry.certificates.certificates_of(OWN)[0].id

    with pytest.raises(TaihangError) as refused:
        prove(claim.format(neighbours=theirs, own=own), ports=seen)

    assert refused.value.code in {"input.part-of-park", "state.unknown-statement"}


# -- walking over everything ---------------------------------------------------------------------


@dataclass(frozen=True)
class Pool:
    """Values that the parameters of ports may take, by name of the parameter."""

    by_name: Mapping[str, Sequence[object]]

    def values(self, protocol: str, parameter: str) -> Sequence[object]:
        found = self.by_name.get(f"{protocol}.{parameter}") or self.by_name.get(parameter)
        return found or ("",)


def pool_of(whole: Ports) -> Pool:
    """Harvest everything that the whole park knows: questions of one who knows every id."""
    roll = whole.registry.roll()
    ledger = whole.registry.certificates
    day = days(date(2026, 8, 12), 1, small_park.ZONE)
    periods = [day, Period.of_s(day.end_s - 3_600, day.end_s), Period.of_s(0, 900)]
    points = [*METERS.values(), "M-PV01", *TENANTS, "PV01", "park", "load"]
    places = [[(point, quantity.value) for point in points] for quantity in Quantity]
    return Pool(
        {
            "statement_id": [*(e.id for e in roll), *(e.id.rpartition(".v")[0] for e in roll)],
            "ids": [[entry.id] for entry in roll],
            "period": periods,
            "Registry.period": [MONTH, "2026"],
            "kinds": [None, {e.kind for e in roll}],
            "table": ["readings", "intervals", "matching", "quality", "events", "balance", "lots"],
            "key_part": [None, *points],
            "places": [None, *places, *([place] for every in places for place in every)],
            "step_s": [900, 3_600, 86_400],
            "as_of": [None, 1, whole.journal.size],
            "since": [0, 1],
            "also": [()],
            "columns": [None],
            "names": [inspect.signature(whole.lake.rollups).parameters["names"].default],
            "issue": [each.id for each in ledger.issues()],
            "holder": [*TENANTS, "PV01", "park"],
            "month": [None, MONTH],
            "id_": [record.id for record in ledger.acts()],
            "prefix": ["", "claim", "issue"],
            "first": [1],
            "sha256": [*whole.evidence.hashes(), *whole.registry.park_hashes()],
            "index": [*range(whole.journal.size)],
            "instant_s": [0, 2**40],
            "size": [0],
            "path": ["checkpoint", "../registry.db"],
            "subject": [*TENANTS],
            "enterprise": [None, *TENANTS],
            "Trail.subject": [None, *TENANTS],
            "Trail.kind": [None],
            "outcome": [Outcome.DONE],
            "n_most": [1, 100],
            "year": ["2026"],
            "Counter.month": [MONTH],
            "claim_id": [
                *(f"{e.kind}.{tenant}.{MONTH}" for e in roll[:3] for tenant in TENANTS),
                *(f"{meter}@2026-08-12T02:15Z" for meter in METERS.values()),
                *(f"{one.id}#public" for one in ledger.certificates_of(TENANTS[1])),
            ],
            "name": ["2026-08.sums", "log", *whole.reports.names()],
        }
    )


def told_by(ports: Ports, pool: Pool) -> str:
    """Return everything that ports say, asked for with every value of every parameter."""
    told = [plain(ports.park), plain(ports.facts.all()), ports.log_origin, plain(ports.scope)]
    for protocol, rules in METHOD_RULES.items():
        port = port_of(ports, protocol)
        if port is None:
            continue
        for name, rule in rules.items():
            if rule is Seen.CLOSED and ports.scope.is_whole:
                continue
            sizes = [len(pool.values(protocol, each)) for each in _parameters(port, name)]
            n_asked = min(math.lcm(*sizes), max(LONGEST, *sizes, 1))
            told += [answer(port, name, partial(_nth, pool, protocol, at)) for at in range(n_asked)]
    return "\n".join(told)


def _nth(pool: Pool, protocol: str, at: int, parameter: str) -> object:
    values = pool.values(protocol, parameter)
    return values[at % len(values)]


def answer(port: object, name: str, value_of: Callable[[str], object]) -> str:
    """Return what a member says, or why it refuses; what a caller asked for is no answer."""
    asked: list[str] = []

    def noted(parameter: str) -> object:
        value = value_of(parameter)
        asked.extend(_each_of(value))
        return value

    try:
        found = _called(port, name, noted)
        if isinstance(found, Iterator):
            found = [*cast("Iterator[object]", found)]
    except (TaihangError, LookupError, ValueError, TypeError) as error:
        text = str(error)
        for value in asked:
            text = text.replace(value, "…")
        return text
    return plain(found)


def _each_of(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in cast("list[object]", value)]
    return [str(value)]


def plain(value: object) -> str:
    """Return a value as text, with everything inside."""
    match value:
        case Tree():
            text = value.root().hex()
        case BatchIndex():
            text = plain([*value, value.gateways, value.last_counters(), value.withdrawals()])
        case FactBook():
            text = plain(value.all())
        case np.ndarray():
            text = repr(cast("np.ndarray[Any, Any]", value).tolist())
        case bytes():
            text = value.decode(errors="replace")
        case dict() | list() | tuple() | set() | frozenset():
            text = _plain_parts(cast("Iterable[object]", value))
        case _:
            text = repr(value)
    return text


def _plain_parts(value: Iterable[object]) -> str:
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return ";".join(f"{plain(key)}={plain(inner)}" for key, inner in pairs)
    return ";".join(plain(inner) for inner in value)


def _parameters(port: object, name: str) -> list[str]:
    if _is_value(port, name):
        return []
    return [*inspect.signature(getattr(port, name)).parameters]


def _is_value(port: object, name: str) -> bool:
    """Whether a member is no method; a closed one is not read here."""
    is_property = isinstance(getattr(type(port), name, None), property)
    return is_property or not callable(getattr(port, name))


def _called(port: object, name: str, value_of: Callable[[str], object]) -> object:
    if _is_value(port, name):
        return getattr(port, name)
    member = getattr(port, name)
    parameters = inspect.signature(member).parameters
    plain_ones = [p.name for p in parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
    named = [p.name for p in parameters.values() if p.kind is p.KEYWORD_ONLY]
    return member(*map(value_of, plain_ones), **{each: value_of(each) for each in named})
