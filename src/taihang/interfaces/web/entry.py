"""The first way in: a link that opens once, printed where the platform is started."""

from pathlib import Path

from taihang.interfaces.accounts.links import link_path, make_first_link
from taihang.interfaces.web.park_source import open_accounts


def first_link(root: Path, address: str) -> str | None:
    """Return the link for the first member; None once there is one. Earlier ones open no more.

    Args:
        root: The park folder.
        address: The address of the pages.
    """
    with open_accounts(root).served():
        token = make_first_link()
    return None if token is None else f"{address.rstrip('/')}{link_path(token)}"
