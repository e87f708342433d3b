# SPDX-License-Identifier: Apache-2.0
"""Messages that cannot be stored: counted for good, and kept within budgets, before they are acknowledged.

Counts and rows are one transaction. Nothing of it is remembered here: what a kill interrupts comes again.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg.types.json import Jsonb

from consumer.broker.delivery import Delivery
from consumer.database import Connection
from consumer.intake.refusal import RefusedMessage
from consumer.settings import QuarantineSettings
from consumer.statements import statement
from consumer.store.keeping import Keeping, Share, Usage
from publisher.wire.topics import INGEST_QUEUE, parse_key

_DETAIL_CHARACTERS_MAX = 2_000
_PORTION_BYTES = 4 * 1024 * 1024


class _Account(NamedTuple):
    """What one row of quarantine_counts is about."""

    host: str
    reason: str
    hour: datetime


class Quarantine:
    """Writes refused messages in a transaction of their own. Not thread-safe."""

    def __init__(self, settings: QuarantineSettings) -> None:
        self._settings = settings

    def store(self, connection: Connection, refused: Sequence[RefusedMessage]) -> None:
        """Count refused deliveries, and keep what the budgets allow; when this returns it is committed."""
        with connection.transaction():
            head_counts = Counter(_tally(connection, refused))
            keeping = Keeping(self._settings, _lock_usage(connection, refused))
            rows: list[dict[str, object]] = []
            unkept: Counter[_Account] = Counter()
            heads: Counter[_Account] = Counter()
            for each in refused:
                account, row = _account(each), _row(each)
                body = each.delivery.body
                share = keeping.share(account.host, len(body), _text_bytes(row), head_counts[account])
                if not share.is_whole(len(body)):
                    unkept[account] += 1
                    if share.body_bytes is not None:
                        heads[account] += 1
                        head_counts[account] += 1
                if share.body_bytes is not None:
                    rows.append(row | _kept(body, share))
            with connection.cursor() as cursor:
                for portion in _portions(rows):
                    cursor.executemany(statement("store/quarantine_add"), portion)
            _note_unkept(connection, unkept, heads)
            _note_usage(connection, rows)


def sender(delivery: Delivery) -> str:
    """Return who sent a delivery: as the broker knows it, else as its routing key says, else nobody."""
    key = parse_key(delivery.routing_key)
    return delivery.user_id or (key.host if key else "")


def _account(refused: RefusedMessage) -> _Account:
    hour = refused.delivery.received_at.replace(minute=0, second=0, microsecond=0)
    return _Account(sender(refused.delivery), refused.reason, hour)


def _tally(connection: Connection, refused: Iterable[RefusedMessage]) -> dict[_Account, int]:
    """Count the messages; return how many beginnings were kept of each account before."""
    found: defaultdict[_Account, list[Delivery]] = defaultdict(list)
    for each in refused:
        found[_account(each)].append(each.delivery)
    accounts = sorted(found)
    rows = connection.execute(
        statement("store/quarantine_tally"),
        {
            **_keys(accounts),
            "newest": [max(each.received_at for each in found[account]) for account in accounts],
            "message_counts": [len(found[account]) for account in accounts],
            "message_bytes": [sum(len(each.body) for each in found[account]) for account in accounts],
        },
    )
    return {_Account._make(row[:3]): int(str(row[3])) for row in rows}


def _lock_usage(connection: Connection, refused: Iterable[RefusedMessage]) -> Usage:
    hosts = sorted({sender(each.delivery) for each in refused})
    rows = connection.execute(statement("store/quarantine_usage_lock"), {"hosts": hosts}).fetchall()
    total = connection.execute(statement("store/quarantine_usage_total")).fetchall()
    return Usage({str(host): int(str(kept)) for host, kept in rows}, int(str(total[0][0])))


def _note_unkept(connection: Connection, unkept: Counter[_Account], heads: Counter[_Account]) -> None:
    if accounts := sorted(unkept):
        connection.execute(
            statement("store/quarantine_tally_unkept"),
            {
                **_keys(accounts),
                "unkept": [unkept[account] for account in accounts],
                "heads": [heads[account] for account in accounts],
            },
        )


def _note_usage(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    kept: Counter[str] = Counter()
    for row in rows:
        kept[str(row["host"])] += int(str(row["kept_bytes"]))
    counts = Counter(str(row["host"]) for row in rows)
    if hosts := sorted(kept):
        connection.execute(
            statement("store/quarantine_usage_add"),
            {
                "hosts": hosts,
                "message_counts": [counts[host] for host in hosts],
                "kept_bytes": [kept[host] for host in hosts],
            },
        )


def _keys(accounts: Sequence[_Account]) -> dict[str, list[object]]:
    hosts, reasons, hours = zip(*accounts, strict=True)
    return {"hosts": list(hosts), "reasons": list(reasons), "hours": list(hours)}


def _row(refused: RefusedMessage) -> dict[str, object]:
    delivery = refused.delivery
    return {
        "received_at": delivery.received_at,
        "reason": refused.reason,
        "detail": refused.detail.replace("\x00", "\\x00")[:_DETAIL_CHARACTERS_MAX],
        "host": sender(delivery),
        "queue": INGEST_QUEUE,
        "exchange": delivery.exchange,
        "routing_key": delivery.routing_key,
        "user_id": delivery.user_id,
        "message_id": delivery.message_id,
        "content_type": delivery.content_type,
        "message_type": delivery.message_type,
        "body_sha256": hashlib.sha256(delivery.body).digest(),
        "body_bytes": len(delivery.body),
        "deaths": Jsonb([death._asdict() for death in delivery.deaths]) if delivery.deaths else None,
    }


def _text_bytes(row: dict[str, object]) -> int:
    deaths = row["deaths"]
    texts = [value for value in row.values() if isinstance(value, str)]
    if isinstance(deaths, Jsonb):
        texts += [str(deaths.obj)]
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def _portions(rows: Sequence[dict[str, object]]) -> Iterator[Sequence[dict[str, object]]]:
    """Yield the rows a few MiB at a time: until they are sent, each body is there three times."""
    begin, portion_bytes = 0, 0
    for index, row in enumerate(rows):
        kept_bytes = int(str(row["kept_bytes"]))
        if index > begin and portion_bytes + kept_bytes > _PORTION_BYTES:
            yield rows[begin:index]
            begin, portion_bytes = index, 0
        portion_bytes += kept_bytes
    if rows:
        yield rows[begin:]


def _kept(body: bytes, share: Share) -> dict[str, object]:
    return {"body": body[: share.body_bytes], "kept_bytes": share.kept_bytes}
