"""What headings, flows and units of forms are called, for every door that takes forms."""

from taihang.core.activity.form import COLUMNS, FormWords
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import units
from taihang.interfaces.catalogue import LANGS, text


def form_words() -> FormWords:
    """Return what headings, flows and units are called in both languages."""
    headings = {
        text(f"form.heading.{name}", lang).lower(): name for name in COLUMNS for lang in LANGS
    }
    flows = {text(f"form.flow.{flow.value}", lang).lower(): flow for flow in Flow for lang in LANGS}
    spelled = {text(f"form.unit.{unit}", lang): unit for unit in units() for lang in LANGS}
    # As people type what a keyboard has no sign for.
    plain = {
        unit.replace("³", "3").replace("10⁴", ten): unit
        for unit in units()
        for ten in ("10^4", "万")
    }
    mixed = {unit.replace("10⁴", "万"): unit for unit in units()}
    return FormWords(headings=headings, flows=flows, units={**plain, **mixed, **spelled})
