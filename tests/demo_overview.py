"""A made-up month of a park, the same at every run: plausible sizes, no measured figure."""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal, TypeVar, cast

from typing_extensions import override

from members import accounts_folder, test_accounts
from taihang.core.access.scope import Scope
from taihang.core.errors import LinkError, TaihangError
from taihang.core.park.park import Park
from taihang.interfaces.accounts.opening import Accounts
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.newest import Newest, find_newest, zone_of
from taihang.interfaces.web.pages.alarms.build import BoardView, build_alarms
from taihang.interfaces.web.pages.overview.build import build_overview
from taihang.interfaces.web.pages.overview.view import (
    Day,
    EnterpriseRow,
    Flow,
    Kpis,
    Overview,
    Plan,
    PowerSeries,
    SeriesName,
    Trust,
    Verdict,
    empty_overview,
)
from taihang.interfaces.web.source import ShownCertificate, Source
from taihang.services.alarms import AlarmBoard
from taihang.services.ports import Ports

Made = TypeVar("Made")
ENTERPRISES: Final = 54
_LAST: Final = date(2026, 10, 31)
_AS_OF_S: Final = 1_793_461_500  # 2026-10-31 23:45 in Shanghai
_STEPS: Final = range(96)
_SECTORS: Final = ("C38", "C30", "C39", "C26", "C33", "C35", "C27", "G59", "I65", "Z99")
_COAL_TCE_PER_MWH: Final = 0.1229
_CARBON_T_PER_MWH: Final = 0.5306


class FixedSource(Source):
    """A source that always gives the same overview, to whoever is a member."""

    def __init__(self, shown: Overview, *, is_ready: bool = True) -> None:
        self._shown = shown
        self._is_ready = is_ready

    @property
    @override
    def root(self) -> Path:
        return accounts_folder()

    @property
    @override
    def accounts(self) -> Accounts:
        return test_accounts()

    @override
    def park_name(self, lang: Lang) -> str:
        return self._shown.park_name_zh if lang == "zh" else self._shown.park_name_en

    @override
    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        if cast("object", build) is build_alarms:
            assert scope.is_whole
            # The number at the menu: nothing needs a person, and no park is needed to say so.
            board = AlarmBoard(at_s=_AS_OF_S, since_s=_AS_OF_S, alarms=(), unwatched=())
            return cast("Made", BoardView(board, cast("Park", None), journal_size=0))
        assert not words
        if cast("object", build) is build_overview:
            assert scope.is_whole
            return cast("Made", self.overview())
        if cast("object", build) is find_newest:
            return cast("Made", Newest(self._shown.as_of_s))
        assert cast("object", build) is zone_of
        return cast("Made", self._shown.zone)

    def overview(self) -> Overview:
        """Return what the overview page is given."""
        return self._shown

    @override
    def writing(self) -> AbstractContextManager[Ports]:
        raise NotImplementedError

    @override
    def ready(self) -> bool:
        return self._is_ready

    @override
    def certificate(self, certificate_id: str) -> ShownCertificate | None:
        return None


class FailingSource(FixedSource):
    """A source that cannot answer."""

    def __init__(self, error: TaihangError) -> None:
        super().__init__(_empty(), is_ready=False)
        self._error = error

    @override
    def overview(self) -> Overview:
        raise self._error


def open_empty() -> FixedSource:
    """Open a park without readings."""
    return FixedSource(_empty())


def open_broken() -> Source:
    """Fail as a park does whose lake is gone."""
    raise LinkError(given="no lake", expected="a lake", remedy="run taihang rebuild")


def open_demo() -> FixedSource:
    """Open the month as the server's worker does."""
    return FixedSource(demo_overview())


def _empty() -> Overview:
    return empty_overview(park_name_zh="空园区", park_name_en="Empty park", zone="Asia/Shanghai")


def demo_overview() -> Overview:
    """Return the month."""
    return Overview(
        park_name_zh="太行示范园区",
        park_name_en="Taihang demonstration park",
        zone="Asia/Shanghai",
        as_of_s=_AS_OF_S,
        month="2026-10",
        period_from_s=1_790_784_000,
        period_to_s=1_793_462_400,
        kpis=_kpis(),
        flows=_flows(),
        day=Day(date="2026-10-31", series=_series(planned=False)),
        plan=Plan(date="2026-11-01", series=_series(planned=True), soc_ratio=_soc()),
        calendar=_calendar(),
        enterprises=tuple(_enterprise(number) for number in range(1, ENTERPRISES + 1)),
        verdicts=_verdicts(),
        trust=Trust(
            tree_size=52_176,
            root_hex="5f1c0e7b9a3d42c68e10b7f4d92a6c3581e4f07a2bd96c13f85e0a4b7c2d9163",
            checkpoint_at_s=1_793_462_700,
            origin="taihang/demonstration",
            key_fingerprint="a41f:09c7:5be2:d830",
            readings=7_234_560,
        ),
    )


def _kpis() -> Kpis:
    return Kpis(
        load_mwh=98_214.6,
        green_ratio=0.0487,
        green_floor_ratio=0.30,
        self_use_ratio=0.9731,
        self_use_floor_ratio=0.60,
        export_ratio=0.0269,
        export_limit_ratio=0.20,
        scope2_location_tco2=49_572.3,
        scope2_market_tco2=47_105.8,
        standard_coal_tce=12_070.6,
        coverage_ratio=0.9968,
        plan_saving_cny=Decimal("38412.55"),
        closure_error_wh=0,
    )


