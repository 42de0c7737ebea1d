"""The register as the jobs see it: core values in, core values out."""

import hashlib
import itertools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final, TypeVar

from django.db import connections, transaction
from django.db.models import Max
from django.db.utils import IntegrityError as TableError

from taihang.adapters.registry import models
from taihang.adapters.registry.activity import ActivityTables
from taihang.adapters.registry.certificates import CertificateTables
from taihang.adapters.registry.databases import add_database, drop_database
from taihang.adapters.registry.location import settings_of
from taihang.adapters.registry.migrate import NewerRegisterError, bring_up
from taihang.core.activity.record import ActivityRecord
from taihang.core.balance.settlement import Settlement
from taihang.core.errors import IntegrityError
from taihang.core.park.assets import Battery, ChargingStation, GridConnection, Plant
from taihang.core.park.contract import GreenSupply, GridTariff
from taihang.core.park.park import Park
from taihang.core.seal.act import LoggedAct, RollEntry
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.door_token import DoorToken
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.issued import IssuedStatement, UnknownStatementError
from taihang.core.tlog.log_key import LogKey

_BATCH_ROWS: Final = 500
_OPENINGS: Final = itertools.count()
_Row = TypeVar(
    "_Row", models.Enterprise, models.Asset, models.Meter, models.MediumMeter, models.Contract
)


class DamagedParkVersionError(IntegrityError):
    """An earlier text of park.toml is not as it was recorded."""

    code = "integrity.damaged-park-version"


