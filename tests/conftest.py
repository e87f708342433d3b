# SPDX-License-Identifier: Apache-2.0
"""What every test may use: the real services and a real browser, as fixtures; and which tests share a worker.

Under pytest-xdist each worker has services of its own. The tests of a file stay together, because they share
its fixtures. So do all tests of the one whole grid, and those of the Community edition. The server of that
takes half a minute to start. The end-to-end tests come first: they take longest.
"""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling

pytest_plugins = [
    "tests.services",
    "tests.browser",
    "tests.integration.two_hosts",
    "tests.integration.running_consumer",
    "tests.integration.rollup_site",
]

END_TO_END = "tests/end_to_end/"
# These start a grid of their own.
DEMO = f"{END_TO_END}test_demo.py"
COMMUNITY = "tests/community/"

# How long an example takes is the machine's affair: pytest-timeout guards against hanging. `make test-long`
# takes the other profile.
settings.register_profile("quick", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=400)
settings.load_profile("quick")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Let no test's log go where a command that another test ran in this process has sent it."""
    yield
    if structlog.is_configured():
        structlog.reset_defaults()


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist ships no types
    """Gives whole groups of tests to workers."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if path == DEMO:
            return path
        return next((folder for folder in (END_TO_END, COMMUNITY) if path.startswith(folder)), path)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Give pytest-xdist the groups; its own mark for them does nothing under pytest 9.2."""
    return Groups(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the end-to-end tests before the others."""
    items.sort(key=lambda item: not item.nodeid.startswith(END_TO_END))
