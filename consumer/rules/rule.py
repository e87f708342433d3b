# SPDX-License-Identifier: Apache-2.0
"""What a rule is: one figure of one kind of object, or events, and what follows from it (docs/alerts.md).

A rule enters at a level and is left at another: a figure that swings about one does not flicker.
``health`` judges each sample of a host at intake; ``alert`` judges each object over a window.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from consumer.rules.subjects import Subject
from publisher.wire.field_types import TAG_PATTERN, UUID_PATTERN, HostId

Severity = Literal["information", "warning", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("information", "warning", "critical")
HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 86_400

Word = Annotated[str, Meta(min_length=1, max_length=64)]
Words = Annotated[str, Meta(min_length=1, max_length=200)]
Window = Annotated[int, Meta(ge=0, le=DAY_SECONDS, multiple_of=60)]
Hold = Annotated[float, Meta(ge=0, le=DAY_SECONDS)]


class Level(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an alert of one severity begins and ends; ``for_seconds``: how long before it fires."""

    enter: float
    leave: float
    for_seconds: Hold = 0.0


class Condition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another figure that is so high at least: of the object itself, of its host, or of any object on a host.

    One that is not known does not hold.
    """

    figure: Word
    at_least: float
    subject: Subject | None = None


class Health(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a rule takes points from the health of a host: half at ``enter``, all at ``full``.

    Of a figure that its objects have, the ``worst`` counts, or the ``count`` of those that are not 0.
    ``is_silent_at_zero``: a zero is no figure that makes the health of a host known.
    """

    # What reasons are called since they are stored; without it as the rule.
    reason: Word | None = None
    enter: float
    leave: float
    full: float
    points: Annotated[int, Meta(ge=1, le=100)]
    of: Literal["worst", "count"] = "worst"
    beside: tuple[Condition, ...] = ()
    is_silent_at_zero: bool = False


class Together(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When many alerts of one rule are one: one of them leads, and hides the others.

    ``of``: those of the whole ``fleet``, or those on one ``path``, where it is not known on one host.
    ``at_least`` so many, of a fleet also this ``share`` of all hosts. ``words`` are filled in with ``count``
    and ``total``, and say what it means.
    """

    of: Literal["fleet", "path"]
    at_least: Annotated[int, Meta(ge=2, le=1_000_000)] = 2
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    words: Words


class Alert(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a rule fires, by severity.

    What is judged is the mean of the samples of a window: of counts and events the sum. Without a window it
    is the newest sample. ``beside``: one of these conditions has to hold too. ``low_enters``: less is worse.
    ``hides``: rules whose alerts on the same object, and on what it has, it is the cause of; or ``all``.
    """

    window_seconds: Window = 0
    low_enters: bool = False
    beside: tuple[Condition, ...] = ()
    information: Level | None = None
    warning: Level | None = None
    critical: Level | None = None
    hides: tuple[Word, ...] = ()
    together: Together | None = None

    def levels(self) -> dict[Severity, Level]:
        """Return the levels that there are, the mildest first."""
        found = (self.information, self.warning, self.critical)
        return {
            severity: level for severity, level in zip(SEVERITIES, found, strict=True) if level is not None
        }


class Blamed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The part of a host that is to blame for a figure of the host.

    The disk, say, whose ``figure`` is the greatest; or the one that a ``text`` of the host names.
    """

    subject: Subject | Literal["sensor"]
    figure: Word | None = None
    text: Word | None = None


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule. Words are formatted with ``value``; the name of the object follows, behind ``before_object``.

    ``words_of_many`` are for a value above 1. With ``words_below_zero`` the sign does not count.
    """

    subject: Subject
    figure: Word | None = None
    events: tuple[Word, ...] = ()
    words: Words
    words_of_many: Words | None = None
    words_below_zero: Words | None = None
    before_object: str = ": "
    object: Blamed | None = None
    off: bool = False
    health: Health | None = None
    alert: Alert | None = None

    def words_for(self, value: float) -> str:
        """Return the words for a value, without the object."""
        words = self.words
        if self.words_below_zero is not None and value <= 0:
            words = self.words_below_zero
        elif self.words_of_many is not None and value > 1:
            words = self.words_of_many
        return words.format(value=abs(value) if self.words_below_zero is not None else value)


class LevelChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an override changes of a level; the rest is as before."""

    enter: float | None = None
    leave: float | None = None
    for_seconds: Hold | None = None


class Override(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is different for some objects, chosen by one of: a host and what runs on it, a VM, a tag."""

    rule: Word
    host: HostId | None = None
    uuid: Annotated[str, Meta(pattern=UUID_PATTERN.pattern)] | None = None
    tag: Annotated[str, Meta(pattern=TAG_PATTERN.pattern)] | None = None
    off: bool | None = None
    window_seconds: Window | None = None
    information: LevelChange | None = None
    warning: LevelChange | None = None
    critical: LevelChange | None = None
