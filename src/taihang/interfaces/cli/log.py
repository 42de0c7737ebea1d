"""Witness a log, publish one, and say how far a batch has come."""

import argparse
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import sleep
from typing import Final, cast

from taihang import witness_wiring
from taihang.core.errors import TaihangError
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, count_of, instant_of
from taihang.interfaces.witness.serve import serve_witness
from taihang.services.batch_status import BatchStatus, batch_status
from taihang.services.publish import NotPublished, Published
from taihang.services.publish import publish as publish_log

_EVERY_MAX_S: Final = 86_400
_COUNTER_MAX: Final = (1 << 63) - 1


def witness(args: argparse.Namespace) -> int:
    """Make the folder of a witness, or serve it until Ctrl-C."""
    root, lang = Path(str(args.dir)), cast("Lang", args.lang)
    if args.new:
        key = witness_wiring.make_witness(root, name=_name(args))
        facts: dict[str, object] = {"name": key.name, "public_key": key.public_key.hex()}
        words = text("cli.done.witness_new", lang, dir=root, **facts)
        say(args, facts, words)
        return 0
    # A witness that does not open is refused here, in one line, before a server starts.
    key = witness_wiring.witness_key(root)
    facts = {"name": key.name, "public_key": key.public_key.hex()}
    serve_witness(
        partial(witness_wiring.open_witness, root),
        bind=str(args.bind),
        port=cast("int", args.port),
        announce=partial(_announce, args, facts),
        open_to_network=bool(args.open_to_network),
    )
    return 0


def publish(args: argparse.Namespace) -> int:
    """Publish the log once, or again and again until Ctrl-C."""
    # Witnesses need no park on their machine; the park's own wiring is loaded only here.
    from taihang import wiring

    every_s = None if args.every is None else count_of(str(args.every), most=_EVERY_MAX_S)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        if every_s is None:
            found = publish_log(ports=ports)
            _tell(args, found)
            return 0 if isinstance(found, Published) else REFUSED
        while True:
            try:
                ports.journal.refresh()
                _tell(args, publish_log(ports=ports))
            except TaihangError as error:
                # The door publishes too; who comes a moment too late tries again the next time.
                print(error, file=sys.stderr, flush=True)
            sleep(every_s)


def status(args: argparse.Namespace) -> int:
    """Say how far one batch has come: received, included, published."""
    from taihang import wiring

    counter = count_of(str(args.counter), most=_COUNTER_MAX)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        found = batch_status(str(args.gateway), counter, ports=ports)
    lang = cast("Lang", args.lang)
    facts = _status_facts(found)
    words = text(
        "cli.done.status",
        lang,
        gateway=found.receipt.gateway,
        counter=found.receipt.counter,
        received=instant_of(found.receipt.received_at_s),
        leaf_index=found.receipt.leaf_index,
        included_size=found.included_size,
        published=_publication(found, lang),
    )
    say(args, facts, words)
    return 0


def _publication(found: BatchStatus, lang: Lang) -> str:
    if found.is_published:
        return text(
            "cli.done.status_published",
            lang,
            at=instant_of(found.published_at_s or 0),
            size=found.published_size,
            names=", ".join(found.cosigned_by),
        )
    return text(f"cli.done.status_{'included' if found.is_witnessed else 'not_witnessed'}", lang)


def _announce(args: argparse.Namespace, facts: Mapping[str, object], address: str) -> None:
    told = {**facts, "address": address}
    say(args, told, text("cli.done.witness", cast("Lang", args.lang), **told))


def _name(args: argparse.Namespace) -> str:
    if args.name is None:
        raise WordsError(
            given="--new without --name",
            expected="the name of the witness's key",
            remedy="write for example --name e01-witness",
        )
    return str(args.name)


def _tell(args: argparse.Namespace, found: Published | NotPublished) -> None:
    lang = cast("Lang", args.lang)
    lines = [_published(found, lang) if isinstance(found, Published) else _refused(found, lang)]
    lines += [f"  ✗ {name}: {why}" for name, why in found.absent.items()]
    if isinstance(found, NotPublished) and found.alarms:
        lines += [f"  ! {alarm.who}: {alarm.what}" for alarm in found.alarms]
        lines += [text("cli.done.publish_both", lang), found.newest, found.published]
    # An alarm belongs where nobody mistakes it for an answer.
    if isinstance(found, NotPublished) and not args.json:
        print("\n".join(lines), file=sys.stderr, flush=True)
        return
    say(args, _facts(found), "\n".join(lines))


def _published(found: Published, lang: Lang) -> str:
    names = ", ".join(f"{item.name} {instant_of(item.at_s)}" for item in found.cosignatures)
    key = "cli.done.publish" if found.is_new else "cli.done.publish_same"
    return text(key, lang, size=found.size, root=found.root.hex(), names=names)


def _refused(found: NotPublished, lang: Lang) -> str:
    key = f"cli.done.publish_{found.reason.value.replace('-', '_')}"
    return text(key, lang, n=found.n_cosigned)


def _facts(found: Published | NotPublished) -> dict[str, object]:
    if isinstance(found, Published):
        return {
            "published": True,
            "new": found.is_new,
            "size": found.size,
            "root": found.root.hex(),
            "cosigned": {item.name: item.at_s for item in found.cosignatures},
            "absent": dict(found.absent),
        }
    return {
        "published": False,
        "reason": found.reason.value,
        "cosigned": found.n_cosigned,
        "absent": dict(found.absent),
        "alarms": [{"who": alarm.who, "what": alarm.what} for alarm in found.alarms],
        "newest_checkpoint": found.newest,
        "published_checkpoint": found.published,
    }


def _status_facts(found: BatchStatus) -> dict[str, object]:
    receipt = found.receipt
    return {
        "gateway": receipt.gateway,
        "counter": receipt.counter,
        "leaf_index": receipt.leaf_index,
        "received_at_s": receipt.received_at_s,
        "included_size": found.included_size,
        "published_size": found.published_size,
        "published_at_s": found.published_at_s,
        "cosigned_by": list(found.cosigned_by),
        "witnessed": found.is_witnessed,
    }
