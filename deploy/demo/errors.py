# SPDX-License-Identifier: Apache-2.0
"""What the demo reports to a person, with what to do about it."""


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""
