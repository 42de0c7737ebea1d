"""Every altered byte of what was published is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from taihang.services.audit import audit
from watched_park import Watched


@pytest.fixture
def park(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path)
    for size in (2, 5):
        watched.grow(size)
        watched.published()
    return watched


def findings(park: Watched) -> list[str]:
    with park.opened(writing=False) as ports:
        return [f"{found.where}: {found.what}" for found in audit(ports=ports).findings]


def test_published_findings__of_what_is_right_are_none(park: Watched) -> None:
    assert findings(park) == []


def alter(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


HARMS: Final[list[tuple[Callable[[Path], None], str]]] = [
    (lambda root: alter(root / "journal/published", 40), "published notes at byte 0"),
    (lambda root: alter(root / "journal/published", -3), "published notes at byte"),
    (lambda root: alter(root / "log/checkpoint", 9), "log/checkpoint"),
    (lambda root: alter(root / "log/tile/0/000.p/5", 33), "log/tile/0/000.p/5"),
    (lambda root: (root / "log/tile/0/000.p/5").unlink(), "log/tile/0/000.p/5"),
    (lambda root: (root / "log/checkpoint").unlink(), "log/checkpoint"),
]


@pytest.mark.parametrize(("harm", "place"), HARMS)
def test_published_findings__name_every_harm(
    park: Watched, harm: Callable[[Path], None], place: str
) -> None:
    harm(park.root)

    found = findings(park)

    assert found
    assert found[0].startswith(place)


def test_published_findings__name_a_publication_of_another_history(
    park: Watched, tmp_path: Path
) -> None:
    other = Watched(tmp_path / "other")
    other.grow(1)
    other.published()
    published = (other.root / "journal/published").read_bytes()
    (park.root / "journal/published").write_bytes(published)

    found = findings(park)

    # Another park's log key: nothing in it is this log's.
    assert found[0].startswith("published note 0: integrity.note-signature")
