"""Proofs by kind: how large they are, and how long a stranger's verifier takes."""

import subprocess
import sys
import time
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
from benchmarks.big_bill import LOG, LOG_SECRET, write_proof
from benchmarks.case import Room, Sample
from benchmarks.stopwatch import cpu_ms_each, stopwatch
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from taihang.adapters.system import verify_signature
from taihang.core.seal.bundle import Bundle, build_bundle, check_bundle
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.event import MAGIC, LogEvent, seal_event
from taihang.core.seal.meter_hour import Dial, meter_hours
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import cosign
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.note import VerifierKey, parse_note
from taihang.interfaces import verify_taihang

_VERIFIER: Final = Path(verify_taihang.__file__)
_LOG_LEVELS: Final = 23
"""A park-year of 5.3e9 readings at 1 000 a batch has 2^22.3 leaves."""
_DAY_LEVELS: Final = 18
"""10 000 points × 24 hours have 2^17.9 leaves."""
_HOUR_S: Final = 1_780_970_400
_TIMES: Final = 200
_WITNESSES: Final = ("grid", "regulator")
_POINTS: Final = 10_000
_MINUTES: Final = 60


def show_hour(_room: Room) -> Sample:
    """Check the proof of one meter-hour of 60 readings, in the largest log that is meant."""
    plain, cosigned = _hour_proof(witnesses=()), _hour_proof(witnesses=_WITNESSES)
    with stopwatch() as watch:
        for _ in range(_TIMES):
            check_bundle(plain, log=LOG, verify=verify_signature)
    figures = {
        "proof_bytes": len(plain),
        "cosigned_proof_bytes": len(cosigned),
        "check_ms": watch.cpu_s / _TIMES * 1_000,
        "verify_ms": cpu_ms_each(lambda: verify_taihang.verify(plain, LOG.key), times=20),
    }
    return watch.sample(items=_TIMES, figures=figures)


def seal_one_day(_room: Room) -> Sample:
    """Work out the meter-hours of a day of 10 000 points at one minute, salted, and their tree."""
    times_s = _HOUR_S + 60 * np.arange(24 * _MINUTES, dtype=np.int64)
    rows = {
        "time_s": times_s,
        "count": 48_210_377 + np.cumsum(np.arange(len(times_s)) % 13),
        "quality": np.zeros(len(times_s), np.int64),
    }
    dial = Dial(unit="Wh", scale="8000", modulus=10**9)
    with stopwatch() as watch:
        tree = Tree()
        for number in range(_POINTS):
            salt = sha256(b"%d" % number).digest()[:16]
            for _, text in meter_hours((f"M-{number:05}", "register"), rows=rows, dial=dial):
                tree.append(leaf_hash(salt + text))
        tree.root()
    return watch.sample(items=_POINTS * len(times_s), figures={"leaf_count": tree.size})


def verify_bill_quarter_hours(room: Room) -> Sample:
    """Run the stand-alone file over a bill: 2 976 uploads of 20 meters."""
    return _verified_bill(room, readings_a_batch=1)


def verify_bill_days(room: Room) -> Sample:
    """Run the stand-alone file over the same bill: 32 uploads, one a day."""
    return _verified_bill(room, readings_a_batch=96)


def _verified_bill(room: Room, *, readings_a_batch: int) -> Sample:
    path = room.scratch / "bill.proof"
    n_bytes = write_proof(path, readings_a_batch=readings_a_batch)
    with stopwatch() as watch:
        started_s = time.monotonic()
        ended = subprocess.run(
            [sys.executable, str(_VERIFIER), str(path), "--lang", "en", "--log-key", LOG.key.hex()],
            capture_output=True,
            text=True,
            check=False,
        )
        wall_s = time.monotonic() - started_s
    if ended.returncode or "NOT MEASURED" in ended.stdout:
        raise AssertionError(ended.stdout + ended.stderr)
    return watch.sample(items=20 * 2_976, figures={"proof_bytes": n_bytes, "verify_s": wall_s})


def _hour_proof(*, witnesses: tuple[str, ...]) -> bytes:
    """Return the proof of an hour behind paths as long as those of the largest park."""
    salt, text = bytes(range(16)), _hour_text()
    inner = [sha256(b"inner %d" % level).digest() for level in range(_DAY_LEVELS)]
    body: dict[str, JsonValue] = {
        "as_of": 5_300_000,
        "day": "2026-06-09",
        "n": 1 << _DAY_LEVELS,
        "park": "80eef2dc10b6146d",
        "root": _folded(leaf_hash(salt + text), inner).hex(),
        "version": 1,
    }
    record = seal_event(LogEvent("day-seal", _HOUR_S + 100_000, salt, body))
    outer = [sha256(b"outer %d" % level).digest() for level in range(_LOG_LEVELS)]
    size = 1 << _LOG_LEVELS
    checkpoint = Checkpoint(LOG.name, size, _folded(leaf_hash(record), outer))
    note = sign_checkpoint(checkpoint, public_key=LOG.key, sign=LOG_SECRET.sign)
    for name in witnesses:
        secret = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
        public = secret.public_key().public_bytes_raw()
        witness = VerifierKey(name, public)
        note += cosign(parse_note(note).text, witness=witness, at_s=_HOUR_S, sign=secret.sign)
    claim: dict[str, JsonValue] = {
        "kind": "hour",
        "hour": load_canonical(text),
        "salt": _text(salt),
        "index": 0,
        "path": _text(b"".join(inner)),
    }
    event: dict[str, JsonValue] = {
        "event": load_canonical(record[len(MAGIC) :]),
        "leaf_index": 0,
        "inclusion": _text(b"".join(outer)),
    }
    bundle = Bundle(claim=claim, checkpoint_note=note, events=[event])
    return build_bundle(bundle, log=LOG, sign=LOG_SECRET.sign)


def _hour_text() -> bytes:
    rows = {
        "time_s": _HOUR_S + 60 * np.arange(_MINUTES, dtype=np.int64),
        "count": 48_210_377 + np.cumsum(np.arange(_MINUTES) % 13),
        "quality": np.zeros(_MINUTES, np.int64),
    }
    dial = Dial(unit="Wh", scale="8000", modulus=10**9)
    ((_, text),) = meter_hours(("M-E17", "register"), rows=rows, dial=dial)
    return text


def _folded(leaf: bytes, path: list[bytes]) -> bytes:
    """Return the root over the first leaf of a full tree with these siblings."""
    for sibling in path:
        leaf = sha256(b"\x01" + leaf + sibling).digest()
    return leaf


def _text(data: bytes) -> str:
    return b64encode(data).decode()
