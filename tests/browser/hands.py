"""What somebody does at a browser: press keys, and wait until something is to be seen."""

from contextlib import suppress
from typing import Final

from browser.chromium import BrowserError, Chromium

CODES: Final = {"Escape": 27, "Tab": 9, "Enter": 13}
"""Numbers of keys that are no letters, as browsers count them."""
_LOOKS_MOST: Final = 600
_BETWEEN_MS: Final = 25


def press(browser: Chromium, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        text = {"text": key} if len(key) == 1 else {"windowsVirtualKeyCode": CODES[key]}
        browser.call("Input.dispatchKeyEvent", {"type": "keyDown", "key": key, **text})
        browser.call("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})


def until(browser: Chromium, condition: str) -> None:
    """Wait until something is true in the page, also while the browser goes to another one."""
    look = f"new Promise(d => setTimeout(() => d(Boolean({condition})), {_BETWEEN_MS}))"
    for _ in range(_LOOKS_MOST):
        with suppress(BrowserError):
            if browser.run(look):
                return
    raise AssertionError(f"never: {condition}")


def until_ready(browser: Chromium, path: str) -> None:
    """Wait until the browser is at an address and its page is ready."""
    until(
        browser,
        f"location.pathname === '{path}' && document.documentElement?.dataset.ready",
    )
