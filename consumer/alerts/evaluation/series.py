# SPDX-License-Identifier: Apache-2.0
"""Which tables have the samples of each kind of object, and how a figure's part is read from a row."""

from functools import cache
from typing import Final, NamedTuple

from psycopg import sql

from consumer.alerts.evaluation.needs import MOMENT
from consumer.rules.subjects import STRUCTS, Subject
from publisher.wire.figures import Figure, declarations

_TEXTS: Final = frozenset({"text", "word", "JSON"})
_CLAIM: Final = "true or false"
# Columns of other tables than that of the samples: what they are joined as, and what is read.
_OTHER_COLUMNS: Final[dict[str, str]] = {
    "tick_seconds": "r.tick_seconds::text::float8",
    "spool_bytes": "r.spool_bytes::float8",
    "spool_message_count": "r.spool_message_count::float8",
    "lag_seconds": "extract(epoch FROM r.received_at - r.sampled_at)::float8",
    "clock_offset_seconds": "l.clock_offset_seconds",
    "autostart": "d.autostart::integer::float8",
}
_OTHER_WORDS: Final[dict[str, str]] = {"hypervisor_state": "r.hypervisor_state"}


class Series(NamedTuple):
    """The table of one kind of object; ``part`` is None where an owner has one row at a time."""

    table: str
    owner: str
    part: str | None
    joins: str = ""


_OF_HOSTS: Final = (
    "JOIN publisher_reports AS r ON r.host_id = s.host_id AND r.sampled_at = s.sampled_at"
    " LEFT JOIN host_latest AS l ON l.host_id = s.host_id"
)
SERIES: Final[dict[Subject, Series]] = {
    "host": Series("host_samples", "host_id", None, _OF_HOSTS),
    "disk": Series("host_disk_samples", "host_id", "device"),
    "interface": Series("host_interface_samples", "host_id", "device"),
    "filesystem": Series("host_filesystem_samples", "host_id", "path"),
    "domain": Series(
        "domain_samples",
        "domain_id",
        None,
        "JOIN domains AS d ON d.domain_id = s.domain_id AND d.removed_at IS NULL",
    ),
    "domain_block": Series("domain_block_samples", "domain_id", "device"),
    "domain_interface": Series("domain_interface_samples", "domain_id", "device"),
}


@cache
def _declared(subject: Subject) -> dict[str, Figure]:
    return declarations(STRUCTS[subject])


def is_word(subject: Subject, name: str) -> bool:
    """Tell whether a column has words, not numbers."""
    declared = _declared(subject).get(name)
    return name in _OTHER_WORDS or (declared is not None and declared.unit in _TEXTS)


def gathered(subject: Subject, names: list[str]) -> sql.Composable:
    """Return the expressions of a question: keys of rows, then columns by name, all as bytes or arrays."""
    series = SERIES[subject]
    keys = [
        sql.SQL("string_agg(int4send(s.host_id), ''::bytea)"),
        sql.SQL("string_agg(timestamptz_send(s.sampled_at), ''::bytea)"),
        sql.SQL("string_agg(int4send(s.{}), ''::bytea)").format(sql.Identifier(series.owner)),
        sql.SQL("NULL::text[]")
        if series.part is None
        else sql.SQL("array_agg(s.{})").format(sql.Identifier(series.part)),
    ]
    return sql.SQL(", ").join([*keys, *(_gathered(subject, name) for name in names if name != MOMENT)])


def _gathered(subject: Subject, name: str) -> sql.Composable:
    column = sql.SQL("s.{}").format(sql.Identifier(name))
    declared = _declared(subject).get(name)
    if is_word(subject, name):
        words = sql.SQL(_OTHER_WORDS[name]) if name in _OTHER_WORDS else column
        return sql.SQL("array_agg({})").format(words)
    if name in _OTHER_COLUMNS:
        number: sql.Composable = sql.SQL(_OTHER_COLUMNS[name])
    elif declared is not None and declared.unit == _CLAIM:
        number = sql.SQL("{}::integer::float8").format(column)
    else:
        # A real has 7 digits: by its text 0.9 is 0.9 again (docs/decisions/0047).
        number = sql.SQL("{}::text::float8").format(column)
    return sql.SQL("string_agg(float8send(coalesce({}, 'NaN')), ''::bytea)").format(number)
