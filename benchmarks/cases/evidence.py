"""What holds the numbers: state hash, rebuild, audit, proofs, the tree."""

from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.state import MONTH, demo_ports
from benchmarks.stopwatch import cpu_ms_each, stopwatch

from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.interfaces import verify_taihang
from taihang.services import audit as auditing
from taihang.services.prove import LOG_KEY, prove

_ONE: Final = f"scope2-location.E17.{MONTH}"
_PARK: Final = f"scope2-location.park.{MONTH}"
_TIMES: Final = 5
_LEAVES: Final = 1_000_000
_PROOFS: Final = 50_000
_STRIDE: Final = 7_919
"""A prime, so that the proofs are of leaves all over the tree."""


def hash_state(room: Room) -> Sample:
    """Hash every row of the lake."""
    with demo_ports(room.park, writing=False) as ports:
        with stopwatch() as watch:
            ports.lake.state_hash()
        n_rows = ports.lake.count("readings") + ports.lake.count("intervals")
        n_rows += ports.lake.count("matching") + ports.lake.count("balance")
        n_rows += ports.lake.count("lots") + ports.lake.count("events")
    return watch.sample(items=n_rows)


def rebuild_lake(room: Room) -> Sample:
    """Make the lake again from the journal, settlements and lots included."""
    with demo_ports(room.park, writing=True) as ports:
        before = ports.lake.state_hash()
        with stopwatch() as watch:
            after = auditing.rebuild(ports=ports)
        n_readings = ports.lake.count("readings")
    if after != before:
        raise AssertionError(f"rebuilt as {after}, was {before}")
    return watch.sample(items=n_readings)


def audit_park(room: Room) -> Sample:
    """Check every byte of the year: frames, roots, signatures, checkpoints, lake, statements."""
    opened = demo_ports(room.park, writing=False, load_journal=False)
    with opened as ports, stopwatch() as watch:
        found = auditing.audit(ports=ports)
    if not found.is_clean:
        raise AssertionError(f"the demo park is not clean: {found.findings[:3]}")
    return watch.sample(items=found.n_readings, figures={"batch_count": found.n_batches})


def prove_month(room: Room) -> Sample:
    """Write the proof of one month of one enterprise, and of the whole park."""
    with demo_ports(room.park, writing=False) as ports:
        with stopwatch() as watch:
            proofs = [prove(_ONE, ports=ports) for _ in range(_TIMES)]
        of_park_ms = cpu_ms_each(lambda: prove(_PARK, ports=ports), times=2)
        figures = {
            "proof_cpu_ms": watch.cpu_s / _TIMES * 1_000,
            "proof_bytes": len(proofs[0]),
            "park_proof_cpu_ms": of_park_ms,
            "park_proof_bytes": len(prove(_PARK, ports=ports)),
        }
    return watch.sample(items=_TIMES, figures=figures)


def verify_month(room: Room) -> Sample:
    """Verify these proofs with the stand-alone file that strangers use."""
    with demo_ports(room.park, writing=False) as ports:
        one, park = prove(_ONE, ports=ports), prove(_PARK, ports=ports)
        key = ports.keys.signing_key(LOG_KEY).public
    with stopwatch() as watch:
        for _ in range(_TIMES):
            verify_taihang.verify(one, key)
    figures = {
        "verify_cpu_ms": watch.cpu_s / _TIMES * 1_000,
        "park_verify_cpu_ms": cpu_ms_each(lambda: verify_taihang.verify(park, key), times=2),
    }
    return watch.sample(items=_TIMES, figures=figures)


def grow_tree(_room: Room) -> Sample:
    """Append leaves to a tree, then prove some of them in it."""
    leaves = [leaf_hash(number.to_bytes(8, "big")) for number in range(_LEAVES)]
    with stopwatch() as appending:
        tree = Tree(leaves)
    with stopwatch() as proving:
        for number in range(_PROOFS):
            tree.inclusion_proof(number * _STRIDE % _LEAVES, size=_LEAVES)
    figures = {
        "appends_per_cpu_s": _LEAVES / appending.cpu_s,
        "inclusion_proofs_per_cpu_s": _PROOFS / proving.cpu_s,
        "inclusion_proof_cpu_us": proving.cpu_s / _PROOFS * 1e6,
    }
    appending.cpu_s += proving.cpu_s
    appending.wall_s += proving.wall_s
    appending.peak_rss_mb = max(appending.peak_rss_mb, proving.peak_rss_mb)
    return appending.sample(items=_LEAVES + _PROOFS, figures=figures)
