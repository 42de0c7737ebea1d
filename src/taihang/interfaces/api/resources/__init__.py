"""What can be asked, one module a kind of thing: thin operations on the builders of ``figures``."""

from collections.abc import Mapping
from typing import Final

from ninja import Router

from taihang.interfaces.api.resources.acts import ACTS
from taihang.interfaces.api.resources.certificates import CERTIFICATES
from taihang.interfaces.api.resources.operate import OPERATE
from taihang.interfaces.api.resources.park import PARK
from taihang.interfaces.api.resources.readings import READINGS
from taihang.interfaces.api.resources.statements import STATEMENTS
from taihang.interfaces.api.resources.stories import STORIES
from taihang.interfaces.api.resources.trust import TRUST

FAMILIES: Final = (PARK, READINGS, STATEMENTS, CERTIFICATES, TRUST, OPERATE, STORIES, ACTS)
ROUTERS: Final[Mapping[str, Router]] = {family.tag: family.router for family in FAMILIES}
"""Families of operations by their name."""
