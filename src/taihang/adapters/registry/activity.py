"""Activity data in the register: lines are only ever added, all of a form or none of it."""

import hashlib
from collections.abc import Sequence
from typing import Final

from django.db import IntegrityError as TableError
from django.db import transaction
from django.db.models import Max

from taihang.adapters.registry import models
from taihang.core.errors import IntegrityError, StateError
from taihang.core.seal.act import ACTIVITY_KIND, RollEntry
from taihang.core.seal.activity_line import ActivityLine, open_line
from taihang.core.seal.evidence_file import EvidenceFile

_BATCH_ROWS: Final = 500


class DamagedActivityError(IntegrityError):
    """A stored line of activity data is not as it was handed in."""

    code = "integrity.damaged-activity"


class ActivityVersionTakenError(StateError):
    """A version of a line is in the register already."""

    code = "state.activity-version-taken"


class ActivityTables:
    """The tables of activity data in one database."""

    def __init__(self, alias: str) -> None:
        self._alias = alias

    def lines(self) -> list[ActivityLine]:
        """Return every version of every line, in the order of handing in.

        Raises:
            DamagedActivityError: If one of them is not what was handed in.
        """
        rows = models.ActivityLine.objects.using(self._alias).order_by("number")
        return [_opened(*row) for row in rows.values_list("line", "version", "sha256", "document")]

    def roll(self) -> list[RollEntry]:
        """Return every line without its text, in the order of handing in."""
        rows = models.ActivityLine.objects.using(self._alias).order_by("number")
        return [
            RollEntry(number, "", ACTIVITY_KIND, f"{line}.v{version}", sha256)
            for number, line, version, sha256 in rows.values_list(
                "number", "line", "version", "sha256"
            )
        ]

    def add(self, lines: Sequence[ActivityLine], files: Sequence[EvidenceFile]) -> None:
        """Add lines and what is known of their files, all or none.

        Args:
            lines: New versions, in the order of the form.
            files: Files that are known already stay as they are.

        Raises:
            ActivityVersionTakenError: If a version of a line is there already.
        """
        try:
            with transaction.atomic(using=self._alias):
                models.EvidenceFile.objects.using(self._alias).bulk_create(
                    [
                        models.EvidenceFile(
                            sha256=file.sha256,
                            name=file.name,
                            n_bytes=file.n_bytes,
                            known_at_s=file.known_at_s,
                        )
                        for file in files
                    ],
                    ignore_conflicts=True,
                )
                rows = models.ActivityLine.objects.using(self._alias)
                first = 1 + (rows.aggregate(last=Max("number"))["last"] or 0)
                rows.bulk_create(_numbered(lines, first), batch_size=_BATCH_ROWS)
        except TableError as error:
            raise ActivityVersionTakenError(
                given=f"{len(lines)} lines, one of them in a version that is there",
                expected="versions that nobody has handed in",
                remedy="look at what counts: `taihang forms DIR`; nothing was stored",
            ) from error

    def files(self) -> dict[str, EvidenceFile]:
        """Return what is known of every file, by its hash."""
        rows = models.EvidenceFile.objects.using(self._alias).order_by("sha256")
        return {r.sha256: EvidenceFile(r.sha256, r.name, r.n_bytes, r.known_at_s) for r in rows}

    def damaged(self) -> list[str]:
        """Return the ids of lines whose stored text is not what was handed in."""
        rows = models.ActivityLine.objects.using(self._alias).order_by("number")
        found: list[str] = []
        for row in rows.values_list("line", "version", "sha256", "document"):
            try:
                _opened(*row)
            except DamagedActivityError:
                found.append(f"{row[0]}.v{row[1]}")
        return found


def _numbered(lines: Sequence[ActivityLine], first: int) -> list[models.ActivityLine]:
    return [
        models.ActivityLine(
            number=number,
            line=line.record.id,
            version=line.record.version,
            sha256=line.sha256,
            document=line.document,
        )
        for number, line in enumerate(lines, first)
    ]


def _opened(line: str, version: int, sha256: str, document: str) -> ActivityLine:
    """Read one row; whoever changed the text or the row's own name is found."""
    if hashlib.sha256(document.encode()).hexdigest() == sha256:
        opened = open_line(document)
        if (opened.record.id, opened.record.version) == (line, version):
            return opened
    raise DamagedActivityError(
        given=f"the line {line}.v{version} of activity data, altered",
        expected="the text that was handed in",
        remedy="run `taihang audit`, and put registry.db back from its backup",
    )
