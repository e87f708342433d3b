# SPDX-License-Identifier: Apache-2.0
"""Which alerts a silence or a maintenance is about. Pure."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from consumer.rules.rule import Severity, Word
from publisher.wire.field_types import TAG_PATTERN, UUID_PATTERN, HostId


class Selector(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an alert has to have; all that is given has to hold.

    ``host`` is where the object of the alert is, so that all on it is meant. ``tag`` is one of the VM or of
    its host.
    """

    rule: Word | None = None
    host: HostId | None = None
    uuid: Annotated[str, Meta(pattern=UUID_PATTERN.pattern)] | None = None
    tag: Annotated[str, Meta(pattern=TAG_PATTERN.pattern)] | None = None
    severity: Severity | None = None


class AlertMarks(Struct, frozen=True, kw_only=True):
    """What an alert is chosen by. ``tags`` are those of its VM and of its host.

    ``worsened_at``: when it became as severe as it is.
    """

    alert_id: int
    rule: str
    severity: Severity
    host: str
    uuid: str | None = None
    tags: frozenset[str] = frozenset()
    worsened_at: datetime


def read_selector(stored: object) -> Selector | None:
    """Return a selector as it is stored; None if another version wrote it, and meant more."""
    try:
        return msgspec.convert(stored, Selector)
    except msgspec.ValidationError:
        return None


def selects(selector: Selector | None, alert: AlertMarks) -> bool:
    """Tell whether an alert is meant; by what is not understood none is."""
    if selector is None:
        return False
    return (
        selector.rule in {None, alert.rule}
        and selector.host in {None, alert.host}
        and selector.uuid in {None, alert.uuid}
        and selector.severity in {None, alert.severity}
        and (selector.tag is None or selector.tag in alert.tags)
    )


def selector_words(selector: Selector | None) -> str:
    """Return what is selected, such as "host hv042, severity warning"."""
    if selector is None:
        return "nothing that this version understands"
    given = msgspec.structs.asdict(selector).items()
    return ", ".join(f"{name} {value}" for name, value in given if value is not None) or "every alert"
