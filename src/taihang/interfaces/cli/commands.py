"""One function a command: open the park, call the jobs, say what happened."""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, cast

from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.errors import InputError, IntegrityError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import days
from taihang.core.seal.batch import ClockState
from taihang.interfaces import verify_taihang
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.form import hand_in_simulated
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.review import warning_lines
from taihang.interfaces.cli.say import progress, say, waiting
from taihang.interfaces.cli.words import (
    WordsError,
    count_of,
    day_of,
    gateway_key_of,
    key_of,
    stretch_of,
)
from taihang.interfaces.fingerprint import fingerprint
from taihang.interfaces.settling import run_settlement, settled_lines
from taihang.interfaces.standing import standing_facts
from taihang.services import audit as auditing
from taihang.services.act_log import log_acts
from taihang.services.collect import (
    CollectCount,
    check_import,
    collect,
    span_of,
    uploads_of_blocks,
)
from taihang.services.ingest import ingest
from taihang.services.keys import log_signer
from taihang.services.ports import Ports
from taihang.services.prove import prove as prove_statement
from taihang.services.prove_certificate import PUBLIC, WITHOUT_LOAD
from taihang.services.review import standing_named
from taihang.services.touched import touched


class NothingToImportError(InputError):
    """A file holds no reading at all."""

    code = "input.nothing-to-import"


class RefusedProofError(IntegrityError):
    """The stand-alone verifier refuses a proof that was just made."""

    code = "integrity.refused-proof"


def new(args: argparse.Namespace) -> int:
    """Make a park folder from a template."""
    park = wiring.make_park(_path(args, "dir"), text=template_text(_str(args, "template")))
    facts = {
        "park": park.id,
        "enterprises": len(park.enterprises),
        "plants": len(park.plants),
        "stations": len(park.stations),
        "batteries": len(park.batteries),
        "meters": len(park.meters),
    }
    say(args, facts, text("cli.done.new", _lang(args), dir=args.dir, **facts))
    return 0


def simulate(args: argparse.Namespace) -> int:
    """Simulate the devices of a park and take in what their gateways send."""
    if args.faults:
        return _not_built(args, "simulate --faults")
    first_day, n_days = day_of(_str(args, "first")), count_of(_str(args, "days"))
    with wiring.open_park(_path(args, "dir"), writing=True) as ports:
        count = run_simulation(
            ports,
            first_day=first_day,
            n_days=n_days,
            seed=cast("int", args.seed),
            lang=_lang(args),
        )
        log_acts(ports=ports)
        period = days(first_day, n_days, ports.park.zone)
        handed = hand_in_simulated(ports, period, seed=cast("int", args.seed))
    facts = {**_counts(count), "form_lines": sum(len(each.new) for each in handed)}
    say(args, facts, text("cli.done.simulate", _lang(args), **facts))
    return 0


def run_simulation(
    ports: Ports, *, first_day: date, n_days: int, seed: int, lang: Lang
) -> CollectCount:
    """Simulate some days and take them in, with a progress bar.

    Args:
        ports: The park, open for writing.
        first_day: First local day.
        n_days: How many days.
        seed: Names the world.
        lang: Language of the progress bar.

    Returns:
        What was read and sealed.
    """
    simulation, uploads = wiring.simulated(ports, first_day=first_day, n_days=n_days, seed=seed)
    count = CollectCount()
    batches = collect(
        uploads,
        ports=ports,
        # The day after the run closes the last interval.
        period=days(first_day, n_days + 1, ports.park.zone),
        origin={"kind": "simulator", "seed": str(seed), "from": simulation.first_day.isoformat()},
        clock=ClockState.SYNCHRONISED,
        count=count,
    )
    n_expected = (n_days + 1) * len(ports.park.gateways)
    label = text("cli.progress.ingest", lang)
    for _ in progress(ingest(batches, ports=ports), label=label, total=n_expected):
        pass
    return count


