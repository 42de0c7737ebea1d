"""The demo park of thirty days, as people see it in a browser."""

import pytest

from command_line import DemoPark, done


@pytest.fixture(scope="session")
def demo_park(tmp_path_factory: pytest.TempPathFactory) -> DemoPark:
    """Run the demo once."""
    root = tmp_path_factory.mktemp("demo") / "park"
    facts = done("demo", "--dir", root, "--days", "30", "--no-serve", "--json").facts
    return DemoPark(root, "", facts)
