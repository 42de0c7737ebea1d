"""Platform job: take in a form of activity data, whole or not at all.

The order makes a crash harmless: files first, each under its hash, then the lines in one
transaction, then the log. A form that was handed in half is handed in again, which is the same act.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from taihang.core.activity.form import (
    FormRefusedError,
    FormWords,
    Stated,
    Vocabulary,
    read_form,
)
from taihang.core.activity.item import ItemTable
from taihang.core.activity.record import ActivityRecord
from taihang.core.activity.sheet import Sheet
from taihang.core.activity.version import judge_versions
from taihang.core.errors import InputError
from taihang.core.park.park import Park
from taihang.core.seal.activity_line import MAX_EVIDENCE, ActivityLine
from taihang.core.seal.evidence_file import MAX_EVIDENCE_BYTES, MAX_NAME, EvidenceFile
from taihang.services.account import PARK_SUBJECT
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports


class EvidenceRefusedError(InputError):
    """A file that should prove a form is empty, too large, or one of too many."""

    code = "input.evidence-file"


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file as it was handed in."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Hash of its bytes [hex]."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What a form came to."""

    new: tuple[ActivityRecord, ...]
    known: tuple[ActivityRecord, ...]
    """Lines that were there already, word for word."""
    form: str
    """SHA-256 of the form file [hex]."""
    evidence: tuple[str, ...]
    """SHA-256 of each file that proves it [hex]."""


def hand_in(
    form: HandedFile,
    sheet: Sheet,
    *,
    evidence: Sequence[HandedFile],
    words: FormWords,
    ports: Ports,
    store: bool = True,
) -> HandedIn:
    """Take in a form.

    Args:
        form: The file as it was handed in.
        sheet: Its cells.
        evidence: Files that prove every line of it.
        words: What its words mean.
        ports: The outside world, opened for writing if it is stored.
        store: False looks at the form as if it were handed in, and stores nothing.

    Returns:
        What is new and what was known.

    Raises:
        FormRefusedError: If anything is wrong with any line; it names every cell.
        EvidenceRefusedError: If a file is empty or too large, or there are too many.
    """
    # 1. What proves it.
    _demand_fit(evidence)
    hashes = tuple(dict.fromkeys(file.sha256 for file in evidence))
    # 2. What it says.
    now = ports.clock.now()
    known_at_s = int(now.timestamp())
    stated = Stated(
        today=now.astimezone(ports.park.zone).date(), known_at_s=known_at_s, evidence=hashes
    )
    vocabulary = park_vocabulary(ports.park, words=words, items=ItemTable(ports.facts))
    read = read_form(sheet, vocabulary=vocabulary, stated=stated)
    # 3. What of it is new, against every version that is there.
    judged = judge_versions(read.lines, held=ports.registry.activity_records())
    if problems := (*read.problems, *judged.problems):
        raise FormRefusedError(problems, name=form.name)
    if store and judged.new:
        # 4. The files, and only when they are on the disk the lines.
        files = [_kept(file, known_at_s, ports) for file in (form, *evidence)]
        lines = [ActivityLine(record, form=files[0].sha256) for record in judged.new]
        ports.registry.add_activity(lines, files=files)
    if store:
        # 5. The log; also of what a killed run left unlogged.
        log_acts(ports=ports)
    return HandedIn(judged.new, judged.known, form.sha256, hashes)


def park_vocabulary(park: Park, *, words: FormWords, items: ItemTable) -> Vocabulary:
    """Return what words mean in a park: its ids and names, and who was in it when.

    Args:
        park: The park.
        words: Headings, flows and units.
        items: What forms may be about.
    """
    return Vocabulary(
        words=words,
        subjects=_subjects(park),
        in_service=_in_service(park),
        items=items,
    )


def _subjects(park: Park) -> Mapping[str, str]:
    """Return ids and names; a name of two assets means neither of them."""
    meant: dict[str, set[str]] = {PARK_SUBJECT: {PARK_SUBJECT}}
    for asset in park.assets.values():
        for name in (asset.id, asset.name_zh, asset.name_en.lower()):
            meant.setdefault(name, set()).add(asset.id)
    # An id means itself, whatever else is called so.
    meant |= {asset: {asset} for asset in park.assets}
    return {name: assets.pop() for name, assets in meant.items() if len(assets) == 1}


def _in_service(park: Park) -> dict[str, tuple[date | None, date | None]]:
    return {
        asset.id: (asset.in_service.since, asset.in_service.until) for asset in park.assets.values()
    }


def _kept(file: HandedFile, known_at_s: int, ports: Ports) -> EvidenceFile:
    sha256 = ports.evidence.keep(file.data)
    return EvidenceFile(sha256, file.name[-MAX_NAME:], len(file.data), known_at_s)


def demand_fit(name: str, n_bytes: int) -> None:
    """Refuse a file of evidence that is empty or too large.

    Args:
        name: Its name, for the message.
        n_bytes: Its length [byte].

    Raises:
        EvidenceRefusedError: If it is.
    """
    if not 0 < n_bytes <= MAX_EVIDENCE_BYTES:
        raise EvidenceRefusedError(
            given=f"{name} with {n_bytes} bytes",
            expected=f"1 … {MAX_EVIDENCE_BYTES} bytes",
            remedy="give the file itself, or a smaller scan of it",
        )


def _demand_fit(evidence: Sequence[HandedFile]) -> None:
    if len(evidence) > MAX_EVIDENCE:
        raise EvidenceRefusedError(
            given=f"{len(evidence)} files",
            expected=f"at most {MAX_EVIDENCE}",
            remedy="put them into one archive, or hand the form in as several",
        )
    for file in evidence:
        demand_fit(file.name, len(file.data))