class Registry:
    """One park's register in one database."""

    def __init__(self, location: Path | str) -> None:
        """Open the register, making or migrating its tables as needed.

        Args:
            location: A file of SQLite, or the URL of a database of PostgreSQL.

        Raises:
            NewerRegisterError: If a later program has changed its tables.
        """
        # One name for each opening: two of the same file in one process end independently.
        self._alias = f"park-{next(_OPENINGS)}"
        default = connections.databases["default"]
        add_database(self._alias, settings_of(location, default=default))
        self._data_version = -1
        self._gateway_keys: Mapping[str, tuple[GatewayKey, ...]] | None = None
        self._log_keys: Sequence[LogKey] | None = None
        self._activity = ActivityTables(self._alias)
        self.certificates = CertificateTables(self._alias)
        """The ledger of lots."""
        try:
            bring_up(self._alias)
        except NewerRegisterError:
            self.close()
            raise

    def close(self) -> None:
        """Close the database."""
        drop_database(self._alias)

    # -- park ------------------------------------------------------------------------------------

    def record_park(self, park: Park, *, text: str, at_s: int) -> None:
        """Mirror the park file; every version of its text is kept under its hash."""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        with transaction.atomic(using=self._alias):
            models.ParkVersion.objects.using(self._alias).get_or_create(
                sha256=sha256, defaults={"park_id": park.id, "text": text, "recorded_at_s": at_s}
            )
            # Also where the text is known: it may have been put back after another one.
            self._mirror(models.Enterprise, _enterprises(park))
            self._mirror(models.Asset, _assets(park))
            self._mirror(models.Meter, _meters(park))
            self._mirror(models.MediumMeter, [*_media_meters(park), *_reactive_meters(park)])
            self._mirror(models.Contract, _contracts(park))

    def _mirror(self, model: type[_Row], rows: list[_Row]) -> None:
        """Put the rows of the present park file in the place of those of the last one."""
        model.objects.using(self._alias).all().delete()
        # The stubs bind the manager to the union, not to the type variable.
        model.objects.using(self._alias).bulk_create(rows)  # pyright: ignore[reportArgumentType]

    # -- keys ------------------------------------------------------------------------------------

    def gateway_keys(self) -> Mapping[str, tuple[GatewayKey, ...]]:
        """Return every key that each gateway has had, the first one first."""
        if self._has_changed() or self._gateway_keys is None:
            self._gateway_keys = self._read_gateway_keys()
        return self._gateway_keys

    def _has_changed(self) -> bool:
        """Say whether keys may be others than were read last; asked once a commit, so quick."""
        if connections[self._alias].vendor == "postgresql":
            return True
        with connections[self._alias].cursor() as cursor:
            # SQLite counts what other connections wrote; what this one wrote is forgotten at once.
            cursor.execute("PRAGMA data_version")
            ((version,),) = cursor.fetchall()
        if version == self._data_version:
            return False
        self._data_version = version
        self._forget_keys()
        return True

    def _forget_keys(self) -> None:
        self._gateway_keys = None
        self._log_keys = None

    def _read_gateway_keys(self) -> dict[str, tuple[GatewayKey, ...]]:
        rows = models.EnrolledKey.objects.using(self._alias).order_by("gateway", "ordinal")
        return {
            gateway: tuple(map(_key, entries))
            for gateway, entries in itertools.groupby(rows, key=lambda row: row.gateway)
        }

    def enrol_gateway(self, gateway: str, *, public_key: str, at_s: int) -> None:
        """Let a gateway send with its first key; one that has a key keeps it."""
        self._forget_keys()
        models.EnrolledKey.objects.using(self._alias).get_or_create(
            gateway=gateway, ordinal=1, defaults={"public_key": public_key, "from_s": at_s}
        )

    def put_gateway_keys(self, gateway: str, keys: Sequence[GatewayKey]) -> None:
        """Write what a key act changed: a key that is new, or the end of one that was there."""
        self._forget_keys()
        rows = models.EnrolledKey.objects.using(self._alias)
        with transaction.atomic(using=self._alias):
            for key in keys:
                rows.update_or_create(
                    gateway=gateway,
                    ordinal=key.ordinal,
                    defaults={"until_s": key.until_s, "revoked_at_s": key.revoked_at_s},
                    create_defaults={
                        "public_key": key.key.hex(),
                        "from_s": key.from_s,
                        "until_s": key.until_s,
                        "revoked_at_s": key.revoked_at_s,
                    },
                )

    def log_keys(self) -> Sequence[LogKey]:
        """Return every key of the park's log, the first one first; none in an older register."""
        if self._has_changed() or self._log_keys is None:
            self._log_keys = self._read_log_keys()
        return self._log_keys

    def _read_log_keys(self) -> list[LogKey]:
        rows = models.LogSigningKey.objects.using(self._alias).order_by("ordinal")
        return [
            LogKey(r.ordinal, bytes.fromhex(r.public_key), r.from_size, r.beside_until_s)
            for r in rows
        ]

    def add_log_key(self, key: LogKey) -> None:
        """Remember a key of the log; one that is known stays as it is."""
        self._forget_keys()
        models.LogSigningKey.objects.using(self._alias).get_or_create(
            ordinal=key.ordinal,
            defaults={
                "public_key": key.key.hex(),
                "from_size": key.from_size,
                "beside_until_s": key.beside_until_s,
            },
        )

    # -- log -------------------------------------------------------------------------------------

    def logged(self) -> list[LoggedAct]:
        """Return every event of the log that the register knows, in order of leaf."""
        rows = models.LoggedEvent.objects.using(self._alias).order_by("leaf")
        return [LoggedAct(r.leaf, r.kind, r.subject, r.n, r.digest) for r in rows]

    def add_logged(self, act: LoggedAct) -> None:
        """Remember an event of the log; one that is known stays as it is."""
        models.LoggedEvent.objects.using(self._alias).get_or_create(
            leaf=act.leaf,
            defaults={
                "kind": act.kind,
                "subject": act.subject,
                "n": act.n,
                "digest": act.digest,
            },
        )

    def fact_editions(self) -> dict[str, str]:
        """Return the text of every edition of facts that was used, by its hash."""
        rows = models.FactEdition.objects.using(self._alias).order_by("first_used_at_s")
        return {row.sha256: row.text for row in rows}

    def add_fact_edition(self, text: str, *, at_s: int) -> None:
        """Keep an edition of facts under its hash; one that is known stays as it is."""
        models.FactEdition.objects.using(self._alias).get_or_create(
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            defaults={"text": text, "first_used_at_s": at_s},
        )

    def roll(self) -> list[RollEntry]:
        """Return every issued statement without its text, in the order of issue."""
        rows = models.Statement.objects.using(self._alias).order_by("number")
        return [
            RollEntry(*values)
            for values in rows.values_list("number", "period", "kind", "id", "sha256")
        ]

    # -- activity data ---------------------------------------------------------------------------

    def activity_lines(self) -> list[ActivityLine]:
        """Return every version of every line of activity data, in the order of handing in."""
        return self._activity.lines()

    def activity_records(self) -> list[ActivityRecord]:
        """Return the same without the forms that they stood in."""
        return [line.record for line in self._activity.lines()]

    def activity_roll(self) -> list[RollEntry]:
        """Return every line without its text, in the order of handing in."""
        return self._activity.roll()

    def add_activity(
        self, lines: Sequence[ActivityLine], *, files: Sequence[EvidenceFile] = ()
    ) -> None:
        """Add lines and what is known of their files, all or none."""
        self._activity.add(lines, files)

    def evidence_files(self) -> dict[str, EvidenceFile]:
        """Return what is known of every file of evidence, by its hash."""
        return self._activity.files()

    def damaged_activity(self) -> list[str]:
        """Return the ids of lines whose stored text is not what was handed in."""
        return self._activity.damaged()

    # -- tokens ----------------------------------------------------------------------------------

    def door_tokens(self) -> list[DoorToken]:
        """Return every token, by its hash."""
        rows = models.DoorToken.objects.using(self._alias).order_by("sha256")
        return [DoorToken(r.sha256, r.gateway, r.issued_at_s, r.expires_at_s) for r in rows]

    def add_door_token(self, token: DoorToken) -> None:
        """Add a token."""
        models.DoorToken.objects.using(self._alias).create(
            sha256=token.sha256,
            gateway=token.gateway,
            issued_at_s=token.issued_at_s,
            expires_at_s=token.expires_at_s,
        )

    def drop_door_tokens(self, gateway: str) -> int:
        """Take every token of a gateway away; return how many there were."""
        rows = models.DoorToken.objects.using(self._alias).filter(gateway=gateway)
        return rows.delete()[0]

    # -- settlements -----------------------------------------------------------------------------

    def park_version(self, sha256: str) -> str:
        """Return the text of park.toml that had this hash."""
        text = models.ParkVersion.objects.using(self._alias).get(sha256=sha256).text
        if hashlib.sha256(text.encode()).hexdigest() != sha256:
            raise DamagedParkVersionError(
                given=f"the park file {sha256[:16]}… of an earlier settlement, altered",
                expected="the text that was recorded",
                remedy="put registry.db back from its backup",
            )
        return text

    def meter_scales(self) -> dict[str, tuple[str, int, int, int]]:
        """Return unit, resolution, multiplier and digits of every meter as last recorded."""
        rows = models.Meter.objects.using(self._alias).all()
        media = models.MediumMeter.objects.using(self._alias).all()
        return {
            **{row.id: ("Wh", row.resolution_wh, row.multiplier, row.digits) for row in rows},
            **{row.id: (row.unit, row.resolution, row.multiplier, row.digits) for row in media},
        }

    def park_hashes(self) -> list[str]:
        """Return the hash of every text of park.toml, the earliest first."""
        rows = models.ParkVersion.objects.using(self._alias).order_by("recorded_at_s", "sha256")
        return list(rows.values_list("sha256", flat=True))

    def park_versions(self) -> list[str]:
        """Return every text of park.toml, the latest first."""
        rows = models.ParkVersion.objects.using(self._alias).order_by("-recorded_at_s", "sha256")
        return [row.text for row in rows]

    def settlements(self) -> list[Settlement]:
        """Return every settlement, in the order of settling."""
        rows = models.Settlement.objects.using(self._alias).order_by("id")
        return [Settlement(r.start_s, r.end_s, r.journal_size, r.park_sha256) for r in rows]

    def record_settlement(self, settlement: Settlement, *, at_s: int) -> None:
        """Remember that a period was settled, and from what; the same one again adds nothing."""
        if self.settlements()[-1:] == [settlement]:
            return
        models.Settlement.objects.using(self._alias).create(
            start_s=settlement.start_s,
            end_s=settlement.end_s,
            journal_size=settlement.journal_size,
            park_sha256=settlement.park_sha256,
            settled_at_s=at_s,
        )

    # -- statements ------------------------------------------------------------------------------

    def statement(self, statement_id: str) -> IssuedStatement:
        """Return one statement by its id, or the latest version of a series.

        Raises:
            UnknownStatementError: If there is none.
        """
        rows = models.Statement.objects.using(self._alias)
        row = (
            rows.filter(id=statement_id).first()
            or rows.filter(series=statement_id).order_by("-version").first()
        )
        if row is None:
            near = rows.filter(series__startswith=statement_id.split(".", maxsplit=1)[0])[:3]
            raise UnknownStatementError(
                given=f"statement {statement_id!r}",
                expected="the id of an issued statement such as "
                + (", ".join(r.id for r in near) or "scope2-location.E17.2026-06"),
                remedy="settle the month first, or list ids: `taihang statements DIR --month M`",
            )
        return _stored(row)

    def statements(self, ids: Iterable[str]) -> list[IssuedStatement]:
        """Return statements by their ids, in the order of these.

        Raises:
            UnknownStatementError: If there is none of an id.
        """
        wanted = [*ids]
        rows = models.Statement.objects.using(self._alias)
        found: dict[str, models.Statement] = {}
        for first in range(0, len(wanted), _BATCH_ROWS):
            found |= rows.in_bulk(wanted[first : first + _BATCH_ROWS])
        return [_stored(found[id_]) if id_ in found else self.statement(id_) for id_ in wanted]

    def periods_of(self, kinds: Collection[str]) -> frozenset[str]:
        """Return the periods for which a statement of some kinds was issued."""
        rows = models.Statement.objects.using(self._alias).filter(kind__in=[*kinds])
        return frozenset(rows.values_list("period", flat=True).distinct())

    def latest_statements(
        self, period: str, kinds: Collection[str] | None = None
    ) -> list[IssuedStatement]:
        """Return the latest version of every statement of a period, in order of id.

        Args:
            period: A local month, year or day.
            kinds: Only of these kinds; None for all.
        """
        rows = models.Statement.objects.using(self._alias).filter(period=period)
        if kinds is not None:
            rows = rows.filter(kind__in=[*kinds])
        # Plain rows: a month has hundreds of statements, and an object of each costs more than all.
        fields = ("series", "version", "kind", "subject", "period", "document")
        ordered = rows.order_by("series", "version").values_list(*fields)
        latest = {row[0]: row for row in ordered}
        return [IssuedStatement(*row) for row in latest.values()]

    def add_statements(self, statements: Iterable[IssuedStatement], *, at_s: int) -> None:
        """Add new statements, all or none."""
        with transaction.atomic(using=self._alias):
            rows = models.Statement.objects.using(self._alias)
            first = 1 + (rows.aggregate(last=Max("number"))["last"] or 0)
            rows.bulk_create(_numbered(statements, first, at_s), batch_size=_BATCH_ROWS)

    def add_if_none_came(self, statement: IssuedStatement, *, n_known: int, at_s: int) -> bool:
        """Add a statement if there are still so many of its kind.

        Args:
            statement: The statement.
            n_known: How many of its kind its maker had seen.
            at_s: When it is issued [s].

        Returns:
            Whether it was added; False where another one of the kind came in between.
        """
        rows = models.Statement.objects.using(self._alias)
        try:
            # SQLite takes the right to write when the transaction begins; elsewhere the number,
            # which is unique, lets only one of two through.
            with transaction.atomic(using=self._alias):
                if rows.filter(kind=statement.kind).count() != n_known:
                    return False
                first = 1 + (rows.aggregate(last=Max("number"))["last"] or 0)
                rows.bulk_create(_numbered([statement], first, at_s))
        except TableError:
            return False
        return True

    def damaged_statements(self) -> list[str]:
        """Return the ids of statements whose stored text is not what was issued."""
        rows = models.Statement.objects.using(self._alias).order_by("id")
        return [
            row.id
            for row in rows.iterator()
            if hashlib.sha256(row.document.encode()).hexdigest() != row.sha256
        ]


