"""Parties: one id each, one owner for every plant, and somebody who holds what is fed in."""

import pytest

from certified_park import text
from taihang.config.park_file import ParkFileError, read_park

OWNED = text(more='owns = ["PV01"]\n').replace('fed_in = "plant"', 'fed_in = "owner"')


@pytest.mark.parametrize("park", [text(), OWNED, text(self_use="claim")])
def test_check_parties__of_a_sound_park__is_silent(park: str) -> None:
    read_park(park, source="park.toml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[parties.OUT]", "[parties.E01]", "parties.E01: E01"),
        ('owns = ["PV01"]', 'owns = ["PV09"]', "parties.OUT.owns: PV09"),
        ('owns = ["PV01"]', "", "certificates.fed_in: owner, and nobody owns PV01"),
        ('since = "2026-08"', 'since = "2026"', "certificates.since: 2026"),
        ('since = "2026-08"', 'since = "August"', "certificates.since: August"),
        (
            'owns = ["PV01"]',
            'owns = ["PV01"]\n[parties.X]\nname_zh = "x"\nname_en = "x"\nowns = ["PV01"]',
            "parties.X.owns: PV01, which 2 parties own",
        ),
    ],
)
def test_check_parties__that_does_not_hold_together__is_refused(
    old: str, new: str, told: str
) -> None:
    assert old in OWNED

    with pytest.raises(ParkFileError) as refused:
        read_park(OWNED.replace(old, new), source="park.toml")

    assert told.split(": ")[1] in str(refused.value)
    assert told.split(": ", maxsplit=1)[0] in str(refused.value)
