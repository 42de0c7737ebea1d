"""Keys of machines: made of rights that their maker has, shown once, gone within a year."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from taihang.core.access.role import Right
from taihang.core.errors import InputError, StateError
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.models import ApiKey, Member
from taihang.interfaces.accounts.token import KeyWords, digest, is_secret_of, new_key, parse_key
from taihang.interfaces.accounts.viewer import Viewer, viewer_of_member

DAYS_MOST: Final = 365
KEYS_MOST: Final = 20
"""Keys that one member has at a time."""
NEVER_LENT: Final = frozenset((Right.MANAGE_ACCOUNTS, Right.MANAGE_OWN_ACCOUNTS))
"""No key makes keys or members: who steals one cannot dig in."""
_SCHEME: Final = "Bearer "
_SEEN_EVERY: Final = timedelta(minutes=1)
_NAME_MOST: Final = 100


class ApiKeyWordsError(InputError):
    """A key is asked for that its maker cannot make."""

    code = "input.api-key"


class TooManyApiKeysError(StateError):
    """A member has as many keys as one may have."""

    code = "state.too-many-api-keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that is to be made."""

    name: str
    """What it is for."""
    rights: frozenset[Right]
    days: int
    enterprise: str = ""
    """Narrows a key of the park to one enterprise."""


def make_key(new: NewKey, *, maker: Member) -> KeyWords:
    """Make a key of a machine.

    Args:
        new: What it is to be.
        maker: Who makes it, and answers for it.

    Returns:
        The key; its secret is kept nowhere.

    Raises:
        ApiKeyWordsError: If it would hold a right that its maker lacks, last too long, reach
            another enterprise, or have no name.
        TooManyApiKeysError: If its maker has enough.
    """
    _demand_makeable(new, maker)
    if len(live_keys(maker)) >= KEYS_MOST:
        raise TooManyApiKeysError(
            given=f"one more than {KEYS_MOST} keys",
            expected=f"{KEYS_MOST} at most",
            remedy="revoke one that is not used any more",
        )
    words, now = new_key(), present.now()
    ApiKey.objects.create(
        key_id=words.key_id,
        secret_hash=digest(words.secret),
        member=maker,
        name=new.name,
        rights=" ".join(sorted(right.value for right in new.rights)),
        enterprise=new.enterprise or maker.enterprise,
        made_at=now,
        ends_at=now + timedelta(days=new.days),
    )
    return words


def live_keys(maker: Member) -> list[ApiKey]:
    """Return the keys of a member that still open, the newest first."""
    now = present.now()
    found = ApiKey.objects.filter(member=maker, revoked_at=None, ends_at__gt=now)
    return list(found.order_by("-made_at"))


def revoke_key(key_id: str, *, members: Collection[Member]) -> bool:
    """Revoke a key, at once.

    Args:
        key_id: Its public half.
        members: Whose keys may be revoked here.

    Returns:
        Whether there was a live one.
    """
    found = ApiKey.objects.filter(key_id=key_id, member__in=members, revoked_at=None)
    return found.update(revoked_at=present.now()) == 1


def lendable(maker: Viewer) -> tuple[Right, ...]:
    """Return the rights that somebody may give to a key, in order."""
    return tuple(right for right in Right if right in maker.rights - NEVER_LENT)


def viewer_of_key(header: str) -> Viewer | None:
    """Return who asks with a key; None if it opens nothing, whatever the reason.

    A key may what was lent to it *and* what its maker may now: a maker who is locked or loses a
    role takes the keys along.

    Args:
        header: The ``Authorization`` header of a request.
    """
    words = parse_key(header.removeprefix(_SCHEME)) if header.startswith(_SCHEME) else None
    if words is None:
        return None
    now = present.now()
    found = ApiKey.objects.filter(key_id=words.key_id).select_related("member__user")
    key = found.first()
    # The hash is compared first, so that only a holder learns whether a key has ended.
    if key is None or not is_secret_of(words.secret, key.secret_hash):
        return None
    if key.revoked_at is not None or key.ends_at <= now or not key.member.user.is_active:
        return None
    if key.last_used_at is None or now - key.last_used_at >= _SEEN_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    maker = viewer_of_member(key.member, name=key.member.user.username)
    if maker.enterprise and key.enterprise != maker.enterprise:
        return None
    return replace(
        maker, enterprise=key.enterprise, lent=key.right_set() - NEVER_LENT, key_id=key.key_id
    )


def _demand_makeable(new: NewKey, maker: Member) -> None:
    own = viewer_of_member(maker, name=maker.user.username)
    name = new.name.strip()
    if not 0 < len(name) <= _NAME_MOST or not name.isprintable():
        raise _refused(repr(new.name[:_NAME_MOST]), f"a name of 1 to {_NAME_MOST} visible signs")
    if not new.rights or new.rights - set(lendable(own)):
        told = ", ".join(sorted(right.value for right in new.rights)) or "no right"
        raise _refused(told, "rights that its maker has; never one over accounts")
    if not 1 <= new.days <= DAYS_MOST:
        raise _refused(f"{new.days} days", f"1 to {DAYS_MOST} days")
    if maker.enterprise and new.enterprise not in {"", maker.enterprise}:
        raise _refused(new.enterprise, "one's own enterprise")


def _refused(given: str, expected: str) -> ApiKeyWordsError:
    return ApiKeyWordsError(given=given, expected=expected, remedy="correct the form")
