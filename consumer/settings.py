# SPDX-License-Identifier: Apache-2.0
"""The settings of ``kvmgrid-consumer``: TOML file, then ``KVMGRID_SECTION__KEY`` variables."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from publisher.wire.broker import BrokerSettings
from publisher.wire.log_line import LogSettings

Positive = Annotated[float, Meta(gt=0)]
PositiveCount = Annotated[int, Meta(ge=1)]
FOREVER = "forever"
Period = Annotated[str, Meta(pattern=rf"\A(?:[1-9][0-9]{{0,4}}[hd]|{FOREVER})\Z")]


class ManagementSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[management]`` section: the broker's management interface, which only ``status`` asks.

    Without ``url`` it is not asked; ``ca_file`` of ``[broker]`` verifies https. ``user`` needs some right in
    the virtual host and the tag ``monitoring``, or ``administrator`` to learn who is enrolled.
    """

    url: str | None = None
    user: str = "kvmgrid-monitor"
    password_file: Path | None = None
    timeout_seconds: Positive = 5.0


class DatabaseSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[database]`` section.

    ``owner_url`` is the login of ``migrate``; without it ``migrate`` uses ``url``. The password comes from
    ``password_file`` or libpq's own sources (passfile, certificate), not from the URL.
    """

    url: str = "postgresql://kvmgrid_ingest@localhost/kvmgrid"
    password_file: Path | None = None
    owner_url: str | None = None
    owner_password_file: Path | None = None
    connect_timeout_seconds: Annotated[int, Meta(ge=2, le=60)] = 5
    # 5 s later a server that has not answered is taken for gone, and the connection is given up.
    statement_timeout_seconds: Positive = 25.0
    lock_timeout_seconds: Positive = 10.0
    # How long sent bytes may stay unacknowledged: a black-holed network is noticed by this, nothing else.
    unacknowledged_timeout_seconds: Positive = 15.0
    # One chunk of all hypertables should fit a quarter of the memory: a day suits 5,000 VMs at 10 s.
    chunk_seconds: Positive = 86_400.0


class IngestSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[ingest]`` section: how messages become transactions, and the queue they wait in.

    ``prefetch_count`` and ``buffer_bytes`` bound what the consumer holds; quorum queues cap the former at
    2,000. ``queue_limit_bytes`` and ``delivery_limit_count`` are arguments of the queue: to change
    them, the empty queue has to be deleted first.
    """

    flush_row_count: PositiveCount = 100_000
    flush_seconds: Positive = 0.5
    latest_seconds: Annotated[float, Meta(ge=0)] = 5.0
    prefetch_count: Annotated[int, Meta(ge=8, le=2_000)] = 2_000
    buffer_bytes: PositiveCount = 64 * 1024 * 1024
    declare_topology: bool = True
    queue_limit_bytes: PositiveCount = 8 * 1024 * 1024 * 1024
    # Every unclean end of a consumer counts one delivery for each message it held, however good the message.
    # The broker's 20 loses a night of samples to a crash loop; 10,000 still ends a message that kills us.
    delivery_limit_count: PositiveCount = 10_000
    clock_ahead_seconds: Positive = 86_400.0
    clock_tolerance_seconds: Annotated[float, Meta(ge=5)] = 60.0
    # Samples older than this are stored beside the live ones, in transactions of their own.
    late_seconds: Positive = 300.0
    # How much of them may wait in the database while it cannot take them, of all consumers.
    parked_bytes: Annotated[int, Meta(ge=0)] = 1024 * 1024 * 1024
    # What a host may send on average, ten seconds' worth at once; what is beyond counts as late.
    host_budget_messages_per_second: Positive = 50.0
    host_budget_bytes_per_second: Positive = 4.0 * 1024 * 1024


class QuarantineSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[quarantine]`` section: what is kept of messages that cannot be stored.

    Every one is counted. Within the budgets it is kept whole, up to ``body_bytes``. Beyond them its first
    bytes are kept, of ``kept_per_hour_count`` messages an hour per host and reason.
    """

    host_budget_bytes: PositiveCount = 64 * 1024 * 1024
    budget_bytes: PositiveCount = 1024 * 1024 * 1024
    # The broker's own default limit of a message.
    body_bytes: Annotated[int, Meta(ge=0, le=16 * 1024 * 1024)] = 16 * 1024 * 1024
    kept_per_hour_count: PositiveCount = 60


class RetentionSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[retention]`` section: a number of hours or days such as "12h" or "30d", or "forever".

    Keys are levels: raw samples, the rollups 1m to 1d, events, the publishers' reports, quarantined messages.
    ``latest`` is the newest sample of a domain that sends none any more. The rollups of 1 minute are made of
    the raw samples when they are asked for. They reach back as far as those, whatever is set here.
    """

    raw: Period = "30d"
    minute: Period = field(default="90d", name="1m")
    five_minutes: Period = field(default="90d", name="5m")
    hour: Period = field(default="730d", name="1h")
    day: Period = field(default=FOREVER, name="1d")
    latest: Period = "90d"
    events: Period = "365d"
    reports: Period = "30d"
    quarantine: Period = "30d"


class AlertSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[alerts]`` section: the file of rules, which need not be there, and how often they are judged."""

    rules_file: Path = Path("/etc/kvmgrid/alerts.toml")
    cycle_seconds: Annotated[float, Meta(ge=1, le=60)] = 10.0


class ConsumerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a consumer."""

    broker: BrokerSettings = BrokerSettings()
    management: ManagementSettings = ManagementSettings()
    database: DatabaseSettings = DatabaseSettings()
    ingest: IngestSettings = IngestSettings()
    quarantine: QuarantineSettings = QuarantineSettings()
    retention: RetentionSettings = RetentionSettings()
    alerts: AlertSettings = AlertSettings()
    log: LogSettings = LogSettings()
