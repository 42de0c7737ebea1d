"""The register: all that was said to it is there after closing, and no statement ever changes."""

import hashlib
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import Error

import small_park
from registers import Place
from taihang import wiring
from taihang.adapters.registry.store import Registry
from taihang.config.park_file import read_park
from taihang.core.balance.settlement import Settlement
from taihang.core.seal.act import LoggedAct
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.issued import IssuedStatement, UnknownStatementError
from taihang.core.tlog.log_key import LogKey

SHA = "ab" * 32


@contextmanager
def register(directory: Path) -> Generator[Registry]:
    registry = Registry(directory / "registry.db")
    try:
        yield registry
    finally:
        registry.close()


def statement(
    series: str, version: int = 1, period: str = "2026-06", document: str = '{"value":"1"}'
) -> IssuedStatement:
    kind, subject, _ = series.split(".")
    return IssuedStatement(series, version, kind, subject, period, document)


def by_hand(directory: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(directory / "registry.db")) as database, database:
        return database.execute(sql).fetchall()


# -- park ----------------------------------------------------------------------------------------


def test_record_park__keeps_every_text_and_mirrors_the_last(place: Place) -> None:
    texts = [small_park.PARK, small_park.GRID_METERED]
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]

    with place.register() as registry:
        for at_s, text in enumerate([*texts, texts[1]]):
            registry.record_park(read_park(text, source="park.toml"), text=text, at_s=at_s)
        assert registry.park_versions() == texts[::-1]
        assert [registry.park_version(sha256) for sha256 in hashes] == texts

    park = read_park(texts[1], source="park.toml")
    meters = place.by_hand("SELECT id FROM meter ORDER BY id")
    assert meters == [(each,) for each in sorted(park.meters)]
    assert place.by_hand("SELECT id, kind FROM asset ORDER BY id") == [
        ("G1", "grid"),
        ("PV01", "pv"),
    ]
    assert place.by_hand("SELECT id, kind FROM contract ORDER BY id") == [
        ("GS1", "green-supply"),
        ("GT", "grid-tariff"),
    ]


def test_record_park__mirrors_a_text_that_was_put_back(place: Place) -> None:
    with place.register() as registry:
        for text in (small_park.PARK, small_park.GRID_METERED, small_park.PARK):
            registry.record_park(read_park(text, source="park.toml"), text=text, at_s=1)

    assert place.by_hand("SELECT count(*) FROM meter") == [(3,)]
    assert place.by_hand("SELECT count(*) FROM park_version") == [(2,)]


def test_register__is_durable_before_it_answers(tmp_path: Path) -> None:
    with register(tmp_path) as registry:
        registry.enrol_gateway("GW1", public_key="aa", at_s=1)
        # Another connection sees it at once, and the file says how it is kept.
        assert by_hand(tmp_path, "SELECT gateway FROM enrolled_key") == [("GW1",)]
        assert by_hand(tmp_path, "PRAGMA journal_mode") == [("wal",)]


def test_register__opened_twice_in_one_process_ends_independently(place: Place) -> None:
    with place.register() as first:
        with place.register() as second:
            second.enrol_gateway("GW1", public_key="aa", at_s=1)

        assert first.gateway_keys() == {"GW1": (GatewayKey(1, b"\xaa", 1),)}


def test_enrol_gateway__never_replaces_a_key(place: Place) -> None:
    with place.register() as registry:
        registry.enrol_gateway("GW1", public_key="aa", at_s=1)
        registry.enrol_gateway("GW1", public_key="bb", at_s=2)
        registry.enrol_gateway("GW2", public_key="cc", at_s=2)

    with place.register() as registry:
        assert registry.gateway_keys() == {
            "GW1": (GatewayKey(1, b"\xaa", 1),),
            "GW2": (GatewayKey(1, b"\xcc", 2),),
        }


