"""A witness's folder, and that nothing of a park is needed for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from taihang import witness_wiring
from taihang.adapters.stores.witness_state import LostWitnessStateError
from taihang.adapters.system import BusyParkError, OpenKeyError
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.note import parse_note
from taihang.services.check_log import Pins, Verdict
from taihang.services.witness import add_checkpoint
from taihang.witness_wiring import (
    NoWitnessError,
    SelfWitnessError,
    WitnessFolderInUseError,
    make_witness,
    open_witness,
    witness_key,
)
from watched_park import verify_signature
from witness_kit import LOG, honest_tree, note_of, request_of


def followed(root: Path, *keys: bytes) -> Path:
    listed = ", ".join(f'"{key.hex()}"' for key in keys)
    with (root / "witness.toml").open("a") as file:
        file.write(f'[logs.park]\norigin = "{LOG.name}"\nkeys = [{listed}]\n')
    return root


def test_make_witness__makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = make_witness(tmp_path / "w", name="e01-witness")

    assert key == witness_key(tmp_path / "w")
    assert (tmp_path / "w/keys/witness.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "w").stat().st_mode & 0o777 == 0o700


def test_open_witness__cosigns_with_that_key(tmp_path: Path) -> None:
    key = make_witness(tmp_path / "w", name="e01-witness")
    tree = honest_tree(9)

    with open_witness(followed(tmp_path / "w", LOG.public_key)) as witness:
        line = add_checkpoint(request_of(tree, old=0), witness=witness)

    note = parse_note(note_of(tree) + line)
    assert len(cosignatures_of(note, witnesses=[key], verify=verify_signature)) == 1


def test_open_witness__has_one_process_at_a_time(tmp_path: Path) -> None:
    make_witness(tmp_path / "w", name="w")

    with open_witness(tmp_path / "w"), pytest.raises(BusyParkError), open_witness(tmp_path / "w"):
        pass
    with open_witness(tmp_path / "w"):
        pass


def test_open_witness__refuses_to_follow_its_own_key(tmp_path: Path) -> None:
    key = make_witness(tmp_path / "w", name="w")

    with pytest.raises(SelfWitnessError), open_witness(followed(tmp_path / "w", key.public_key)):
        pass


def test_open_witness__never_begins_anew(tmp_path: Path) -> None:
    make_witness(tmp_path / "w", name="w")
    (tmp_path / "w/state.json").unlink()

    with pytest.raises(LostWitnessStateError), open_witness(tmp_path / "w"):
        pass


def test_open_witness__refuses_a_key_that_others_read(tmp_path: Path) -> None:
    make_witness(tmp_path / "w", name="w")
    (tmp_path / "w/keys/witness.key").chmod(0o644)

    with pytest.raises(OpenKeyError), open_witness(tmp_path / "w"):
        pass


def test_make_witness__never_takes_a_folder_that_holds_something(tmp_path: Path) -> None:
    make_witness(tmp_path / "w", name="w")

    with pytest.raises(WitnessFolderInUseError):
        make_witness(tmp_path / "w", name="w")


def test_witness_key__of_what_is_no_witness(tmp_path: Path) -> None:
    with pytest.raises(NoWitnessError):
        witness_key(tmp_path)
    (tmp_path / "witness.toml").write_bytes(b"\xff")
    with pytest.raises(NoWitnessError, match="not UTF-8"):
        witness_key(tmp_path)


def test_check_log__reads_a_folder(tmp_path: Path) -> None:
    tree = honest_tree(9)
    (tmp_path / "checkpoint").write_text(note_of(tree))

    found = witness_wiring.check_log(
        note_of(tree), source=str(tmp_path), pins=Pins(log_keys=[LOG.public_key])
    )

    assert found.verdict is Verdict.CONSISTENT


def test_log_reader__tells_an_address_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("x")

    assert witness_wiring.log_reader(f"{tmp_path}/")("checkpoint") == b"x"
    with pytest.raises(Exception, match=r"link\.no-answer"):
        witness_wiring.log_reader("http://127.0.0.1:1/log/")("checkpoint")


def test_witness__needs_neither_database_nor_lake_nor_web_framework() -> None:
    program = (
        "import sys, taihang.interfaces.cli.log, taihang.interfaces.cli.check_log\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'django', 'duckdb', 'highspy', 'sqlite3'}))"
    )

    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"
