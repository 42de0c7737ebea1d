"""Tables of the accounts: what a user of Django is in the park, one-time links, keys, sessions."""

from django.conf import settings
from django.db import models
from typing_extensions import override

from taihang.core.access.role import Right, Role
from taihang.interfaces.accounts.sessions import SignedIn

__all__ = ("ApiKey", "Member", "OneTimeLink", "Purpose", "SignedIn")


class Member(models.Model):
    """What a user is in the park; a user without this row may nothing."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="member"
    )
    roles = models.CharField(max_length=256)
    """Values of :class:`Role`, in order, a space between."""
    enterprise = models.CharField(max_length=64, blank=True, default="")
    """The enterprise of somebody who belongs to one; empty for people of the park."""
    full_name = models.CharField(max_length=100, blank=True, default="")
    """How others call the person; the trail never has it."""
    password_set_at = models.DateTimeField(null=True)
    """When the password was chosen; none of whoever has none."""
    locked_because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        """Named table."""

        db_table = "member"

    @override
    def __str__(self) -> str:
        return f"{self.user.get_username()} ({self.roles})"

    def role_set(self) -> frozenset[Role]:
        """Return the roles; a word that is none is an error, never a right."""
        return frozenset(Role(word) for word in self.roles.split())


class Purpose(models.TextChoices):
    """What a link is for."""

    FIRST = "first"
    """Make the first member of the park."""
    INVITATION = "invitation"
    """Choose the password of a new member."""
    RECOVERY = "recovery"
    """Choose another password."""


class OneTimeLink(models.Model):
    """An address that opens once; what is kept of it is a hash."""

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose)
    member = models.ForeignKey(Member, null=True, on_delete=models.CASCADE, related_name="links")
    """Whose; none of the first member's, who is not there yet."""
    made_by = models.CharField(max_length=150, blank=True, default="")
    """Who made it; empty where it was made at the machine."""
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Named table."""

        db_table = "one_time_link"

    @override
    def __str__(self) -> str:
        return f"{self.purpose} until {self.ends_at:%Y-%m-%d %H:%M}Z"


class ApiKey(models.Model):
    """A key of a machine: rights that its maker had, and no more; its secret is kept as a hash."""

    key_id = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="keys")
    """Its maker: a key may no more than its maker may now."""
    name = models.CharField(max_length=100)
    rights = models.CharField(max_length=512)
    """Values of :class:`Right`, in order, a space between."""
    enterprise = models.CharField(max_length=64, blank=True, default="")
    """Narrows a key of the park to one enterprise."""
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        """Named table."""

        db_table = "api_key"

    @override
    def __str__(self) -> str:
        return f"{self.key_id} ({self.name})"

    def right_set(self) -> frozenset[Right]:
        """Return the rights; a word that is none is an error, never a right."""
        return frozenset(Right(word) for word in self.rights.split())
