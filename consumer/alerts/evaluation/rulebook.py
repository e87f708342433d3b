# SPDX-License-Identifier: Apache-2.0
"""The rules in force: read again where the file changes; a broken file leaves them as they are."""

from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from consumer.rules.reading import Rules, read_rules
from publisher.wire.settings import SettingsError


class _Mark(NamedTuple):
    """By what a changed file is known."""

    modified_ns: int
    size: int
    inode: int


class Rulebook:
    """The rules of a site; without a file those that kvmgrid comes with."""

    def __init__(self, path: Path) -> None:
        """Read the rules; raise SettingsError."""
        self._path = path
        self._mark = _mark(path)
        self.rules = read_rules(None if self._mark is None else path)
        # What is wrong with the file as it is now.
        self.problem: str | None = None
        self._log = structlog.get_logger()

    def is_changed(self) -> bool:
        """Read the file again where it is another one; return whether the rules are other ones."""
        mark = _mark(self._path)
        if mark == self._mark:
            return False
        self._mark = mark
        try:
            rules = read_rules(None if mark is None else self._path)
        except SettingsError as error:
            self.problem = f"the rules of before stay in force: {error}"
            self._log.warning("alert_rules_broken", error=str(error))
            return False
        self.problem = None
        changed, self.rules = rules != self.rules, rules
        self._log.info("alert_rules_read", path=str(self._path), is_changed=changed)
        return changed

    def as_json(self) -> str:
        """Return the rules in force, for pages."""
        return rules_json(self.rules)


def rules_json(rules: Rules) -> str:
    """Return rules and overrides as JSON."""
    found = {"rules": dict(rules.rules), "overrides": rules.overrides, "own": sorted(rules.own)}
    return msgspec.json.encode(found).decode()


def _mark(path: Path) -> _Mark | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Mark(found.st_mtime_ns, found.st_size, found.st_ino)
