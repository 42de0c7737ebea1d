"""A park of six enterprises, each with words and numbers of its own that nobody else may ever see.

Everything of an enterprise holds its word: ids, names, meters, forms, files, products, quotas.
Every interval of its meter is the same prime number of counts, so its energies are its own as well.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

import activity_kit
import small_park
from small_park import AUGUST, MODULUS, N_DAY, SCALE_WH, block_of
from taihang.core.activity.record import Flow
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S, Period
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.core.seal.trail import TrailEntry
from taihang.services import (
    carbon_account,
    energy_account,
    product_account,
    score_account,
    waste_heat_account,
)
from taihang.services.account import issue_statements
from taihang.services.act_log import log_acts
from taihang.services.close_period import close_period
from taihang.services.collect import Collected
from taihang.services.ports import Ports
from taihang.services.seal_day import seal_day
from taihang.services.share_month import commit_shares

WORDS: Final = ("QUIL", "BRON", "ZUMA", "MIRA", "NOVA", "OSLO")
TENANTS: Final = tuple(f"{word}01" for word in WORDS)
"""Ids of the enterprises; the first three are tenants of their own in tests, all are members."""
STEP_COUNTS: Final[Mapping[str, int]] = dict(
    zip(TENANTS, (3331, 2777, 1913, 1511, 1249, 997), strict=True)
)
"""Counts of an interval, the same in all of them."""
METERS: Final = {tenant: f"M-{tenant}" for tenant in TENANTS}
SUN_COUNTS: Final = 28_800
MONTH: Final = "2026-08"
_ACCOUNTS: Final = (
    energy_account.drafts,
    carbon_account.drafts,
    waste_heat_account.drafts,
    score_account.drafts,
)
_SHARED: Final = TENANTS[:2]
"""These two share a gateway, a dedicated line and a heat network."""


def park_text() -> str:
    """Return the park file."""
    head, _, rest = small_park.park_text(gateway_1="", gateway_2="").partition("[enterprises.E01]")
    _, _, rest = rest.partition("[plants]")
    rest, _, _ = rest.partition("[gateways]")
    rest = rest.replace("capacity_kw = 1500", "capacity_kw = 20000")
    rest = rest.replace('users = ["E01"]', f"users = {_listed(_SHARED)}")
    return "".join(
        (
            head,
            *(_enterprise(tenant) for tenant in TENANTS),
            "[plants]",
            rest,
            _gateways(),
            "[meters]\n",
            *(small_park.meter(METERS[tenant], tenant, "consumption") for tenant in TENANTS),
            _PLANT_METER,
            '[certificates]\nsince = "2026-08"\nself_use = "claim"\nfed_in = "plant"\n',
            _heat_network(),
            _QUOTA_RULES,
            *(_quota(tenant) for tenant in TENANTS),
            *(_product(tenant) for tenant in _SHARED),
        )
    )


def made(root: Path) -> Path:
    """Make the park folder and close August."""
    small_park.make(root, park_text())
    with small_park.opened(root) as ports:
        small_park.store(ports, _uploads(ports, AUGUST))
        hand_in(ports)
        close_period(AUGUST, ports=ports)
        for drafts in (*_ACCOUNTS, product_account.drafts):
            issue_statements(drafts(MONTH, ports=ports), period=MONTH, ports=ports)
        seal_day(date(2026, 8, 12), ports=ports)
        commit_shares(MONTH, ports=ports)
        for tenant in TENANTS:
            told = TrailEntry(
                id=f"export-{tenant}",
                at_s=1,
                kind="export",
                subject=f"bills of {tenant}",
                actor=f"person-{tenant}",
                enterprise=tenant,
            )
            ports.trail.append(told)
        log_acts(ports=ports)
    return root


def hand_in(ports: Ports) -> None:
    """Hand in a line of each enterprise with a form and a file of its own, and a shared file."""
    shared = b"an invoice of both: " + b" ".join(name.encode() for name in _SHARED)
    for tenant in TENANTS:
        files = [f"form of {tenant}".encode(), f"invoice of {tenant}".encode()]
        files += [shared] if tenant in _SHARED else []
        record = activity_kit.record(
            f"gas-{tenant}",
            subject=tenant,
            period=MONTH,
            flow=Flow.CONSUMED,
            amount=f"{STEP_COUNTS[tenant]}.25",
            evidence=tuple(sha256(data).hexdigest() for data in files[1:]),
        )
        for data in files:
            ports.evidence.keep(data)
        ports.registry.add_activity(
            [ActivityLine(record, form=sha256(files[0]).hexdigest())],
            files=[
                EvidenceFile(sha256(data).hexdigest(), f"{tenant}-{at}.pdf", len(data), 1)
                for at, data in enumerate(files)
            ],
        )


def canaries(tenants: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any word or number of some enterprises."""
    found: list[str] = []
    for tenant in tenants:
        step_wh = STEP_COUNTS[tenant] * SCALE_WH
        month_wh = step_wh * AUGUST.n_steps
        numbers = (
            *(step_wh, step_wh * N_DAY, month_wh),
            *(f"{month_wh / 1_000:.1f}", f"{step_wh * 4 // 1_000}.", f"{STEP_COUNTS[tenant]}.25"),
        )
        found += [re.escape(tenant), *(rf"(?<![\d.]){re.escape(str(n))}" for n in numbers[:4])]
        found.append(rf"(?<![\d.]){STEP_COUNTS[tenant]}\.25")
    return re.compile("|".join(found))


