"""What the pages of settings ask the park."""

from taihang.services.ports import Ports


def read_meters(ports: Ports) -> frozenset[str]:
    """Return the meters and points of which readings are kept."""
    places, _ = ports.lake.last()
    return frozenset(point for point, _ in places)


def find_version(ports: Ports, sha256: str) -> str:
    """Return an earlier text of the park file; empty where nobody recorded it."""
    known = sha256 in ports.registry.park_hashes()
    return ports.registry.park_version(sha256) if known else ""
