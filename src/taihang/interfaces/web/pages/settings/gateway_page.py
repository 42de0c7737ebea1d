"""Turns gateways into what their pages print: states in words, a script that sends a reading."""

import json
from decimal import Decimal
from typing import Final

from django.urls import reverse

from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.park_words import option_in
from taihang.interfaces.web.figure_table import Cell, FigureTable, Head, words_cell
from taihang.interfaces.web.pages.settings.gateways import GatewayView
from taihang.interfaces.web.wording import DASH, local_instant, number, percent
from taihang.services.last_frame import BLOCKS_MOST, Frame
from taihang.services.meters_of_gateways import LOOKED_AT_DAYS, PointState

DOOR: Final = "http://127.0.0.1:8101"
"""Where the door listens where nothing else is said."""
DAYS: Final = (30, 90, 365)
"""How long a token may live, for a person to choose from [day]."""
_KILO: Final = {"Wh": "kWh", "varh": "kvarh", "L": "m³", "kJ": "MJ", "g": "kg"}
"""A thousand of a unit."""
_FEW_RATIO: Final = 0.95
"""Below this what is known says so in colour."""


def gateways_table(views: tuple[GatewayView, ...], *, now_s: int, lang: Lang) -> FigureTable:
    """Return the gateways as a table.

    Args:
        views: The gateways.
        now_s: The present instant [s].
        lang: The reader's language.
    """
    heads = (
        Head(_say("gateway", lang)),
        Head(_say("points", lang), is_number=True, priority=2),
        Head(_say("last_frame", lang)),
        Head(_say("last_reading", lang), priority=2),
        Head(_say("known", lang, n=LOOKED_AT_DAYS), is_number=True),
        Head(_say("clock", lang), priority=2),
        Head(_say("signs", lang), priority=2),
        Head(_say("tokens", lang), is_number=True, priority=2),
    )
    return FigureTable(
        id="gateways-now", heads=heads, rows=tuple(_row(v, now_s, lang) for v in views)
    )


def gateway_context(view: GatewayView, *, now_s: int, lang: Lang, park: str) -> dict[str, object]:
    """Return what the page of one gateway prints.

    Args:
        view: The gateway.
        now_s: The present instant [s].
        lang: The reader's language.
        park: The park folder, as a command names it.
    """
    return {
        "view": view,
        "gateway": view.state.id,
        "points": _points_table(view, lang),
        "clock": _clock(view, lang),
        "signs": _signs(view, lang),
        "tokens": [
            {
                "name": f"{each.sha256[:8]}…",
                "issued": local_instant(each.issued_at_s, zone=view.zone),
                "expires": local_instant(each.expires_at_s, zone=view.zone),
            }
            for each in view.live_tokens(now_s)
        ],
        "days": DAYS,
        "script": script_of(view),
        "open_command": f"taihang ingest {park}",
        "frame": None if view.frame is None else _frame(view.frame, view.zone, lang),
        "frame_table": None if view.frame is None else _frame_table(view.frame, view.zone, lang),
    }


def script_of(view: GatewayView) -> str:
    """Return a script that sends one reading of a gateway; empty where it cannot be one.

    Args:
        view: The gateway; one that signs itself sends sealed batches, for which there is no line.
    """
    if view.register is None or view.is_external:
        return ""
    block = {
        "point": view.register.point,
        "quantity": view.register.quantity,
        "unit": view.register.unit,
        "scale": view.register.scale,
        "modulus": view.register.modulus,
        "times_s": "AT",
        "counts": "COUNT",
        "quality": ["measured"],
    }
    body = {
        "format": "taihang/readings/v1",
        "gateway": view.state.id,
        "counter": _next_counter(view),
        "sent_at_s": "NOW",
        "clock": "synchronised",
        "blocks": [block],
        "events": [],
    }
    written = json.dumps(body, separators=(",", ":"))
    for name, variable in (("NOW", "$NOW"), ("AT", "[$AT]"), ("COUNT", "[$COUNT]")):
        written = written.replace(f'"{name}"', variable)
    for key in ("blocks", "times_s"):
        written = written.replace(f',"{key}"', f',\n "{key}"')
    return "\n".join(
        (
            f"DOOR={DOOR}",
            "TOKEN=th_…",
            "COUNT=0",
            "NOW=$(date +%s); AT=$((NOW / 900 * 900))",
            'curl --data-binary @- -H "Content-Type: application/json" \\',
            '  -H "Authorization: Bearer $TOKEN" $DOOR/api/v1/batches <<END',
            written,
            "END",
        )
    )


def _next_counter(view: GatewayView) -> int:
    """Return the number after the newest batch, the one in the journal alone included."""
    newest = 0 if view.frame is None else view.frame.counter
    return max(view.state.last_counter, newest) + 1


