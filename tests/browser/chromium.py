"""Drives a headless Chromium over its debugging pipe: no driver program, no extra package."""

import base64
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

CHROMIUM: Final = Path("/usr/bin/chromium")
_FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
# The browser reads commands from descriptor 3 and writes answers to descriptor 4.
_LAUNCH: Final = (
    "import os,sys;"
    "os.dup2(int(sys.argv[1]),3);os.dup2(int(sys.argv[2]),4);"
    "os.execv(sys.argv[3],sys.argv[3:])"
)
_FREE_DESCRIPTORS_FROM: Final = 20
_EXIT_S: Final = 10


class BrowserError(AssertionError):
    """The browser refused a command, or a script in the page failed."""


class Chromium:
    """A browser with one page."""

    def __init__(self) -> None:
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_child, self._commands = _pipe(write_end=True)
        from_child, self._answers = _pipe(write_end=False)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _LAUNCH,
                str(to_child),
                str(from_child),
                str(CHROMIUM),
                *_FLAGS,
                f"--user-data-dir={self._profile.name}",
                "about:blank",
            ],
            pass_fds=(to_child, from_child),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        self._next_id = 0
        self._downloads: list[str] = []
        self._session: str | None = None
        self.console: list[str] = []
        """Errors that the page wrote, refusals of the Content-Security-Policy among them."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attach = {"targetId": target, "flatten": True}
        self._session = str(self.call("Target.attachToTarget", attach)["sessionId"])
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._commands.close()
        try:
            self._process.wait(timeout=_EXIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()
        self._profile.cleanup()

    def call(self, method: str, parameters: Mapping[str, object]) -> dict[str, Any]:
        """Send one command and wait for its answer."""
        self._next_id += 1
        message: dict[str, object] = {
            "id": self._next_id,
            "method": method,
            "params": dict(parameters),
        }
        if self._session is not None:
            message["sessionId"] = self._session
        self._commands.write(json.dumps(message).encode() + b"\0")
        self._commands.flush()
        while True:
            answer = self._read()
            if answer.get("id") == self._next_id:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']}")
                return dict(answer["result"])
            self._note(answer)

    def size(self, width: int, height: int, *, scale: float = 1) -> None:
        """Set the size of the window."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", metrics)

    def sign_in(self, address: str, cookie: str) -> None:
        """Take the cookie of a member, as a browser holds it after signing in."""
        name, _, value = cookie.partition("=")
        self.call("Network.setCookie", {"url": address, "name": name, "value": value})

    def open(self, address: str) -> None:
        """Open an address and wait until the page says that it is ready, or has loaded."""
        self.console.clear()
        self.call("Page.navigate", {"url": address})
        wait = """new Promise((done, fail) => {
          const end = Date.now() + 20000;
          const look = () => {
            const scripted = document.querySelector('script[type=module]');
            const ready = document.readyState === 'complete' &&
              (!scripted || document.documentElement.dataset.ready);
            if (ready && location.href !== 'about:blank') requestAnimationFrame(() => done(true));
            else if (Date.now() > end) fail(new Error('page never became ready'));
            else setTimeout(look, 30);
          };
          look();
        })"""
        self.run(wait)

    def run(self, script: str) -> Any:  # noqa: ANN401 - whatever the script returns
        """Run a script in the page and return its value, waiting for a promise."""
        parameters = {"expression": script, "awaitPromise": True, "returnByValue": True}
        answer = self.call("Runtime.evaluate", parameters)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"])[:800])
        return answer["result"].get("value")

    def download(self, script: str, folder: Path) -> Path:
        """Run a script that makes the page download a file, and return where it lies."""
        allowed = {"behavior": "allow", "downloadPath": str(folder), "eventsEnabled": True}
        self.call("Browser.setDownloadBehavior", allowed)
        self._downloads.clear()
        self.run(script)
        while "completed" not in self._downloads:
            if "canceled" in self._downloads:
                raise BrowserError("the download was cancelled")
            self._note(self._read())
        (found,) = folder.iterdir()
        return found

    def picture(self, path: Path) -> None:
        """Write what the window shows as PNG."""
        answer = self.call("Page.captureScreenshot", {"format": "png"})
        path.write_bytes(base64.b64decode(answer["data"]))

    def _read(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            if not byte:
                raise BrowserError("the browser ended")
            data += byte
        return json.loads(data)

    def _note(self, event: Mapping[str, Any]) -> None:
        if event.get("method") == "Log.entryAdded":
            entry = event["params"]["entry"]
            if entry["level"] == "error":
                self.console.append(f"{entry['text']} {entry.get('url', '')}")
        if event.get("method") == "Browser.downloadProgress":
            self._downloads.append(str(event["params"]["state"]))
        if event.get("method") == "Runtime.exceptionThrown":
            self.console.append(json.dumps(event["params"]["exceptionDetails"])[:800])


def _pipe(*, write_end: bool) -> tuple[int, IO[bytes]]:
    """Return the child's end of a pipe, clear of descriptors 3 and 4, and ours as a file."""
    read, write = os.pipe()
    ours, theirs = (write, read) if write_end else (read, write)
    moved = fcntl.fcntl(theirs, fcntl.F_DUPFD, _FREE_DESCRIPTORS_FROM)
    os.close(theirs)
    return moved, os.fdopen(ours, "wb" if write_end else "rb")