def test_put_gateway_keys__adds_the_new_and_ends_the_old_and_changes_no_key(place: Place) -> None:
    first, second = GatewayKey(1, b"\xaa", 1), GatewayKey(2, b"\xbb", 5)
    with place.register() as registry:
        registry.enrol_gateway("GW1", public_key="aa", at_s=1)
        registry.put_gateway_keys("GW1", [replace(first, until_s=9), second])
        # Only the end of a key may move; what it is and since when may not.
        registry.put_gateway_keys("GW1", [GatewayKey(2, b"\xcc", 6, revoked_at_s=7)])

    with place.register() as registry:
        assert registry.gateway_keys() == {
            "GW1": (replace(first, until_s=9), replace(second, revoked_at_s=7))
        }


# -- log -----------------------------------------------------------------------------------------


def test_roll__numbers_statements_in_the_order_of_issue(place: Place) -> None:
    with place.register() as registry:
        registry.add_statements(
            [statement("bill.E02.2026-06"), statement("bill.E01.2026-06")], at_s=1
        )
        registry.add_statements([statement("bill.E01.2026-06", 2)], at_s=1)

        roll = registry.roll()

    assert [(entry.number, entry.id) for entry in roll] == [
        (1, "bill.E02.2026-06.v1"),
        (2, "bill.E01.2026-06.v1"),
        (3, "bill.E01.2026-06.v2"),
    ]
    assert {entry.sha256 for entry in roll} == {hashlib.sha256(b'{"value":"1"}').hexdigest()}


def test_register__remembers_events_log_keys_and_editions_once(place: Place) -> None:
    act, key = LoggedAct(7, "bills-issued", "2026-06", 3, "ab"), LogKey(1, b"\xaa", 0)
    with place.register() as registry:
        for again in (act, replace(act, n=4)):
            registry.add_logged(again)
        for once_more in (key, replace(key, from_size=9), LogKey(2, b"\xbb", 5, 60)):
            registry.add_log_key(once_more)
        for at_s in (1, 2):
            registry.add_fact_edition("[]", at_s=at_s)

    with place.register() as registry:
        assert registry.logged() == [act]
        assert registry.log_keys() == [key, LogKey(2, b"\xbb", 5, 60)]
        assert list(registry.fact_editions().values()) == ["[]"]


def test_gateway_keys__are_those_of_now_whoever_wrote_them(place: Place) -> None:
    with place.register() as one, place.register() as other:
        one.enrol_gateway("GW1", public_key="aa" * 32, at_s=1)
        first = [one.gateway_keys(), one.gateway_keys(), other.gateway_keys()]
        other.enrol_gateway("GW2", public_key="bb" * 32, at_s=2)
        second = [one.gateway_keys(), other.gateway_keys()]
        one.put_gateway_keys("GW1", [GatewayKey(2, b"c" * 32, from_s=3)])
        third = [one.gateway_keys(), other.gateway_keys()]

    assert [set(keys) for keys in first] == [{"GW1"}] * 3
    assert [set(keys) for keys in second] == [{"GW1", "GW2"}] * 2
    assert [len(keys["GW1"]) for keys in third] == [2, 2]


# -- settlements ---------------------------------------------------------------------------------


def test_record_settlement__remembers_each_once_in_the_order_of_settling(place: Place) -> None:
    settlements = [
        Settlement(900, 1800, 7, SHA),
        Settlement(0, 900, 7, SHA),
        Settlement(900, 1800, 9, SHA),
        Settlement(900, 1800, 9, "cd" * 32),
    ]

    with place.register() as registry:
        # The same one again adds nothing; an earlier one again is a settling of its own.
        for at_s, settlement in enumerate([*settlements, settlements[-1], settlements[0]]):
            registry.record_settlement(settlement, at_s=at_s)

    with place.register() as registry:
        assert registry.settlements() == [*settlements, settlements[0]]


# -- statements ----------------------------------------------------------------------------------


def test_statement__is_given_back_to_the_byte_by_id_and_by_series(place: Place) -> None:
    first = statement("energy.E01.2026-06", document='{"标题":"用电量","value":"1"}')
    second = statement("energy.E01.2026-06", version=2, document='{"value":"2"}')

    with place.register() as registry:
        registry.add_statements([first], at_s=1)
        registry.add_statements([second], at_s=2)
        assert registry.statement("energy.E01.2026-06.v1") == first
        assert registry.statement("energy.E01.2026-06.v2") == second
        assert registry.statement("energy.E01.2026-06") == second


