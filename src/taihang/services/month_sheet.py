"""The sheet of a settled month, and the issues that it gives."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import RouteKind, Share
from taihang.core.certificates.double_issue import (
    CertifiedElsewhere,
    Curve,
    Doubled,
    certified_by_others,
    certified_elsewhere,
    copied_curves,
    demand_single,
    issued_beyond_metered,
    one_plant_twice,
)
from taihang.core.certificates.issue import (
    Issue,
    IssueLots,
    day_leaves,
    day_tree,
    issue_id,
    kind_of,
    lots_of,
    parts_of,
)
from taihang.core.certificates.sheet import Sheet, SheetRoute, open_sheet
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, days, instant_of_s, month
from taihang.services.certificate_parties import first_holder
from taihang.services.matched import Matched, shares_of
from taihang.services.ports import Ports
from taihang.services.registry_exchange import imported_batches
from taihang.standards.nea_2024_67 import expiry_of


def sheet_of_month(name: str, *, ports: Ports) -> Sheet:
    """Return the sheet of a local month as it is settled now.

    Args:
        name: The month.
        ports: The outside world.

    Raises:
        UnsettledMonthError: If not all of it is settled with this park file.
        DoubleIssueGuardError: If energy would be certified that is certified already.
    """
    period = month(name, ports.park.zone)
    matched = shares_of(period, ports=ports)
    routes = tuple(_route(share, matched) for share in matched.shares if share.given_wh.any())
    last = ports.registry.settlements()[-1]
    sheet = Sheet(
        month=name,
        period=period,
        journal_size=last.journal_size,
        park_sha256=ports.park_sha256,
        rule=matched.rule,
        routes=routes,
    )
    _demand_single(sheet, matched, ports)
    return sheet


def suspects_of_month(name: str, *, ports: Ports) -> tuple[Doubled, ...]:
    """Return plants of which one has the curve of another: told to a person, who judges.

    Args:
        name: The local month.
        ports: The outside world.

    Raises:
        UnsettledMonthError: If not all of it is settled with this park file.
    """
    matched = shares_of(month(name, ports.park.zone), ports=ports)
    return copied_curves(_curves(matched, ports))


def whole_sheet(name: str, *, ports: Ports) -> Sheet | None:
    """Return the last whole sheet that a month was issued by; None before the first."""
    for sha256 in reversed(ports.registry.certificates.sheets(name)):
        sheet = open_sheet(ports.registry.certificates.sheet(sha256))
        if not sheet.completes:
            return sheet
    return None


def base_sheets(name: str, *, ports: Ports) -> list[Sheet]:
    """Return the sheets that issues of a month rest on: the first whole one, every supplement."""
    sheets = [
        open_sheet(ports.registry.certificates.sheet(sha256))
        for sha256 in ports.registry.certificates.sheets(name)
    ]
    return [*sheets[:1], *(sheet for sheet in sheets[1:] if sheet.completes)]


def due_issues(sheet: Sheet, *, is_storage: bool, ports: Ports) -> Iterator[Issue]:
    """Yield the issues that a sheet gives and that are not there yet.

    Args:
        sheet: A whole sheet, or the sheet of a supplement.
        is_storage: Whether those of what storage released, or all others.
        ports: The outside world.

    Raises:
        FactOutOfForceError: If no validity is in force for the month.
    """
    there = ports.registry.certificates.issues(sheet.month)
    sha256 = sheet.sha256
    done = {(one.route, one.recipient) for one in there if one.sheet_sha256 == sha256}
    versions = Counter((one.route, one.recipient) for one in there)
    charged = [
        one for one in there if one.route.kind is RouteKind.CHARGE and one.sheet_sha256 == sha256
    ]
    expires_on, validity = expiry_of(sheet.month, book=ports.facts)
    for route in sheet.joined():
        if (route.route.kind is RouteKind.STORAGE) is not is_storage:
            continue
        for recipient, pairs_wh in route.each():
            place = (route.route, recipient)
            if place in done or not pairs_wh.any():
                continue
            lots = lots_of(pairs_wh, plants=route.plants, start_s=sheet.period.start_s)
            name = issue_id(
                sheet.month, route.route, recipient=recipient, version=versions[place] + 1
            )
            yield Issue(
                id=name,
                month=sheet.month,
                route=route.route,
                recipient=recipient,
                holder=first_holder(route.route, recipient, park=ports.park),
                kind=kind_of(route.route.kind),
                plants=parts_of(lots),
                journal_size=sheet.journal_size,
                park_sha256=sheet.park_sha256,
                rule=sheet.rule,
                sheet_sha256=sha256,
                total_wh=lots.total_wh,
                lots_root=lots_root(name, lots, ports=ports),
                expires_s=days(expires_on, 1, ports.park.zone).start_s,
                validity=validity,
                cancels=tuple(
                    one.id for one in charged if is_storage and one.recipient == route.route.id
                ),
            )


def lots_root(issue: str, lots: IssueLots, *, ports: Ports) -> str:
    """Return the root over the local days of an issue [hex], salted by the park's secret.

    Args:
        issue: Id of the issue.
        lots: All its lots.
        ports: The outside world.
    """
    leaves = day_leaves(issue, lots, zone=ports.park.zone)
    return day_tree(leaves, salts=day_salts(issue, len(leaves), ports=ports)).root().hex()


def day_salts(issue: str, n: int, *, ports: Ports) -> list[bytes]:
    """Return the salts of the days of an issue.

    Args:
        issue: Id of the issue.
        n: How many days have a lot.
        ports: The outside world.
    """
    return ports.keys.salts(f"issue/{issue}", n)


def _route(share: Share, matched: Matched) -> SheetRoute:
    is_charge = share.route.kind is RouteKind.CHARGE
    names = matched.batteries if is_charge else matched.users
    return SheetRoute(
        route=share.route,
        plants=tuple(matched.plants[row] for row in share.plants),
        takers=tuple(names[row] for row in share.takers),
        given_wh=np.asarray(share.given_wh, np.int64),
        received_wh=np.asarray(share.received_wh, np.int64),
    )


def _demand_single(sheet: Sheet, matched: Matched, ports: Ports) -> None:
    plants = [ports.park.plants[plant] for plant in matched.plants]
    fed_in_wh: Counter[str] = Counter()
    for route in sheet.routes:
        if route.route.kind is RouteKind.FEED_IN:
            for row, plant in enumerate(route.plants):
                fed_in_wh[plant] += int(route.given_wh[row].sum())
    last_day = instant_of_s(sheet.period.end_s - 1).astimezone(ports.park.zone).date()
    demand_single(
        (
            *one_plant_twice(plants),
            *certified_by_others(plants, fed_in_wh=fed_in_wh, last_day=last_day),
            *certified_elsewhere(plants, issued=_produced(sheet), imported=_imported(ports)),
            *issued_beyond_metered(
                matched.plants,
                issued_wh=_given_wh(sheet, matched),
                # At night a plant may draw a little: it certifies nothing then.
                metered_wh=np.maximum(matched.generated_wh, 0),
                start_s=sheet.period.start_s,
                step_s=STEP_S,
            ),
        )
    )


def _produced(sheet: Sheet) -> Iterator[CertifiedElsewhere]:
    """Yield what each plant is to be certified with, as another registry would say it."""
    for route in sheet.routes:
        for row, plant in enumerate(route.plants):
            yield CertifiedElsewhere(
                registry="",
                device_code=plant,
                device_name=plant,
                start_s=sheet.period.start_s,
                end_s=sheet.period.end_s,
                energy_wh=int(route.given_wh[row].sum()),
            )


def _imported(ports: Ports) -> Iterator[CertifiedElsewhere]:
    for batch in imported_batches(ports=ports):
        yield from (record.production for record in batch.records)


def _given_wh(sheet: Sheet, matched: Matched) -> NDArray[np.int64]:
    """Return what each plant gave in each interval, shape (n_plants, n) [Wh]."""
    given_wh = np.zeros_like(matched.generated_wh)
    for route in sheet.routes:
        # What storage releases was given when it was charged.
        if route.route.kind is not RouteKind.STORAGE:
            rows = [matched.plants.index(plant) for plant in route.plants]
            given_wh[rows] += route.given_wh
    return given_wh


def _curves(matched: Matched, ports: Ports) -> list[Curve]:
    counts_wh = {
        meter.node: meter.resolution_wh * meter.multiplier
        for meter in ports.park.meters.values()
        if meter.measures is Direction.GENERATION
    }
    return [
        Curve(plant, np.maximum(matched.generated_wh[row], 0), counts_wh.get(plant, 1))
        for row, plant in enumerate(matched.plants)
    ]
