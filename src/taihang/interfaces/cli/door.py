"""Keep the door of a park open for gateways, and give tokens to those that speak JSON."""

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import cast

from taihang import wiring
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, count_of
from taihang.interfaces.ingest.limits import BURST, HEADER_TIMEOUT_S, MAX_CONNECTIONS, Limits
from taihang.interfaces.ingest.serve import Place, serve_door
from taihang.interfaces.tls_files import TlsFiles
from taihang.services.door_token import MAX_DAYS, issue_token, revoke_tokens

_MIB = 1024 * 1024


def ingest(args: argparse.Namespace) -> int:
    """Keep the door open until SIGTERM or Ctrl-C."""
    limits = Limits(batches_per_min=_rate(args))
    place = Place(
        bind=str(args.bind),
        port=cast("int", args.port),
        tls=_tls_files(args),
        behind_proxy=bool(args.behind_proxy),
    )
    serve_door(
        Path(str(args.dir)), place=place, limits=limits, announce=partial(_announce, args, limits)
    )
    # Everything is stored and closed. The server's own threads do not survive the tidying of the
    # interpreter, so the process ends here.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def token(args: argparse.Namespace) -> int:
    """Give out a token of a gateway, or take all of them away."""
    gateway, lang = str(args.gateway), cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        if args.revoke:
            n_revoked = revoke_tokens(gateway, ports=ports)
            facts: dict[str, object] = {"gateway": gateway, "revoked": n_revoked}
            say(args, facts, text("cli.done.token_revoked", lang, **facts))
            return 0
        n_days = count_of(str(args.days), most=MAX_DAYS)
        secret = wiring.random_secret()
        shown, kept = issue_token(gateway, n_days=n_days, secret=secret, ports=ports)
    facts = {"gateway": gateway, "token": shown, "days": n_days}
    words = text("cli.done.token", lang, **facts)
    say(args, {**facts, "expires_at_s": kept.expires_at_s}, words)
    return 0


def _announce(args: argparse.Namespace, limits: Limits, address: str) -> None:
    facts: dict[str, object] = {
        "address": address,
        "batches_per_min": limits.batches_per_min,
        "burst": BURST * limits.batches_per_min,
        "max_body_mib": limits.max_body_bytes // _MIB,
        "max_in_flight_mib": limits.max_in_flight_bytes // _MIB,
        "max_queue": limits.max_queue,
        "max_group": limits.max_group,
        "max_connections": MAX_CONNECTIONS,
        "header_timeout_s": HEADER_TIMEOUT_S,
        "silence_timeout_s": int(limits.silence_timeout_s),
        "body_timeout_s": int(limits.body_timeout_s),
        "lock_wait_s": int(limits.lock_wait_s),
    }
    say(args, facts, text("cli.done.ingest", cast("Lang", args.lang), **facts))


def _rate(args: argparse.Namespace) -> int:
    given = cast("int", args.batches_per_minute)
    if given < 1:
        raise WordsError(
            given=f"--batches-per-minute {given}",
            expected="1 or more",
            remedy="write how many batches a gateway sends by its contract, for example 60",
        )
    return given


def _tls_files(args: argparse.Namespace) -> TlsFiles | None:
    cert, key, authority = args.tls_cert, args.tls_key, args.client_ca
    if (cert is None) != (key is None) or (authority is not None and cert is None):
        raise WordsError(
            given="only a part of --tls-cert, --tls-key, --client-ca",
            expected="certificate and key together, and the client authority only with them",
            remedy="name the missing file",
        )
    if cert is None:
        return None
    return TlsFiles(
        cert=Path(str(cert)),
        key=Path(str(key)),
        client_ca=None if authority is None else Path(str(authority)),
    )
