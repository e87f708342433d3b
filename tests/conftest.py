# SPDX-License-Identifier: Apache-2.0
"""What every test may use: the real services, as fixtures."""

pytest_plugins = ["tests.services"]