def _numbered(
    statements: Iterable[IssuedStatement], first: int, at_s: int
) -> list[models.Statement]:
    return [
        models.Statement(
            id=s.id,
            number=number,
            series=s.series,
            version=s.version,
            kind=s.kind,
            subject=s.subject,
            period=s.period,
            sha256=hashlib.sha256(s.document.encode()).hexdigest(),
            document=s.document,
            issued_at_s=at_s,
        )
        for number, s in enumerate(statements, first)
    ]


def _key(row: models.EnrolledKey) -> GatewayKey:
    key = bytes.fromhex(row.public_key)
    return GatewayKey(row.ordinal, key, row.from_s, row.until_s, row.revoked_at_s)


def _stored(row: models.Statement) -> IssuedStatement:
    return IssuedStatement(row.series, row.version, row.kind, row.subject, row.period, row.document)


def _enterprises(park: Park) -> list[models.Enterprise]:
    return [
        models.Enterprise(
            id=enterprise.id,
            name_zh=enterprise.name_zh,
            name_en=enterprise.name_en,
            sector=enterprise.sector,
            voltage_kv=enterprise.voltage_kv,
            transformer_kva=enterprise.transformer_kva,
        )
        for enterprise in park.enterprises.values()
    ]


def _assets(park: Park) -> list[models.Asset]:
    every: list[tuple[Plant | ChargingStation | Battery | GridConnection, str, float]] = [
        *((plant, plant.kind.value, plant.capacity_kw) for plant in park.plants.values()),
        *((station, "charging", station.capacity_kw) for station in park.stations.values()),
        *((battery, "battery", battery.power_kw) for battery in park.batteries.values()),
        *((grid, "grid", grid.capacity_kva) for grid in park.grids.values()),
    ]
    return [
        models.Asset(id=a.id, kind=kind, name_zh=a.name_zh, name_en=a.name_en, capacity_kw=kw)
        for a, kind, kw in every
    ]