def others(*own: str) -> tuple[str, ...]:
    """Return the enterprises that are none of some."""
    return tuple(tenant for tenant in TENANTS if tenant not in own)


_PLANT_METER: Final = (
    'M-PV01 = { node = "PV01", measures = "generation", resolution_wh = 1,'
    " multiplier = 100, digits = 7, max_kw = 20000 }\n"
)
_QUOTA_RULES: Final = """[quota_rules]
watch_chance_ratio = "0.2"
warning_chance_ratio = "0.5"
interval_ratio = "0.9"
source = "test"
"""


def _listed(ids: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{id_}"' for id_ in ids) + "]"


def _enterprise(tenant: str) -> str:
    return (
        f'[enterprises.{tenant}]\nname_zh = "{tenant}厂"\nname_en = "Works {tenant}"\n'
        'sector = "C38"\nvoltage_kv = 10\ntransformer_kva = 2000\n'
    )


def _heat_network() -> str:
    return (
        f'[heat_networks]\nH1 = {{ supplier = "{_SHARED[1]}", users = {_listed(_SHARED[:1])},'
        f' source = "contract of {_SHARED[1]}" }}\n'
    )


def _gateways() -> str:
    first = [METERS[tenant] for tenant in _SHARED] + ["M-PV01"]
    rest = [METERS[tenant] for tenant in others(*_SHARED)]
    return (
        f"[gateways]\nGW1 = {{ meters = {_listed(first)} }}\nGW2 = {{ meters = {_listed(rest)} }}\n"
    )


def _quota(tenant: str) -> str:
    return (
        f'[quotas.Q-{tenant}]\nsubject = "{tenant}"\nmeasure = "electricity"\namount = "90000"\n'
        f'unit = "MWh"\nvalid_from = 2026-01-01\nvalid_to = 2026-12-31\n'
        f'document = "letter to {tenant}"\n'
    )


def _product(tenant: str) -> str:
    """Return a process and a product; the first one is made of the second one's."""
    items = '["natural-gas", "material.metal"]' if tenant == _SHARED[0] else '["natural-gas"]'
    made_of = f'["P-{_SHARED[1]}-in"]' if tenant == _SHARED[0] else "[]"
    precursor = (
        f'[precursors.P-{_SHARED[1]}-in]\nname_zh = "{_SHARED[1]} 料"\n'
        f'name_en = "{_SHARED[1]} metal"\nitem = "material.metal"\nunit = "t"\n'
        f'made_as = "AL-{_SHARED[1]}"\nevidence = []\nsource = "test"\n'
        if tenant == _SHARED[0]
        else ""
    )
    return (
        f'[processes.PR-{tenant}]\nenterprise = "{tenant}"\nitems = {items}\n'
        'electricity_share_ratio = "1"\nallocation = "avoided"\nsource = "one product"\n'
        f'[products.AL-{tenant}]\nname_zh = "{tenant} 品"\nname_en = "Product {tenant}"\n'
        f'process = "PR-{tenant}"\nitem = "product.profile"\nprecursors = {made_of}\n'
        'electricity_source = "default"\nleft_out = ["natural-gas"]\ncut_off = "nothing"\n'
        f'source = "test"\n{precursor}'
    )


def _uploads(ports: Ports, period: Period) -> list[Collected]:
    points = {METERS[tenant]: tenant for tenant in TENANTS}
    grid = (period.grid_s() + 8 * 3600) // STEP_S
    sun = np.where(np.abs(grid % N_DAY - 48) < 24, SUN_COUNTS, 0)
    uploads: list[Collected] = []
    for gateway in ports.park.gateways.values():
        blocks: list[ReadingBlock] = []
        for point in gateway.meters:
            steps = (
                sun
                if point == "M-PV01"
                else np.full(period.n_steps, STEP_COUNTS[points[point]], np.int64)
            )
            counts = np.concatenate([[0], np.cumsum(steps)]) % MODULUS
            blocks.append(replace(block_of(point, period.start_s, counts), modulus=MODULUS))
        uploads.append(Collected(gateway.id, period.end_s + 60, tuple(blocks)))
    return uploads
