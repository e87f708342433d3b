# SPDX-License-Identifier: Apache-2.0
"""What every test may use: the real services and a real browser, as fixtures; and which tests share a worker.

Under pytest-xdist each worker has services of its own. The tests of a file stay together, because they share
its fixtures, and so do all tests of the one whole grid. The grid comes first, because it takes longest.
"""

import pytest
from hypothesis import settings

pytest_plugins = ["tests.services", "tests.browser", "tests.integration.consumer_world"]

# How long an example takes is the machine's affair: pytest-timeout guards against hanging. `make test-long`
# takes the other profile.
settings.register_profile("quick", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("quick")


# First, because xdist reads the groups in the same hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put each test into its group."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(group_of(item)))
    items.sort(key=lambda item: group_of(item) != "grid")


def group_of(item: pytest.Item) -> str:
    """Return the name of the group of tests that a test belongs to."""
    return "grid" if "grid" in getattr(item, "fixturenames", ()) else item.path.name
