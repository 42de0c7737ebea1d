"""What is found at home with one kept file, a few keys and the static files of a log."""

from collections.abc import Callable

import pytest

from evidence_kit import LOG_KEY, OTHER_SECRET, verify_signature
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import cosign
from taihang.core.tlog.merkle import ConsistencyError, Tree, verify_consistency
from taihang.core.tlog.note import NoteSignatureError, parse_note
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from taihang.core.tlog.tlog_proof import TlogProof, encode_tlog_proof
from taihang.services.check_log import (
    LogCheck,
    NothingPublishedError,
    Pins,
    Verdict,
    check_log,
)
from witness_kit import (
    AT_S,
    LOG,
    WITNESS_SECRETS,
    WITNESSES,
    honest_tree,
    note_of,
    rewritten_tree,
)

TREE = honest_tree(600)
OTHER = rewritten_tree(600)
PINS = Pins(log_keys=[LOG_KEY], witnesses=WITNESSES, quorum=2)


def cosigned(note: str, *numbers: int) -> str:
    text = parse_note(note).text
    return note + "".join(
        cosign(text, witness=WITNESSES[i], at_s=AT_S, sign=WITNESS_SECRETS[i].sign)
        for i in numbers or (0, 1)
    )


def files_of(tree: Tree, size: int, *, note: str | None = None) -> dict[str, bytes]:
    files = {tile.path: tile_bytes(tree, tile) for tile in tiles_between(0, size)}
    return {**files, "checkpoint": (note or cosigned(note_of(tree, size))).encode()}


def checked(held: str, files: dict[str, bytes], *, pins: Pins = PINS) -> LogCheck:
    return check_log(held, read=files.get, pins=pins, verify=verify_signature)


def held_at(size: int, tree: Tree = TREE) -> str:
    return cosigned(note_of(tree, size))


@pytest.mark.parametrize(("old", "new"), [(1, 600), (255, 600), (256, 257), (512, 600), (600, 600)])
def test_check_log__takes_a_log_that_only_grew(old: int, new: int) -> None:
    found = checked(held_at(old), files_of(TREE, new))

    assert (found.verdict, found.why) == (Verdict.CONSISTENT, "")
    assert found.current is not None
    assert (found.held.size, found.current.size) == (old, new)
    assert [item.at_s for item in found.current_cosignatures] == [AT_S, AT_S]


@pytest.mark.parametrize(("old", "new"), [(4, 600), (256, 300), (512, 600), (600, 600), (255, 256)])
def test_check_log__names_a_rewrite_and_shows_it_to_third_parties(old: int, new: int) -> None:
    found = checked(held_at(old), files_of(OTHER, new))

    assert found.verdict is Verdict.REWRITTEN
    assert found.conflict is not None
    assert found.current is not None
    # The conflict alone convicts the log: its current root stands on another root of that size.
    verify_consistency(
        found.conflict.root_of_current,
        found.current.root,
        old_size=old,
        new_size=new,
        path=found.conflict.path,
    )
    assert found.conflict.root_of_current != found.held.root
    with pytest.raises(ConsistencyError):
        verify_consistency(
            found.held.root,
            found.current.root,
            old_size=old,
            new_size=new,
            path=found.conflict.path,
        )


def test_check_log__does_not_call_a_change_behind_the_held_size_a_rewrite() -> None:
    assert checked(held_at(3), files_of(OTHER, 600)).verdict is Verdict.CONSISTENT


def test_check_log__names_a_rewrite_that_colluding_witnesses_have_cosigned() -> None:
    everybody = cosigned(note_of(OTHER, 600), 0, 1, 2)

    assert checked(held_at(300), files_of(OTHER, 600, note=everybody)).verdict is Verdict.REWRITTEN


def test_check_log__names_a_log_that_went_back() -> None:
    found = checked(held_at(300), files_of(TREE, 299))

    assert (found.verdict, found.why) == (
        Verdict.ROLLED_BACK,
        "held size 300, published size 299",
    )


def test_check_log__of_a_receipt_that_is_younger_than_the_publication_says_wait() -> None:
    proof = TlogProof(299, tuple(TREE.inclusion_proof(299, size=300)), note_of(TREE, 300))

    found = checked(encode_tlog_proof(proof), files_of(TREE, 299))

    assert found.verdict is Verdict.NOT_YET
    assert checked(encode_tlog_proof(proof), files_of(TREE, 301)).verdict is Verdict.CONSISTENT
    assert checked(encode_tlog_proof(proof), files_of(OTHER, 301)).verdict is Verdict.REWRITTEN


