# SPDX-License-Identifier: Apache-2.0
"""What every test may use: the real services and a real browser, as fixtures."""

pytest_plugins = [
    "tests.services",
    "tests.browser",
    "tests.integration.two_hosts",
    "tests.integration.running_consumer",
]
