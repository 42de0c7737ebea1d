"""One demo park of thirty days for every test that looks at a living park; nobody changes it."""

import pytest

from command_line import DemoPark, done


@pytest.fixture(scope="session")
def demo_park(tmp_path_factory: pytest.TempPathFactory) -> DemoPark:
    """Run the demo twice into one folder: for people, then for machines."""
    root = tmp_path_factory.mktemp("demo") / "park"
    told = done("demo", "--dir", root, "--days", "30", "--no-serve").out
    facts = done("demo", "--dir", root, "--days", "30", "--no-serve", "--json").facts
    return DemoPark(root, told, facts)
