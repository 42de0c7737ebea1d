"""Tables of the accounts: what a user of Django is in the park."""

from django.conf import settings
from django.db import models
from typing_extensions import override

from taihang.core.access.role import Role


class Member(models.Model):
    """What a user is in the park; a user without this row may nothing."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="member"
    )
    roles = models.CharField(max_length=256)
    """Values of :class:`Role`, in order, a space between."""
    enterprise = models.CharField(max_length=64, blank=True, default="")
    """The enterprise of somebody who belongs to one; empty for people of the park."""

    class Meta:
        """Named table."""

        db_table = "member"

    @override
    def __str__(self) -> str:
        return f"{self.user.get_username()} ({self.roles})"

    def role_set(self) -> frozenset[Role]:
        """Return the roles; a word that is none is an error, never a right."""
        return frozenset(Role(word) for word in self.roles.split())