def _meters(park: Park) -> list[models.Meter]:
    return [
        models.Meter(
            id=meter.id,
            node=meter.node,
            measures=meter.measures.value,
            resolution_wh=meter.resolution_wh,
            multiplier=meter.multiplier,
            digits=meter.digits,
        )
        for meter in park.meters.values()
    ]


def _media_meters(park: Park) -> list[models.MediumMeter]:
    return [
        models.MediumMeter(
            id=meter.id,
            node=meter.node,
            medium=meter.medium,
            unit=meter.unit.value,
            resolution=meter.resolutions[meter.unit],
            multiplier=meter.multiplier,
            digits=meter.digits,
        )
        for meter in park.media_meters.values()
    ]


def _reactive_meters(park: Park) -> list[models.MediumMeter]:
    return [
        models.MediumMeter(
            id=meter.id,
            node=meter.node,
            medium="reactive-energy",
            unit=meter.unit,
            resolution=meter.resolution_varh,
            multiplier=meter.multiplier,
            digits=meter.digits,
        )
        for meter in park.reactive_meters.values()
    ]


def _contracts(park: Park) -> list[models.Contract]:
    return [
        models.Contract(id=contract.id, kind=kind, terms=_terms(contract))
        for kind, contracts in (
            ("green-supply", park.green_supplies.values()),
            ("grid-tariff", park.grid_tariffs.values()),
        )
        for contract in contracts
    ]


def _terms(contract: GreenSupply | GridTariff) -> str:
    return json.dumps(asdict(contract), default=str, ensure_ascii=False, sort_keys=True)
