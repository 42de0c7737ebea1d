"""What everything that has an id in a park is called."""

from collections.abc import Mapping

from taihang.core.figure.story import Named
from taihang.core.park.park import Park


def names_of(park: Park) -> Mapping[str, Named]:
    """Return what everything that has an id in a park is called.

    Args:
        park: The park.
    """
    products = {
        each.id: Named(each.name_zh, each.name_en) for each in park.carbon.products.values()
    }
    return products | {
        id_: Named(asset.name_zh, asset.name_en) for id_, asset in park.assets.items()
    }
