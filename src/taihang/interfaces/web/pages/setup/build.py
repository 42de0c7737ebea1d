"""What the set-up offers: the templates, with what stands in each."""

from dataclasses import dataclass
from typing import Final

from taihang.config.park_file import read_park
from taihang.config.templates import template_names, template_text
from taihang.core.park.park import Park
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.wording import number

_KW_PER_MW: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateCard:
    """One template as it is offered."""

    code: str
    title: str
    about: str
    facts: tuple[str, ...]


def template_cards(lang: Lang) -> tuple[TemplateCard, ...]:
    """Return the templates as they are offered: the blank one first, then the fullest.

    Args:
        lang: The language of the page.

    Example:
        >>> [card.code for card in template_cards("en")]
        ['blank', 'changzhi', 'xingxian']
    """
    return tuple(_card(name, lang) for name in sorted(template_names(), key=_is_example))


def _is_example(name: str) -> bool:
    """Say whether a template is of a park that is there already, for others to learn from."""
    return name != "blank"


def _card(name: str, lang: Lang) -> TemplateCard:
    park = read_park(template_text(name), source=name)
    return TemplateCard(
        code=name,
        title=text(f"setup.template.{name}", lang),
        about=text(f"setup.about.{name}", lang),
        facts=_facts(park, lang),
    )


def _facts(park: Park, lang: Lang) -> tuple[str, ...]:
    """Return how much of everything stands in a park."""
    plants_mw = sum(plant.capacity_kw for plant in park.plants.values()) / _KW_PER_MW
    store_mwh = sum(each.energy_kwh for each in park.batteries.values()) / _KW_PER_MW
    facts = [text("setup.n_enterprises", lang, n=len(park.enterprises))]
    if park.plants:
        mw = number(plants_mw, digits=1)
        facts.append(text("setup.n_plants", lang, n=len(park.plants), mw=mw))
    if park.batteries:
        facts.append(text("setup.store", lang, mwh=number(store_mwh, digits=1)))
    return (*facts, text("setup.n_meters", lang, n=len(park.meters)))
