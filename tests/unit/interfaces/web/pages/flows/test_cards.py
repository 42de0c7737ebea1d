"""Key figures of flows: losses with their sign, and on how much they rest."""

from dataclasses import replace

from taihang.interfaces.web.pages.flows.build import EnergyView, Place, PowerView
from taihang.interfaces.web.pages.flows.cards import Card, energy_cards, power_cards
from taihang.interfaces.web.stretch import parse_stretch
from taihang.services.electric_flows import ElectricFlows
from taihang.services.flow_table import EndKind, FlowEnd, FlowTable, closed
from taihang.services.power_now import PowerNow

PLACE = Place(
    of="park",
    above=(),
    names={},
    plants=frozenset(),
    is_feeder=False,
    zone="Asia/Shanghai",
    first_settled=None,
    last_settled=None,
)


def table(came: float | None, went: float) -> FlowTable:
    found = FlowTable(
        subject="park",
        unit="kWh",
        sources=(FlowEnd(EndKind.IMPORT, "", came),),
        sinks=(FlowEnd(EndKind.ENTERPRISE, "E01", went),),
    )
    return closed(found, lacking=EndKind.LOSSES, missing=EndKind.SURPLUS)


def energy(of: FlowTable) -> dict[str, Card]:
    electric = ElectricFlows(table=of, n_intervals=96, n_settled=90, n_closed=80, n_estimated=3)
    view = EnergyView(
        place=PLACE,
        stretch=parse_stretch("2026-07-01"),
        medium="electricity",
        electric=electric,
        other=None,
    )
    return {each.code: each for each in energy_cards(view, "en")}


def test_energy_cards__losses_have_a_sign() -> None:
    lost, surplus, even = (
        energy(table(100.0, went))["difference"] for went in (97.0, 103.0, 100.0)
    )

    assert (lost.value, lost.tone) == ("3.0", "")
    assert (surplus.value, surplus.tone) == ("−3.0", "bad")
    assert even.value == "0.0"
    assert lost.note.startswith("3.00 %")
    assert surplus.note.startswith("−2.91 %"), "of all that came in, the surplus included"


def test_energy_cards__say_what_was_left_out() -> None:
    card = energy(table(100.0, 97.0))["closed"]

    assert (card.value, card.unit, card.tone) == ("80", "/ 96", "warn")
    assert card.note == "10 open · 6 not settled · 3 with an estimate"


def test_energy_cards__what_is_not_known_is_a_dash() -> None:
    cards = energy(table(None, 97.0))

    assert (cards["difference"].value, cards["total"].value) == ("—", "—")


def test_energy_cards__a_part_of_the_park_has_no_losses_of_its_own() -> None:
    feeder = replace(table(100.0, 97.0), subject="F1")

    assert "difference" not in energy(feeder)


def test_power_cards__count_the_meters_that_were_read() -> None:
    now = PowerNow(at_s=0, table=replace(table(5.0, 5.0), unit="kW"), missing=("M1",), n_meters=4)

    cards = {
        each.code: each
        for each in power_cards(PowerView(place=PLACE, now=now, is_newest=True), "en")
    }

    assert (cards["read"].value, cards["read"].tone) == ("3 / 4", "warn")
    assert power_cards(PowerView(place=PLACE, now=None, is_newest=True), "en") == ()
