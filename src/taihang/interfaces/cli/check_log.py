"""Check at home that a published log continues what was kept, and keep both if it does not."""

import argparse
import json
from base64 import b64encode
from pathlib import Path
from typing import Final, cast

from taihang import witness_wiring
from taihang.core.errors import InputError, StateError
from taihang.core.tlog.cosignature import Cosignature
from taihang.core.tlog.note import VerifierKey
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, instant_of, key_of, named_key_of
from taihang.services.check_log import CHECKPOINT, LogCheck, Pins, Verdict

HELD_BYTES: Final = 65_536
"""Longest checkpoint or proof file that is read."""
DEFAULT_OUT: Final = "log-evidence"
"""Where both checkpoints go if nothing else is said."""


class HeldFileError(InputError):
    """A kept file is too long to be a checkpoint or a proof of an entry, or is no text."""

    code = "input.held-file"


class EvidenceFolderError(StateError):
    """Evidence was to be written where something lies already."""

    code = "state.evidence-folder"


def check_log(args: argparse.Namespace) -> int:
    """Compare a published log with a kept checkpoint."""
    lang = cast("Lang", args.lang)
    pins = _pins(args)
    found = witness_wiring.check_log(_held(args), source=str(args.source), pins=pins)
    if found.verdict is Verdict.CONSISTENT:
        say(args, _facts(found, ""), "\n".join(_lines(found, lang)))
        return 0
    out = _written(found, pins, Path(str(args.out or DEFAULT_OUT)))
    lines = [*_lines(found, lang), text("cli.done.check_log_out", lang, out=out)]
    say(args, _facts(found, str(out)), "\n".join(lines))
    return REFUSED


def _pins(args: argparse.Namespace) -> Pins:
    log_keys = [bytes.fromhex(key_of(key)) for key in cast("list[str]", args.log_key)]
    witnesses = [
        VerifierKey(name, bytes.fromhex(key))
        for name, key in map(named_key_of, cast("list[str]", args.witness_key))
    ]
    quorum = cast("int", args.quorum)
    if not log_keys or not 0 <= quorum <= len(witnesses):
        raise WordsError(
            given=f"{len(log_keys)} log keys, {len(witnesses)} witness keys, --quorum {quorum}",
            expected="at least one --log-key, and a quorum of at most so many --witness-key",
            remedy="ask the park for the key of its log and each witness for its own key",
        )
    return Pins(log_keys=log_keys, witnesses=witnesses, quorum=quorum)


def _held(args: argparse.Namespace) -> str:
    path = Path(str(args.held))
    with path.open("rb") as file:
        content = file.read(HELD_BYTES + 1)
    try:
        held = content.decode()
    except UnicodeDecodeError as error:
        raise _no_held(path, f"byte {error.start} is not UTF-8") from error
    if len(content) > HELD_BYTES:
        raise _no_held(path, f"more than {HELD_BYTES} bytes")
    return held


def _no_held(path: Path, why: str) -> HeldFileError:
    return HeldFileError(
        given=f"{path}: {why}",
        expected="a checkpoint, or the proof file of a receipt",
        remedy="name the file that was kept",
    )


def _lines(found: LogCheck, lang: Lang) -> list[str]:
    """Say what was compared and what came of it."""
    verdict = f"cli.check_log.{found.verdict.value.replace('-', '_')}"
    lines = [
        text(verdict, lang, origin=found.held.origin, why=found.why),
        text(
            "cli.check_log.held",
            lang,
            size=found.held.size,
            root=found.held.root.hex(),
            names=_names(found.held_cosignatures, lang),
        ),
    ]
    if found.current is not None:
        lines.append(
            text(
                "cli.check_log.current",
                lang,
                size=found.current.size,
                root=found.current.root.hex(),
                names=_names(found.current_cosignatures, lang),
            )
        )
    return lines


def _names(cosigned: tuple[Cosignature, ...], lang: Lang) -> str:
    if not cosigned:
        return text("cli.check_log.nobody", lang)
    return ", ".join(f"{item.name} {instant_of(item.at_s)}" for item in cosigned)


def _facts(found: LogCheck, out: str) -> dict[str, object]:
    current = found.current
    return {
        "verdict": found.verdict.value,
        "why": found.why,
        "origin": found.held.origin,
        "held": {
            "size": found.held.size,
            "root": found.held.root.hex(),
            "cosigned": {item.name: item.at_s for item in found.held_cosignatures},
        },
        "current": None
        if current is None
        else {
            "size": current.size,
            "root": current.root.hex(),
            "cosigned": {item.name: item.at_s for item in found.current_cosignatures},
        },
        "evidence": out or None,
    }


def _written(found: LogCheck, pins: Pins, out: Path) -> Path:
    """Write both checkpoints, the tiles that were read, and how to check them, to a new folder.

    Raises:
        EvidenceFolderError: If the folder holds anything: older evidence is never overwritten.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise EvidenceFolderError(
            given=f"{found.verdict.value}: {found.why}; and {out}, which is not empty",
            expected="an empty or absent folder for both checkpoints",
            remedy="run the command again with another --out",
        )
    files: dict[str, bytes] = {
        **found.files,
        CHECKPOINT: found.current_note.encode(),
        "held.checkpoint": found.held_note.encode(),
        "conflict.json": _conflict(found),
        **{f"README.{lang}.txt": _readme(found, pins, lang) for lang in LANGS},
    }
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return out


def _conflict(found: LogCheck) -> bytes:
    """Return what a third party needs to see the contradiction without tiles."""
    conflict = found.conflict
    facts: dict[str, object] = {
        "verdict": found.verdict.value,
        "why": found.why,
        "origin": found.held.origin,
        "held_size": found.held.size,
        "held_root": found.held.root.hex(),
    }
    if found.current is not None:
        facts["current_size"] = found.current.size
        facts["current_root"] = found.current.root.hex()
    if conflict is not None:
        facts["root_of_current_at_held_size"] = conflict.root_of_current.hex()
        facts["path"] = [b64encode(item).decode() for item in conflict.path]
    return json.dumps(facts, indent=1, sort_keys=True).encode() + b"\n"


def _readme(found: LogCheck, pins: Pins, lang: Lang) -> bytes:
    keys = " ".join(f"--log-key {key.hex()}" for key in pins.log_keys)
    witnesses = "".join(
        f" --witness-key {witness.name}={witness.public_key.hex()}" for witness in pins.witnesses
    )
    quorum = f" --quorum {pins.quorum}" if pins.quorum else ""
    verdict = f"cli.check_log.{found.verdict.value.replace('-', '_')}"
    words = text(
        "cli.check_log.readme",
        lang,
        verdict=text(verdict, lang, origin=found.held.origin, why=found.why),
        command=f"taihang check-log . --held held.checkpoint {keys}{witnesses}{quorum}",
    )
    return words.encode()
