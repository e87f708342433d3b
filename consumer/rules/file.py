# SPDX-License-Identifier: Apache-2.0
"""What stands in a file of rules."""

from typing import Any

from msgspec import Struct

from consumer.rules.delivery import Heartbeat, Route
from consumer.rules.rule import Override, Rule


class RuleFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of the file. What a channel may have depends on its type."""

    rules: dict[str, Rule] = {}
    overrides: tuple[Override, ...] = ()
    channels: dict[str, Any] = {}
    routes: tuple[Route, ...] = ()
    heartbeat: Heartbeat | None = None
