"""Why the ledger refuses an act: each with its code and with the numbers."""

from taihang.core.errors import InputError, StateError


class ActRefusedError(StateError):
    """The ledger refuses an act, and is as it was before."""

    code = "state.certificate-act"


class MoreThanHeldError(ActRefusedError):
    """An act is about more than its actor holds, or about positions in another state."""

    code = "state.more-than-held"


class ExpiredCertificateError(ActRefusedError):
    """A certificate is no longer valid."""

    code = "state.certificate-expired"


class ClaimPeriodError(ActRefusedError):
    """A certificate was to be claimed for a time before its production."""

    code = "state.claim-period"


class NotTradableError(ActRefusedError):
    """A certificate that moves with its energy was to be sold."""

    code = "state.certificate-not-tradable"


class UnknownHolderError(ActRefusedError):
    """A party that the park does not know was to hold certificates."""

    code = "state.unknown-holder"


class RetiredPlantError(ActRefusedError):
    """An issue names a plant that was not in service."""

    code = "state.plant-out-of-service"


class DoubleIssueIdError(ActRefusedError):
    """An issue was to be made twice."""

    code = "state.issue-exists"


class UncoveredDeficitError(ActRefusedError):
    """Certificates of a plant wait until what it owes is covered."""

    code = "state.deficit-uncovered"


class NegativeLotError(ActRefusedError):
    """A correction would leave less than nothing of a lot."""

    code = "state.lot-negative"


class DealError(ActRefusedError):
    """A deal is not at the step that an act needs, or names another price or party."""

    code = "state.deal"


class ActIdReusedError(ActRefusedError):
    """The id of an act came again with another content."""

    code = "state.act-id-reused"


class SelfTransferError(InputError):
    """A holder was to give certificates to itself."""

    code = "input.transfer-to-self"


class LedgerLawError(ActRefusedError):
    """An act would make or lose energy: a fault of this program; nothing is written."""

    code = "state.ledger-law"
