"""The enterprises of the park by name, as far as somebody sees them."""

from collections.abc import Mapping
from dataclasses import dataclass

from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.visit import Visit
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class EnterpriseName:
    """An enterprise as forms offer it."""

    id: str
    zh: str
    en: str

    def words(self, lang: Lang) -> str:
        """Return the name in one language."""
        return self.zh if lang == "zh" else self.en


def enterprise_names(ports: Ports) -> tuple[EnterpriseName, ...]:
    """Return the enterprises that may be seen, by id."""
    found = sorted(ports.park.enterprises.values(), key=lambda each: each.id)
    return tuple(EnterpriseName(each.id, each.name_zh, each.name_en) for each in found)


def enterprises_of(visit: Visit) -> Mapping[str, str]:
    """Return the names of the enterprises that the viewer sees, by id; none before the park."""
    if not visit.has_park:
        return {}
    found = visit.ask(enterprise_names)
    return {each.id: each.words(visit.look.lang) for each in found}
