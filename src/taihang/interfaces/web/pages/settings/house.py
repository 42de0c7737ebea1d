"""What the page of data and system asks: how large everything is, and how far log and trail are."""

from dataclasses import dataclass

from taihang.services.log_standing import LogStanding, log_standing
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseView:
    """The house that keeps a park."""

    zone: str
    log: LogStanding
    n_trail: int
    """Entries of the audit trail."""
    n_park_texts: int
    """Texts of the park file that the register keeps."""
    version: str


def build_house(ports: Ports) -> HouseView:
    """Look how far log, trail and register are."""
    return HouseView(
        zone=ports.park.time_zone,
        log=log_standing(ports=ports),
        n_trail=ports.trail.head()[0],
        n_park_texts=len(ports.registry.park_hashes()),
        version=ports.version,
    )