def _row(view: GatewayView, now_s: int, lang: Lang) -> tuple[Cell, ...]:
    state, ratio = view.state, view.points.known_ratio
    return (
        Cell(words=state.id, sort=state.id, address=reverse("settings-gateway", args=(state.id,))),
        words_cell(str(len(view.points.points))),
        _instant_cell(state.last_received_s, view.zone),
        _instant_cell(view.points.last_s, view.zone),
        _known_cell(ratio),
        words_cell(_clock(view, lang), tone=_clock_tone(view)),
        words_cell(_signs(view, lang)),
        words_cell(str(len(view.live_tokens(now_s)))),
    )


def _points_table(view: GatewayView, lang: Lang) -> FigureTable:
    heads = (
        Head(_say("point", lang)),
        Head(_say("node", lang)),
        Head(_say("measures", lang), priority=2),
        Head(_say("last_reading", lang)),
        Head(_say("register", lang), is_number=True, priority=2),
        Head(_say("known", lang, n=LOOKED_AT_DAYS), is_number=True),
    )
    rows = tuple(_point_row(each, view.zone, lang) for each in view.points.points)
    return FigureTable(id="points", heads=heads, rows=rows)


def _point_row(point: PointState, zone: str, lang: Lang) -> tuple[Cell, ...]:
    value, unit = point.last_value, point.unit
    shown = DASH if value is None else f"{number(value / 1_000, digits=1)} {_KILO.get(unit, unit)}"
    return (
        Cell(words=point.id, sort=point.id, address=reverse("point-year", args=(point.id,))),
        _words_or_dash(point.node),
        _words_or_dash(option_in(point.measures, lang)),
        _instant_cell(point.last_s, zone),
        Cell(words=shown, sort="" if value is None else str(value), is_void=value is None),
        _known_cell(point.known_ratio),
    )


def _words_or_dash(words: str) -> Cell:
    return words_cell(words) if words else Cell(words=DASH, is_void=True)


def _known_cell(ratio: float | None) -> Cell:
    if ratio is None:
        return Cell(words=DASH, is_void=True)
    tone = "warn" if ratio < _FEW_RATIO else ""
    return Cell(words=f"{percent(ratio, digits=1)} %", sort=str(ratio), tone=tone)


def _instant_cell(at_s: int | None, zone: str) -> Cell:
    if at_s is None:
        return Cell(words=DASH, is_void=True)
    return Cell(words=local_instant(at_s, zone=zone), sort=str(at_s))


def _clock(view: GatewayView, lang: Lang) -> str:
    if view.state.clock is None or view.clock_limit_s is None:
        return text("trust_page.gateway.clock_unknown", lang)
    if view.state.clock.ahead_s <= 0:
        return text("trust_page.gateway.clock_right", lang)
    return text("trust_page.gateway.clock_ahead", lang, s=view.state.clock.ahead_s)


def _clock_tone(view: GatewayView) -> str:
    return "bad" if view.state.clock is not None and view.state.clock.is_wrong else ""


def _signs(view: GatewayView, lang: Lang) -> str:
    if not view.state.n_keys:
        return _say("signs_nothing", lang)
    return _say("signs_itself" if view.is_external else "signs_here", lang)


# -- the last frame ----------------------------------------------------------------------------


def _frame(frame: Frame, zone: str, lang: Lang) -> list[tuple[str, str]]:
    origin = f"settings_page.gateway.origin.{frame.origin}"
    rows = {
        "counter": number(frame.counter, digits=0),
        "received": local_instant(frame.received_at_s, zone=zone),
        "sent": local_instant(frame.sent_at_s, zone=zone),
        "clock_said": _say(f"clock_state.{frame.clock.value}", lang),
        "origin_said": text(origin, lang) if has_text(origin) else frame.origin or DASH,
        "holds": _say("n_readings", lang, n=frame.n_readings, blocks=frame.n_blocks),
        "leaf": number(frame.leaf, digits=0),
    }
    return [(_say(code, lang), words) for code, words in rows.items()]


def _frame_table(frame: Frame, zone: str, lang: Lang) -> FigureTable:
    heads = (
        Head(_say("point", lang)),
        Head(_say("readings", lang), is_number=True, priority=2),
        Head(_say("last_reading", lang)),
        Head(_say("value", lang), is_number=True),
        Head(_say("quality", lang), priority=2),
    )
    rows = tuple(
        (
            words_cell(block.point),
            words_cell(str(block.n)),
            _instant_cell(block.last_s, zone),
            Cell(words=_value(block.value, block.unit), sort=str(block.value or ""), is_void=True),
            words_cell(text(f"trust_page.quality.{block.quality.name.lower()}", lang)),
        )
        for block in frame.blocks
    )
    return FigureTable(id="frame", heads=heads, rows=rows[:BLOCKS_MOST])


def _value(value: Decimal | None, unit: str) -> str:
    if value is None:
        return DASH
    return (
        f"{number(value / 1_000, digits=1)} {_KILO[unit]}"
        if unit in _KILO
        else (f"{number(value, digits=2)} {unit}")
    )


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"settings_page.gateway.{key}", lang, **values)