@pytest.mark.parametrize("numbers", [(0,), (2, 2)])
def test_check_log__asks_for_the_quorum_of_its_own_witnesses(numbers: tuple[int, ...]) -> None:
    files = files_of(TREE, 600, note=cosigned(note_of(TREE, 600), *numbers))

    found = checked(held_at(300), files)

    assert (found.verdict, found.why) == (
        Verdict.NOT_WITNESSED,
        "1 cosignatures of pinned witnesses, 2 wanted",
    )


def test_check_log__of_two_histories_shown_to_two_parties_convicts_by_exchange() -> None:
    """Split view with one lying witness: each party alone is content, both together are not."""
    files_a = files_of(TREE, 600, note=cosigned(note_of(TREE), 0, 1))
    files_b = files_of(OTHER, 600, note=cosigned(note_of(OTHER), 1, 2))

    assert checked(held_at(3), files_a).verdict is Verdict.CONSISTENT
    assert checked(held_at(3, OTHER), files_b).verdict is Verdict.CONSISTENT

    found = checked(files_b["checkpoint"].decode(), files_a)

    assert found.verdict is Verdict.REWRITTEN
    # The lying witness has signed both.
    both = {item.name for item in found.held_cosignatures} & {
        item.name for item in found.current_cosignatures
    }
    assert both == {WITNESSES[1].name}


def change_hash(files: dict[str, bytes]) -> None:
    files["tile/0/001"] = bytes(32) + files["tile/0/001"][32:]


def change_parent(files: dict[str, bytes]) -> None:
    files["tile/1/000.p/2"] = bytes(64)


def cut_tile(files: dict[str, bytes]) -> None:
    files["tile/0/001"] = files["tile/0/001"][:-1]


def lose_tile(files: dict[str, bytes]) -> None:
    del files["tile/0/001"]


def tiles_of_yesterday(files: dict[str, bytes]) -> None:
    files.update({path: data for path, data in files_of(TREE, 500).items() if "tile" in path})
    del files["tile/0/002.p/88"]


@pytest.mark.parametrize(
    "harm", [change_hash, change_parent, cut_tile, lose_tile, tiles_of_yesterday]
)
def test_check_log__names_tiles_that_do_not_give_the_signed_tree(
    harm: Callable[[dict[str, bytes]], None],
) -> None:
    files = files_of(TREE, 600)
    harm(files)

    assert checked(held_at(300), files).verdict in {Verdict.BAD_TILES, Verdict.REWRITTEN}
    assert checked(held_at(300), files).verdict is Verdict.BAD_TILES


def test_check_log__takes_the_full_tile_where_a_partial_one_was_removed() -> None:
    files = files_of(TREE, 300)
    del files["tile/0/001.p/44"]
    files["tile/0/001"] = files_of(TREE, 600)["tile/0/001"]

    assert checked(held_at(200), files).verdict is Verdict.CONSISTENT


def test_check_log__refuses_what_other_keys_have_signed() -> None:
    note = sign_checkpoint(
        Checkpoint(LOG.name, 600, TREE.root()),
        public_key=OTHER_SECRET.public_key().public_bytes_raw(),
        sign=OTHER_SECRET.sign,
    )

    assert checked(held_at(3), files_of(TREE, 600, note=note)).verdict is Verdict.BAD_SIGNATURE
    with pytest.raises(NoteSignatureError):
        checked(note, files_of(TREE, 600))


def test_check_log__refuses_a_forged_cosignature() -> None:
    forged = cosigned(note_of(TREE, 599), 0, 1).split("\n\n")[1].split("\n", 1)[1]

    found = checked(held_at(3), files_of(TREE, 600, note=note_of(TREE, 600) + forged))

    assert found.verdict is Verdict.BAD_SIGNATURE


@pytest.mark.parametrize("text", [b"", b"<html>not found</html>", b"\xff\xfe", b"a\n\nb\n"])
def test_check_log__of_anything_that_is_no_checkpoint_says_so(text: bytes) -> None:
    found = checked(held_at(3), {"checkpoint": text})

    assert (found.verdict, found.current) == (Verdict.BAD_SIGNATURE, None)


def test_check_log__of_a_log_that_publishes_nothing() -> None:
    with pytest.raises(NothingPublishedError):
        checked(held_at(3), {})


def test_check_log__can_be_repeated_from_the_files_it_read() -> None:
    first = checked(held_at(300), files_of(OTHER, 600))

    again = checked(held_at(300), dict(first.files))

    assert again == first
    assert len(first.files) < 8
