# SPDX-License-Identifier: Apache-2.0
"""What a cycle reads: hosts, VMs that are there, messages that arrived since, and their samples.

All raise DatabaseAway, SchemaError, DataRefused.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from msgspec import convert
from psycopg import sql

from consumer.alerts.evaluation.engine import EventRows
from consumer.alerts.evaluation.forms import DomainLabel, HostLabel, Wanted
from consumer.alerts.evaluation.messages import Messages, messages, rows_of, whole
from consumer.alerts.evaluation.needs import MOMENT, Need
from consumer.alerts.evaluation.rows import Rows
from consumer.alerts.evaluation.series import SERIES, gathered, is_word
from consumer.alerts.windows import Places
from consumer.database import Connection
from consumer.rules.subjects import Subject
from consumer.statements import statement

# How many owners' past samples are read at a time: a step takes about a second.
_PAST_OWNERS: Final = {"host": 100, "domain": 1_000}


class HostNow(NamedTuple):
    """A host, and its newest sample if it has sent any; times are seconds since 1970."""

    host_id: int
    label: HostLabel
    taken_at: float | None
    received_at: float | None
    tick_seconds: float | None
    clock_offset_seconds: float | None


class Wish(NamedTuple):
    """Which rows of parts are read: known parts one by one, and all parts of some owners."""

    owners: list[int]
    times: list[datetime]
    parts: list[str]
    whole_owners: list[int]
    whole_times: list[datetime]


class Reading:
    """Questions on the connection of a cycle, in its transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self) -> tuple[datetime, str]:
        """Return the database's time, and the mark of what is committed now."""
        ((now, mark),) = self._rows("begin")
        return convert(now, datetime), convert(mark, str)

    def by_keys(self) -> None:
        """Look rows up by their keys from now on, until the end of the transaction."""
        self._rows("by_keys")

    def hosts(self) -> list[HostNow]:
        """Return all hosts."""
        return [
            HostNow(
                convert(host_id, int),
                HostLabel(str(host), frozenset(convert(tags, list[str]))),
                *convert(rest, _Now),
            )
            for host_id, host, tags, *rest in self._rows("hosts")
        ]

    def domains(self) -> Places:
        """Return the VMs that are there, by id."""
        ((ids,),) = self._rows("domains_alive")
        return whole(ids)

    def chosen_domains(self, wanted: Wanted) -> dict[int, DomainLabel]:
        """Return the VMs that overrides may choose by themselves."""
        if not (wanted.uuids or wanted.tags):
            return {}
        found = self._rows("domains_chosen", uuids=list(wanted.uuids), tags=list(wanted.tags))
        return {
            convert(id_, int): DomainLabel(str(uuid), frozenset(convert(tags, list[str])))
            for id_, uuid, tags in found
        }

    def names(self, domain_ids: Iterable[int]) -> dict[int, str]:
        """Return what VMs are called."""
        ids = sorted(set(domain_ids))
        found = self._rows("names", domain_ids=ids) if ids else []
        return {convert(id_, int): str(name) for id_, name in found}

    def arrived(self, since: str, horizon: datetime) -> Messages:
        """Return the messages since a mark."""
        ((*columns,),) = self._rows("arrived", since=since, horizon=horizon)
        return messages(columns)

    def past(self, horizon: datetime) -> Messages:
        """Return the messages that were taken since a time."""
        ((*columns,),) = self._rows("past", horizon=horizon)
        return messages(columns)

    def events(self, kinds: Iterable[str], *, since: str = "", horizon: datetime | None = None) -> EventRows:
        """Return events since a mark, or those of the past since a time."""
        name = "arrived_events" if horizon is None else "past_events"
        found = self._rows(name, kinds=sorted(set(kinds)), since=since, horizon=horizon)
        return EventRows(*convert(list(zip(*found, strict=True)) if found else [()] * 4, _Events))

    def samples(
        self, subject: Subject, needs: Iterable[Need], found: Messages, wish: Wish | None = None
    ) -> list[Rows]:
        """Return the samples of messages; of parts those of a wish."""
        names = columns_of(needs)
        if wish is None:
            parameters: dict[str, object] = {
                "owners": found.hosts.tolist(),
                "times": found.moments(range(found.message_count)),
            }
            name = "arrived_hosts" if subject == "host" else "arrived_domains"
        else:
            parameters, name = wish._asdict(), "arrived_parts"
        return self._samples(name, subject, names, found, parameters)

    def past_samples(
        self, subject: Subject, needs: Iterable[Need], found: Messages, owners: Sequence[int], first: datetime
    ) -> Iterator[Rows]:
        """Give the samples of owners since a time, some owners at a time."""
        names = columns_of(needs)
        step = _PAST_OWNERS["host" if SERIES[subject].owner == "host_id" else "domain"]
        for begin in range(0, len(owners), step):
            parameters = {"owners": list(owners[begin : begin + step]), "first": first}
            yield from self._samples("past_rows", subject, names, found, parameters)

    def _samples(
        self, name: str, subject: Subject, names: list[str], found: Messages, parameters: dict[str, object]
    ) -> list[Rows]:
        series = SERIES[subject]
        query = sql.SQL(statement(f"alerts/{name}").decode()).format(
            columns=gathered(subject, names),
            table=sql.Identifier(series.table),
            owner=sql.Identifier(series.owner),
            part=sql.Identifier(series.part or ""),
            joins=sql.SQL(series.joins),
        )
        words = frozenset(each for each in names if is_word(subject, each))
        with self._connection.cursor(binary=True) as cursor:
            answers = cursor.execute(query, parameters).fetchall()
        return [rows_of(found, answer, names, words) for answer in answers]

    def _rows(self, name: str, **parameters: object) -> list[tuple[object, ...]]:
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(statement(f"alerts/{name}"), parameters).fetchall()


def columns_of(needs: Iterable[Need]) -> list[str]:
    """Return the columns that figures are made of."""
    found = {name for each in needs if each.figure is not None for name in each.figure.made_of}
    return sorted(found - {MOMENT})


_Now = tuple[float | None, float | None, float | None, float | None]
_Events = tuple[list[int], list[int | None], list[str], list[float]]
