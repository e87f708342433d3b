# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a rule, and where."""

from typing import NamedTuple


class Fault(NamedTuple):
    """``key`` within the rule, and what is wrong there."""

    key: str
    text: str