def test_statement__unknown_is_refused_with_ids_that_are_near(place: Place) -> None:
    with place.register() as registry:
        registry.add_statements([statement("energy.E01.2026-06")], at_s=1)

        with pytest.raises(UnknownStatementError, match=r"energy\.E01\.2026-06\.v1"):
            registry.statement("energy.E99.2026-06")
        with pytest.raises(UnknownStatementError, match=r"state\.unknown-statement"):
            registry.statement("")


def test_latest_statements__gives_the_last_version_of_each_of_the_period(place: Place) -> None:
    with place.register() as registry:
        registry.add_statements(
            [
                statement("energy.E02.2026-06"),
                *(statement("energy.E01.2026-06", version=v) for v in (1, 2, 10)),
                statement("energy.E01.2026-07", period="2026-07"),
            ],
            at_s=1,
        )

        latest = registry.latest_statements("2026-06")
        of_other_kinds = registry.latest_statements("2026-06", ("bill",))
        again = registry.statements(["energy.E02.2026-06.v1", "energy.E01.2026-06.v2"])
        with pytest.raises(UnknownStatementError, match=r"energy\.E09"):
            registry.statements(["energy.E02.2026-06.v1", "energy.E09.2026-06.v1"])
        periods = registry.periods_of(["energy", "bill"])

    assert [issued.id for issued in latest] == ["energy.E01.2026-06.v10", "energy.E02.2026-06.v1"]
    assert of_other_kinds == []
    assert [(each.subject, each.version) for each in again] == [("E02", 1), ("E01", 2)]
    assert periods == {"2026-06", "2026-07"}


def test_add_statements__adds_all_or_none_and_a_version_once(place: Place) -> None:
    many = [statement(f"energy.E{number:04}.2026-06") for number in range(1_200)]

    with place.register() as registry:
        registry.add_statements(many[:1], at_s=1)
        with pytest.raises(Error, match=r"UNIQUE|unique"):
            registry.add_statements([*many[1:], many[0]], at_s=2)
        assert len(registry.latest_statements("2026-06")) == 1
        registry.add_statements(many[1:], at_s=3)
        assert len(registry.latest_statements("2026-06")) == 1_200


def test_damaged_statements__names_what_was_altered_by_hand(place: Place) -> None:
    with place.register() as registry:
        registry.add_statements(
            [statement("energy.E01.2026-06"), statement("energy.E02.2026-06")], at_s=1
        )
        assert registry.damaged_statements() == []

        place.by_hand("UPDATE statement SET document = '{\"value\":\"0\"}' WHERE subject = 'E02'")

        assert registry.damaged_statements() == ["energy.E02.2026-06.v1"]


def test_registry__of_a_park_is_where_the_wiring_puts_it(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")

    with small_park.opened(root) as ports:
        keys = ports.registry.gateway_keys()

    assert sorted(keys) == ["GW1", "GW2", "import"]
    assert wiring.ParkFolder(root).registry.is_file()


def test_gateway_keys__of_another_connection_are_seen_at_once(place: Place) -> None:
    """A key that is revoked by another process must not count for one more batch."""
    with (
        closing(Registry(place.location)) as one,
        closing(Registry(place.location)) as other,
    ):
        one.enrol_gateway("GW1", public_key="ab" * 32, at_s=1)
        (first,) = one.gateway_keys()["GW1"]
        assert one.gateway_keys() == other.gateway_keys() == {"GW1": (first,)}

        other.put_gateway_keys("GW1", [replace(first, revoked_at_s=5)])

        assert one.gateway_keys()["GW1"][0].revoked_at_s == 5
        one.put_gateway_keys("GW1", [replace(first, until_s=9)])
        assert one.gateway_keys() == other.gateway_keys()
        assert one.gateway_keys()["GW1"][0].until_s == 9