def import_files(args: argparse.Namespace) -> int:
    """Take in foreign files by an import map, all or nothing."""
    result = wiring.decoded(_path(args, "path"), map_name=_str(args, "map"))
    blocks = _renamed(_some(result.blocks, args), cast("str | None", args.rename))
    count = CollectCount()
    with wiring.open_park(_path(args, "dir"), writing=True) as ports:
        check_import(blocks, ports=ports)
        uploads = list(uploads_of_blocks(blocks, ports=ports))
        hashes = sorted(result.file_sha256.items())
        origin = {"kind": "import", "map": Path(_str(args, "map")).name}
        batches = collect(
            uploads,
            ports=ports,
            period=span_of(blocks),
            origin={**origin, **{f"sha256:{name}"[:128]: sha256 for name, sha256 in hashes}},
            clock=ClockState.IMPORT,
            count=count,
        )
        label = text("cli.progress.ingest", _lang(args))
        for _ in progress(ingest(batches, ports=ports), label=label, total=len(uploads)):
            pass
        log_acts(ports=ports)
    facts = {
        **_counts(count),
        "rows_read": result.rows_read,
        "rows_used": result.rows_used,
        "rows_missing": result.rows_missing,
        "rows_repeated": result.rows_repeated,
    }
    lines = [text("cli.done.import", _lang(args), **facts), *result.notes]
    say(args, {**facts, "notes": list(result.notes)}, "\n".join(lines))
    return 0


def settle(args: argparse.Namespace) -> int:
    """Settle a period, issue its lots, statements and bills."""
    with wiring.open_park(_path(args, "dir"), writing=True) as ports:
        period = stretch_of(args, ports.park.zone)
        with waiting(text("cli.progress.settle", _lang(args))):
            facts = run_settlement(period, ports)
    say(args, facts, "\n".join(settled_lines(facts, _lang(args))))
    return 0


def prove(args: argparse.Namespace) -> int:
    """Write the proof file of a statement."""
    less = [name for name in (WITHOUT_LOAD, PUBLIC) if getattr(args, name.replace("-", "_"))]
    with wiring.open_park(_path(args, "dir"), writing=False) as ports:
        data, _ = checked_proof("#".join([_str(args, "statement"), *less]), ports)
        log_key = log_signer(ports=ports).public
        standing = standing_named(_str(args, "statement"), ports=ports)
    out = _path(args, "out")
    out.write_bytes(data)
    facts = {"file": str(out), "bytes": len(data), **_key_facts(log_key)}
    words = text("cli.done.prove", _lang(args), **facts)
    # A proof of an old version is a true one; whoever asks for it is told that it is old.
    review = {} if standing is None else {"review": standing_facts(standing)}
    warnings = [] if standing is None else warning_lines([standing], _lang(args))
    say(args, {**facts, **review}, "\n".join([words, *warnings]))
    return 0


def checked_proof(statement_id: str, ports: Ports) -> tuple[bytes, dict[str, Any]]:
    """Make a proof and check it as a stranger would.

    Args:
        statement_id: Id of a statement, or of a series for its latest version.
        ports: The park.

    Returns:
        The proof, and what the stand-alone verifier says of it.

    Raises:
        RefusedProofError: If the verifier refuses it; such a file is never handed out.
    """
    data = prove_statement(statement_id, ports=ports)
    try:
        return data, verify_taihang.verify(data, log_signer(ports=ports).public)
    except verify_taihang.Refused as refused:
        raise RefusedProofError(
            given=f"a proof that the verifier refuses: {refused.where}: {refused.why}",
            expected="a proof that verifies",
            remedy="run `taihang audit`, settle the period again, and prove the new version",
        ) from refused


def verify(args: argparse.Namespace) -> int:
    """Check a proof file offline with the stand-alone verifier."""
    path = _path(args, "file")
    # The verifier has exit codes of its own for what it cannot read; here they are ours.
    with path.open("rb"):
        words = [str(path), "--lang", _lang(args)]
    words += ["--json"] if args.json else []
    words += ["--log-key", key_of(_str(args, "log_key"))] if args.log_key else []
    for gateway_key in cast("list[str]", args.gateway_key):
        words += ["--gateway-key", gateway_key_of(gateway_key)]
    for witness_key in cast("list[str]", args.witness_key):
        words += ["--witness-key", gateway_key_of(witness_key, option="--witness-key")]
    words += [] if args.quorum is None else ["--quorum", str(args.quorum)]
    return verify_taihang.main(words)


def audit(args: argparse.Namespace) -> int:
    """Check the whole park and name everything that is not as it should be."""
    watch = partial(progress, label=text("cli.progress.audit", _lang(args)), total=None)
    with wiring.open_park(_path(args, "dir"), writing=False, load_journal=False) as ports:
        found = auditing.audit(ports=ports, quick=bool(args.quick), watch=watch)
    facts = {
        "clean": found.is_clean,
        "batches": found.n_batches,
        "readings": found.n_readings,
        "checkpoints": found.n_checkpoints,
        "root": found.root.hex(),
        "findings": [{"where": f.where, "what": f.what} for f in found.findings],
        "gaps": found.gaps,
        "unlogged": found.unlogged,
        "has_salts": found.has_salts,
    }
    numbers = {"batches": found.n_batches, "readings": found.n_readings}
    head = (
        text("cli.done.audit_clean", _lang(args), **numbers, root=found.root.hex())
        if found.is_clean
        else text("cli.done.audit_found", _lang(args), **numbers, n=len(found.findings))
    )
    lines = [head, *(f"  ✗ {f.where}: {f.what}" for f in found.findings)]
    if not found.has_salts:
        lines.append(text("cli.done.audit_no_salts", _lang(args)))
    say(args, facts, "\n".join(lines))
    return 0 if found.is_clean else REFUSED


