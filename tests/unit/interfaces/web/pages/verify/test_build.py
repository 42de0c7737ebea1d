"""What the verifier's page says of the park's own log."""

from pathlib import Path

import small_park
from taihang.interfaces.web.pages.verify.build import build_own_log
from taihang.services.keys import log_signer, rotate_log

WITNESSED = f"""{small_park.PARK}
[log]
quorum = 1
[witnesses.grid]
role = "grid"
key = "{"ab" * 32}"
url = "https://grid.example:8200"
"""


def test_build_own_log__has_the_key_in_force_first(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.DAY)
        first = log_signer(ports=ports).public.hex()
        rotate_log(overlap_days=1, ports=ports)
        small_park.fill(ports, small_park.JUNE)

        found = build_own_log(ports)

        assert found.origin == ports.log_origin
        assert found.keys == (log_signer(ports=ports).public.hex(), first)
    assert (found.witnesses, found.quorum) == ((), None)


def test_build_own_log__names_the_witnesses_of_the_park_file(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", WITNESSED)
    with small_park.opened(root) as ports:
        found = build_own_log(ports)

    assert (found.witnesses, found.quorum) == ((("grid", "ab" * 32),), 1)
