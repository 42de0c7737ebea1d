"""Commands of backups and keys: back up, restore, enrol, rotate, revoke."""

import argparse
from pathlib import Path
from typing import Final, cast

from taihang import safekeeping, wiring
from taihang.core.errors import InputError
from taihang.core.seal.key_act import LOG_OWNER, gateway_of
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.check_log import HeldFileError
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import count_of, hex_of
from taihang.interfaces.fingerprint import fingerprint
from taihang.safekeeping import Held
from taihang.services import keys
from taihang.services.act_log import log_acts
from taihang.services.keys import KeyAct

_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_PROOF_FILE: Final = "c2sp.org/tlog-proof"


class UnknownOwnerError(InputError):
    """A word names neither the log nor a gateway."""

    code = "input.unknown-owner"


def backup(args: argparse.Namespace) -> int:
    """Back a park up into a folder; others may be writing it."""
    keys_to = cast("str | None", args.keys_to)
    done = safekeeping.back_up(
        Path(str(args.dir)),
        Path(str(args.out_dir)),
        keys_to=None if keys_to is None else hex_of(keys_to, "--keys-to", n_bytes=_KEY_BYTES),
    )
    facts = {**safekeeping.facts_of(done), "out": str(args.out_dir)}
    key = "cli.done.backup_keys" if done.has_keys else "cli.done.backup"
    told = {name: value for name, value in facts.items() if name != "has_keys"}
    say(args, facts, text(key, _lang(args), **told))
    return 0


def restore(args: argparse.Namespace) -> int:
    """Make a park from a backup, or catch a rolled-back one up; compare it with what is held."""
    held = [_held(Path(path)) for path in cast("list[str]", args.held)]
    source, root = Path(str(args.backup)), Path(str(args.dir))
    if args.catch_up:
        done = safekeeping.catch_up(source, root, held=held)
    else:
        key = cast("str | None", args.key)
        private = None if key is None else safekeeping.private_key(Path(key))
        done = safekeeping.restore(source, root, held=held, private=private)
    facts = {**safekeeping.facts_of(done), "dir": str(root), "held": list(done.held)}
    lines = [
        text(
            "cli.done.restore",
            _lang(args),
            dir=root,
            held=", ".join(done.held) or "–",
            root=done.root.hex(),
            size=done.size,
            state_hash=done.state_hash,
        )
    ]
    if done.missing:
        lines.append(text("cli.done.restore_behind", _lang(args), missing=done.missing))
    if not done.has_keys:
        lines.append(text("cli.done.restore_keys", _lang(args), dir=root))
    say(args, facts, "\n".join(lines))
    return 0


def enrol(args: argparse.Namespace) -> int:
    """Let an external gateway send with its own key."""
    key = hex_of(str(args.key), "--key", n_bytes=_KEY_BYTES)
    again = cast("str | None", args.again)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        act = keys.enrol(str(args.gateway), key=key, again=again, ports=ports)
        log_acts(ports=ports)
    return _told(args, act, "cli.done.enrol")


def rotate_key(args: argparse.Namespace) -> int:
    """Give the log or a gateway its next key, signed by the present one."""
    owner, overlap_days = str(args.owner), count_of(str(args.overlap_days))
    gateway = _gateway(owner)
    key, signature = cast("str | None", args.key), cast("str | None", args.signature)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        if gateway is None:
            act = keys.rotate_log(overlap_days=overlap_days, ports=ports)
        else:
            act = keys.rotate_gateway(
                gateway,
                overlap_days=overlap_days,
                key=hex_of(key, "--key", n_bytes=_KEY_BYTES) if key else None,
                signature=hex_of(signature, "--signature", n_bytes=_SIGNATURE_BYTES)
                if signature
                else None,
                ports=ports,
            )
        log_acts(ports=ports)
    return _told(args, act, "cli.done.rotate_key")


def revoke_key(args: argparse.Namespace) -> int:
    """Revoke a key of a gateway."""
    gateway = _gateway(str(args.owner))
    if gateway is None:
        raise UnknownOwnerError(
            given="the log", expected="gateway:NAME", remedy="a log's key is followed, not revoked"
        )
    ordinal = None if args.ordinal is None else count_of(str(args.ordinal))
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        act = keys.revoke(gateway, ordinal=ordinal, reason=str(args.reason), ports=ports)
        log_acts(ports=ports)
    return _told(args, act, "cli.done.revoke_key")


def _told(args: argparse.Namespace, act: KeyAct, key: str) -> int:
    facts: dict[str, object] = {
        "owner": act.owner,
        "ordinal": act.ordinal,
        "public_key": act.key.hex(),
        "fingerprint": fingerprint(act.key),
        "leaf": act.leaf,
    }
    say(args, facts, text(key, _lang(args), **facts))
    return 0


def _gateway(owner: str) -> str | None:
    """Return the gateway that a word names; None for the log."""
    gateway = gateway_of(owner)
    if gateway is None and owner != LOG_OWNER:
        raise UnknownOwnerError(
            given=f"the owner {owner!r}",
            expected="log, or gateway:NAME",
            remedy=f"write gateway:{owner} for the gateway of that name",
        )
    return gateway


def _held(path: Path) -> Held:
    try:
        kept = path.read_text(encoding="utf-8")
        # The proof file of a receipt ends with the checkpoint.
        note = kept.partition("\n\n")[2] if kept.startswith(_PROOF_FILE) else kept
        return Held(path.name, note)
    except UnicodeDecodeError as error:
        raise HeldFileError(
            given=f"{path}, which is no text",
            expected="a signed checkpoint, as a witness or a receipt holds it",
            remedy="take the file again from whoever holds it",
        ) from error


def _lang(args: argparse.Namespace) -> Lang:
    return cast("Lang", args.lang)
