"""The JSON form: every field required, every other refused, each refusal with its field."""

import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from taihang.core.errors import InputError
from taihang.core.seal.block import MISSING_COUNT
from taihang.core.seal.canonical import DocumentError
from taihang.core.seal.readings_form import read_form
from taihang.core.seal.strict_json import JsonTextError
from taihang.core.series import Quality, Quantity

Change = Callable[[dict[str, Any]], object]
FORM: dict[str, Any] = {
    "format": "taihang/readings/v1",
    "gateway": "GW2",
    "counter": 17,
    "sent_at_s": 1_780_971_360,
    "clock": "synchronised",
    "blocks": [
        {
            "point": "M-E02",
            "quantity": "register",
            "unit": "Wh",
            "scale": "100",
            "modulus": 10_000_000,
            "times_s": [1_780_970_400, 1_780_971_300],
            "counts": [482, None],
            "quality": ["measured", "missing"],
        }
    ],
    "events": [{"point": "M-E02", "kind": "swap", "at_s": 9, "final_count": 5, "initial_count": 0}],
}


def body(change: Change = len) -> bytes:
    """The form with one change."""
    form = copy.deepcopy(FORM)
    change(form)
    return json.dumps(form).encode()


def _block(key: str, value: object) -> Change:
    return lambda form: form["blocks"][0].__setitem__(key, value)


REFUSED: tuple[tuple[Change, str], ...] = (
    (lambda f: f.update(extra=1), "body"),
    (lambda f: f.pop("clock"), "body"),
    (lambda f: f.update(format="taihang/readings/v2"), "body.format"),
    (lambda f: f.update(gateway=""), "body.gateway"),
    (lambda f: f.update(gateway="a\nb"), "body.gateway"),
    (lambda f: f.update(counter=0), "body.counter"),
    (lambda f: f.update(counter=True), "body.counter"),
    (lambda f: f.update(counter="17"), "body.counter"),
    (lambda f: f.update(sent_at_s=-1), "body.sent_at_s"),
    (lambda f: f.update(clock="import"), "body.clock"),
    (lambda f: f.update(blocks={}), "body.blocks"),
    (lambda f: f.update(blocks=[], events=[]), "body.blocks"),
    (lambda f: f.update(blocks=f["blocks"] * 2), "body.blocks"),
    (lambda f: f.update(events=f["events"] * 2), "body.events"),
    (lambda f: f["events"][0].update(kind="stolen"), "body.events[0].kind"),
    (lambda f: f["events"][0].update(at_s=True), "body.events[0].at_s"),
    (_block("unit_price", 1), "body.blocks[0]"),
    (_block("quantity", "power"), "body.blocks[0].quantity"),
    (_block("scale", 100), "body.blocks[0].scale"),
    (_block("modulus", -1), "body.blocks[0].modulus"),
    (_block("times_s", []), "body.blocks[0].times_s"),
    (_block("times_s", [5, 5]), "body.blocks[0].times_s[1]"),
    (_block("times_s", [5, 4]), "body.blocks[0].times_s[1]"),
    (_block("times_s", [5, None]), "body.blocks[0].times_s[1]"),
    (_block("times_s", [5, 253_402_300_800]), "body.blocks[0].times_s[1]"),
    (_block("counts", [1]), "body.blocks[0].counts"),
    (_block("counts", [True, None]), "body.blocks[0].counts[0]"),
    (_block("counts", ["12", None]), "body.blocks[0].counts[0]"),
    (_block("counts", [[1], None]), "body.blocks[0].counts[0]"),
    (_block("counts", [MISSING_COUNT, None]), "body.blocks[0].counts[0]"),
    (_block("counts", [None, None]), "body.blocks[0].counts[0]"),
    (_block("counts", [1, 2]), "body.blocks[0].counts[1]"),
    (_block("quality", ["measured"]), "body.blocks[0].quality"),
    (_block("quality", ["measured", "good"]), "body.blocks[0].quality[1]"),
    (_block("quality", [0, 3]), "body.blocks[0].quality[0]"),
)


def test_read_form__reads_what_it_says() -> None:
    data = body()

    found = read_form(data)

    (block,) = found.blocks
    (event,) = found.events
    assert (found.gateway, found.counter, found.sent_at_s) == ("GW2", 17, 1_780_971_360)
    assert found.body_sha256 == hashlib.sha256(data).hexdigest()
    assert (block.point, block.quantity, block.scale) == ("M-E02", Quantity.REGISTER, "100")
    assert block.counts.tolist() == [482, MISSING_COUNT]
    assert block.quality.tolist() == [Quality.MEASURED, Quality.MISSING]
    assert block.quality.dtype == np.uint8
    assert (event.final_count, event.initial_count) == (5, 0)


@pytest.mark.parametrize(("change", "where"), REFUSED)
def test_read_form__names_the_field_that_is_wrong(change: Change, where: str) -> None:
    with pytest.raises(DocumentError) as refusal:
        read_form(body(change))

    assert refusal.value.where == where


def test_read_form__passes_the_refusals_of_the_reader_on() -> None:
    with pytest.raises(JsonTextError, match=r"body\.blocks\[0\]\.counts\[0\]"):
        read_form(body().replace(b"482", b"482.5"))


def test_read_form__puts_blocks_in_the_order_of_a_batch() -> None:
    def two(form: dict[str, Any]) -> None:
        form["blocks"].insert(0, {**form["blocks"][0], "point": "Z"})

    assert [block.point for block in read_form(body(two)).blocks] == ["M-E02", "Z"]


@pytest.mark.parametrize("data", [b"[]", b"null", b'"x"', b"0", b"{}"])
def test_read_form__another_value_is_no_form(data: bytes) -> None:
    with pytest.raises(InputError, match="body"):
        read_form(data)
