"""How a journal fails."""

from taihang.core.errors import InputError, IntegrityError, LinkError, StateError


class DamagedJournalError(IntegrityError):
    """An acknowledged record, or the checkpoint over it, does not verify."""

    code = "integrity.damaged-journal"


class RolledBackJournalError(IntegrityError):
    """The journal holds fewer records than were acknowledged: an older copy stands in its place."""

    code = "integrity.rolled-back-journal"


class StorageFullError(LinkError):
    """The disk is full: nothing was stored, reading goes on."""

    code = "link.storage-full"


class RecordTooLargeError(InputError):
    """A record is larger than the journal reads back."""

    code = "input.record-too-large"


class SuspectJournalError(StateError):
    """A forced write failed once; what the disk holds is unknown until a restart reads it."""

    code = "state.suspect-journal"
