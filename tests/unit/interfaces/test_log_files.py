"""The published log over HTTP: its files, and no door into the park beside it."""

from pathlib import Path

import pytest

from taihang.adapters.stores.published import PublishedFiles
from taihang.adapters.system import PosixDisk
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.tiles import TiledTree, tile_bytes, tiles_between
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.log_files import published_file, with_log_files
from watched_park import answer_of
from witness_kit import honest_tree, note_of

TREE = honest_tree(300)


async def rest(scope: Message, receive: Receive, send: Send) -> None:
    del scope, receive
    await send({"type": "http.response.start", "status": 418, "headers": [(b"content-type", b"x")]})
    await send({"type": "http.response.body", "body": b"rest"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    store = PublishedFiles(journal=tmp_path, public=tmp_path / "log", disk=PosixDisk())
    store.write_tiles((tile.path, tile_bytes(TREE, tile)) for tile in tiles_between(0, 300))
    store.show(note_of(TREE))
    return tmp_path / "log"


@pytest.fixture
def app(folder: Path) -> AsgiApplication:
    return with_log_files(rest, folder)


def test_with_log_files__serves_all_that_a_reader_needs(app: AsgiApplication) -> None:
    def read(path: str) -> bytes:
        return answer_of(app, f"/log/{path}", method="GET").body

    note = checkpoint_of(read("checkpoint").decode())

    assert TiledTree(note.size, read=read).root() == note.root == TREE.root()


def test_with_log_files__passes_everything_else_on(app: AsgiApplication) -> None:
    statuses = [answer_of(app, path, method="GET").status for path in ("/", "/log", "/logs/x")]

    assert statuses == [418, 418, 418]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "../secret",
        "tile/0/../../../secret",
        "tile/0/000/../000",
        "tile/8/000",
        "tile/0/0",
        "tile/0/001.p/44.part",
        "tile/0/001.p/044",
        "tile/0/002",
        "tile/entries/000",
        "checkpoint/",
        "Checkpoint",
        "/etc/passwd",
    ],
)
def test_published_file__knows_only_the_spelling_of_the_format(folder: Path, path: str) -> None:
    assert published_file(folder, path) is None


def test_published_file__is_bounded(folder: Path) -> None:
    (folder / "tile/0/000").write_bytes(bytes(8_193))

    assert published_file(folder, "tile/0/000") is None
    assert published_file(folder, "tile/0/001.p/44") is not None


def test_with_log_files__answers_to_reading_only(app: AsgiApplication) -> None:
    statuses = {
        method: answer_of(app, "/log/checkpoint", method=method).status
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE")
    }

    assert statuses == {"GET": 200, "HEAD": 200, "POST": 405, "PUT": 405, "DELETE": 405}
    assert answer_of(app, "/log/checkpoint", method="HEAD").body == b""