def rebuild(args: argparse.Namespace) -> int:
    """Make the lake again from the journal."""
    with wiring.open_park(_path(args, "dir"), writing=True) as ports:
        state_hash = auditing.rebuild(ports=ports)
    say(args, {"state_hash": state_hash}, text("cli.done.rebuild", _lang(args), hash=state_hash))
    return 0


def state_hash(args: argparse.Namespace) -> int:
    """Print one hash over everything in the lake."""
    with wiring.open_park(_path(args, "dir"), writing=False) as ports:
        found = ports.lake.state_hash()
    say(args, {"state_hash": found}, found)
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Look whether a park is fit to run: file, keys, journal, lake, room on the disk."""
    with wiring.open_park(_path(args, "dir"), writing=False) as ports:
        facts = {
            "park": ports.park.id,
            "journal_records": ports.journal.size,
            "lake_batches": len(ports.lake.batches()),
            "settlements": len(ports.registry.settlements()),
            "to_restate": len(touched(ports=ports)),
            "free_mb": wiring.free_mb(_path(args, "dir")),
            **_key_facts(log_signer(ports=ports).public),
        }
    is_behind = facts["lake_batches"] != facts["journal_records"]
    key = "cli.done.doctor_behind" if is_behind else "cli.done.doctor"
    warnings = wiring.park_warnings(_path(args, "dir"))
    lines = [text(key, _lang(args), **_only(facts, "to_restate"))]
    if facts["to_restate"]:
        lines.append(text("cli.done.doctor_restate", _lang(args), touched=facts["to_restate"]))
    lines += [f"  ! {warning}" for warning in warnings]
    say(args, {**facts, "lake_behind": is_behind, "warnings": warnings}, "\n".join(lines))
    return 0


def not_built(args: argparse.Namespace) -> int:
    """Say that a command is not built yet; never a silent success."""
    return _not_built(args, _str(args, "command"))


def _not_built(args: argparse.Namespace, command: str) -> int:
    words = text("cli.not_built", _lang(args), command=command)
    print(words, file=sys.stderr)
    if args.json:
        say(args, {"built": False, "command": command, "message": words}, words)
    return REFUSED


# -- words ---------------------------------------------------------------------------------------


def _lang(args: argparse.Namespace) -> Lang:
    return cast("Lang", args.lang)


def _str(args: argparse.Namespace, name: str) -> str:
    return str(getattr(args, name))


def _path(args: argparse.Namespace, name: str) -> Path:
    return Path(_str(args, name))


def _some(blocks: tuple[ReadingBlock, ...], args: argparse.Namespace) -> tuple[ReadingBlock, ...]:
    if not any(len(block.times_s) for block in blocks):
        raise NothingToImportError(
            given=f"{_str(args, 'path')} without a single reading",
            expected="at least one row below the heading",
            remedy="look whether the file is whole, and whether the map names its columns",
        )
    return blocks


def _renamed(blocks: tuple[ReadingBlock, ...], point: str | None) -> tuple[ReadingBlock, ...]:
    if point is None:
        return blocks
    names = sorted({block.point for block in blocks})
    if len(names) != 1:
        raise WordsError(
            given=f"--as {point} for {len(names)} points: {', '.join(names[:6])}",
            expected="a map that yields one point",
            remedy="name the points in the map instead",
        )
    return tuple(replace(block, point=point) for block in blocks)


def _key_facts(log_key: bytes) -> dict[str, object]:
    return {"log_key": log_key.hex(), "log_key_fingerprint": fingerprint(log_key)}


def _counts(count: CollectCount) -> dict[str, int]:
    return {
        "read": count.read,
        "sealed": count.sealed,
        "unchanged": count.unchanged,
        "batches": count.batches,
    }


def _only(facts: Mapping[str, object], *without: str) -> dict[str, object]:
    return {name: value for name, value in facts.items() if name not in without}