def _flows() -> tuple[Flow, ...]:
    return (
        Flow(source="pv", sink="bus", mwh=1_512.4),
        Flow(source="wind", sink="bus", mwh=3_402.9),
        Flow(source="discharge", sink="bus", mwh=7_105.0),
        Flow(source="import", sink="bus", mwh=95_480.7),
        Flow(source="bus", sink="top_enterprises", mwh=72_158.2),
        Flow(source="bus", sink="other_enterprises", mwh=25_813.7),
        Flow(source="bus", sink="charging_stations", mwh=242.7),
        Flow(source="bus", sink="charge", mwh=8_012.3),
        Flow(source="bus", sink="export", mwh=132.2),
        Flow(source="bus", sink="losses", mwh=1_141.9),
    )


def _series(*, planned: bool) -> dict[SeriesName, PowerSeries]:
    pv = [max(0.0, 9_800 * math.sin(math.pi * (step - 27) / 44)) for step in _STEPS]
    pv = [value if 27 <= step <= 71 else 0.0 for step, value in zip(_STEPS, pv, strict=True)]
    wind = [
        8_000 + 5_000 * math.sin(step / 11 + planned) + 1_500 * math.sin(step / 2.3)
        for step in _STEPS
    ]
    charge = [36_000.0 if 44 <= step < 56 else 0.0 for step in _STEPS]
    discharge = [54_000.0 if 72 <= step < 79 else 0.0 for step in _STEPS]
    load = [
        128_000 + 14_000 * math.sin((step - 30) / 15) + 2_600 * math.sin(step / 1.7)
        for step in _STEPS
    ]
    parts = zip(load, charge, pv, wind, discharge, strict=True)
    bought = [max(0.0, used + into - sun - air - out) for used, into, sun, air, out in parts]
    export = [0.0 for _ in _STEPS]
    return {
        "pv": tuple(pv),
        "wind": tuple(
            None if not planned and 12 <= step < 16 else value
            for step, value in zip(_STEPS, wind, strict=True)
        ),
        "discharge": tuple(discharge),
        "import": tuple(bought),
        "charge": tuple(charge),
        "export": tuple(export),
        "load": tuple(load),
    }


def _soc() -> PowerSeries:
    rising = [min(0.9, 0.1 + 0.8 * max(0, step - 44) / 12) for step in _STEPS]
    return tuple(
        value if step < 72 else max(0.1, 0.9 - 0.8 * (step - 72) / 7)
        for step, value in zip(_STEPS, rising, strict=True)
    )


def _calendar() -> tuple[tuple[str, float | None], ...]:
    first = date(2026, 1, 1)
    days = [first + timedelta(days=number) for number in range((_LAST - first).days + 1)]
    missing = {date(2026, 2, 17), date(2026, 5, 6), date(2026, 8, 14)}
    return tuple(
        (day.isoformat(), None if day in missing else _share(number))
        for number, day in enumerate(days)
    )


def _share(number: int) -> float:
    season = 0.05 + 0.02 * math.sin(math.pi * number / 183)
    return max(0.005, season + 0.055 * math.sin(number * 1.7) * math.cos(number * 0.31))


def _enterprise(number: int) -> EnterpriseRow:
    load_mwh = 37_310.4 if number == 1 else 27_400.0 / (number - 1) ** 1.35
    quality: Literal["measured", "estimated", "missing"] = "measured"
    coverage: float | None = 1.0
    if number == 9:
        quality, coverage = "estimated", 0.921
    if number == 23:
        quality, coverage = "missing", 0.0
    present = quality != "missing"
    return EnterpriseRow(
        id=f"E{number:02d}",
        name_zh=f"示例企业{number:02d}",
        name_en=f"Example works {number:02d}",
        sector=_SECTORS[number % len(_SECTORS)],
        load_mwh=load_mwh if present else None,
        peak_kw=load_mwh / 744 * 1_600 if present else None,
        green_ratio=0.0487 + 0.03 * math.sin(number) if present else None,
        standard_coal_tce=load_mwh * _COAL_TCE_PER_MWH if present else None,
        scope2_tco2=load_mwh * _CARBON_T_PER_MWH if present else None,
        coverage_ratio=coverage,
        quality=quality,
    )


def _verdicts() -> tuple[Verdict, ...]:
    return (
        Verdict(
            code="ndrc-650.green",
            state="missed",
            sentence_zh="绿电占总用电量 4.9 %，低于 30 % 的要求（发改能源〔2025〕650号）",
            sentence_en="Green power covers 4.9 % of use, below the 30 % of NDRC 2025 No. 650",
        ),
        Verdict(
            code="ndrc-650.self-use",
            state="met",
            sentence_zh="自发自用电量占可用发电量 97.3 %，不低于 60 %（650号）",
            sentence_en="97.3 % of available generation is used on site, at least 60 % (No. 650)",
        ),
        Verdict(
            code="ndrc-650.export",
            state="met",
            sentence_zh="上网电量占可用发电量 2.7 %，不超过 20 % 的上限（650号）",
            sentence_en="2.7 % of available generation is exported, within 20 % (No. 650)",
        ),
    )
