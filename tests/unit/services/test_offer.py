"""Offers: the park's own rule with the project in it, and sums of everybody else."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import offer_kit
import small_park
from taihang.core.park.candidate import Candidate
from taihang.services.account import UnsettledMonthError
from taihang.services.offer import Offers, offers


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return offer_kit.make(tmp_path_factory.mktemp("offer") / "park")


def offered(root: Path, *projects: Candidate) -> Offers:
    with small_park.opened(root, writing=False) as ports:
        return offers(projects, plans=offer_kit.plans(), label=offer_kit.YEAR, ports=ports)


def larger(mwh: int, name: str = "PJ1") -> Candidate:
    return offer_kit.project(
        ('id = "PJ1"', f'id = "{name}"'),
        ('mwh_per_year = "1200"', f'mwh_per_year = "{mwh}"'),
        ("transformer_kva = 1000", "transformer_kva = 100000"),
    )


def test_offers__energy_comes_from_somewhere(root: Path) -> None:
    (one,) = offered(root, offer_kit.project()).each

    assert one.load_wh == 1_200_000_000
    assert 0 < one.line_wh + one.shared_wh < one.load_wh
    assert one.line_wh == 0
    assert one.green_ratio == Fraction(one.shared_wh, one.load_wh)
    assert int(one.use.matched_wh.sum()) == one.shared_wh


def test_offers__what_the_project_takes_is_surplus_or_lost_to_others(root: Path) -> None:
    found = offered(root, offer_kit.project())
    (one,), park = found.each, found.park

    lost_wh = park.others_before_wh - park.others_after_wh
    assert 0 <= lost_wh <= one.shared_wh
    assert park.n_others == 2
    kept_wh = park.before.energy.exported_wh - park.after.energy.exported_wh
    # What it took beside was fed into the grid before; the balance and the matching agree.
    assert kept_wh >= one.shared_wh - lost_wh > 0


def test_offers__a_line_gives_more_than_the_shared_network(root: Path) -> None:
    on_line = offer_kit.project(('grid_tariff = "GT"', 'grid_tariff = "GT"\nline = "DL1"'))

    (shared,), (lined,) = offered(root, offer_kit.project()).each, offered(root, on_line).each

    assert lined.line_wh > 0
    assert lined.green_ratio >= shared.green_ratio


def test_offers__a_larger_project_has_a_smaller_share_and_more_energy(root: Path) -> None:
    (small,), (large,) = offered(root, larger(1_200)).each, offered(root, larger(12_000)).each

    assert large.green_ratio < small.green_ratio
    assert large.shared_wh > small.shared_wh


def test_offers__projects_that_come_together_compete(root: Path) -> None:
    one, other = larger(6_000, "PA"), larger(6_000, "PB")

    (alone,) = offered(root, one).each
    both = offered(root, one, other)

    assert [each.candidate.id for each in both.each] == ["PA", "PB"]
    assert both.each[0].green_ratio < alone.green_ratio
    assert abs(both.each[0].shared_wh - both.each[1].shared_wh) < 0.001 * alone.shared_wh


def test_offers__ratios_keep_their_identities(root: Path) -> None:
    park = offered(root, offer_kit.project()).park
    before, after = park.before.energy, park.after.energy

    assert after.available_wh == before.available_wh
    assert after.load_wh - before.load_wh == 1_200_000_000
    assert after.exported_wh <= before.exported_wh
    assert after.self_used_wh - before.self_used_wh == before.exported_wh - after.exported_wh
    by = {each.symbol: each.ratio or Fraction(0) for each in park.after.requirements}
    was = {each.symbol: each.ratio or Fraction(0) for each in park.before.requirements}
    assert by["R_self"] >= was["R_self"]
    assert by["R_exp"] <= was["R_exp"]


def test_offers__are_of_a_year_that_is_wholly_settled(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports, pytest.raises(UnsettledMonthError):
        offers([offer_kit.project()], plans=offer_kit.plans(), label="2024", ports=ports)


def test_offers__say_the_same_twice(root: Path) -> None:
    first, again = offered(root, offer_kit.project()), offered(root, offer_kit.project())

    assert replace(first.each[0], use=again.each[0].use) == again.each[0]
    assert first.park == again.park
