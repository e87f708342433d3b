# SPDX-License-Identifier: Apache-2.0
"""One fault's stage: virtual host, database, proxies, consumers, hosts that send; the ledger beside it."""

import contextlib
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

import pika
import psycopg

from deploy.lab.errors import BrokerUserError
from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.topics import DEAD_LETTER_QUEUE, INGEST_QUEUE
from tests.benchmark.consumer_process import ConsumerProcess
from tests.faults.evidence import Evidence, read_evidence, read_queue
from tests.faults.honest_host import HonestHost
from tests.faults.intruder import Intruder
from tests.faults.ledger import Ledger
from tests.faults.proxy import Proxy
from tests.faults.site import Site
from tests.services import MigratedDatabase, VirtualHost

if TYPE_CHECKING:
    from deploy.lab.postgresql import PostgreSql
    from tests.faults.crowd import Crowd
    from tests.faults.real_publisher import RealPublisher
    from tests.faults.small_disk import SmallDisk

T = TypeVar("T")
Hop = Literal["publisher to broker", "real publisher to broker", "consumer to broker", "consumer to database"]
QUICK = {"KVMGRID_INGEST__FLUSH_SECONDS": "0.2", "KVMGRID_BROKER__HEARTBEAT_SECONDS": "5"}
_PATIENCE_SECONDS = 60.0
_REFUSAL_SECONDS = 90.0
_RETRY_SECONDS = 0.5


class Scene:
    """What a fault acts upon. Made by ``open_scene``."""

    def __init__(  # noqa: PLR0913 - the parts of a stage, all named
        self,
        site: Site,
        folder: Path,
        *,
        seed: int,
        virtual_host: VirtualHost,
        database: MigratedDatabase,
        stack: ExitStack,
    ) -> None:
        self.site = site
        self.folder = folder
        self.seed = seed
        self.random = Random(f"{folder.name}")  # noqa: S311 - replayable, no secret
        self.virtual_host = virtual_host
        self.database = database
        self.ledger = Ledger(folder / "ledger.jsonl")
        self.consumers: list[ConsumerProcess] = []
        self.hosts: list[HonestHost] = []
        self.proxies: dict[Hop, Proxy] = {}
        self.settings: dict[str, str] = dict(QUICK)
        # How far the clock of an honest host is ahead, by its number.
        self.clock_offsets: dict[int, float] = {}
        self.publisher: RealPublisher | None = None
        self.publisher_environment: dict[str, str] = {}
        self.spool_disk: SmallDisk | None = None
        # Where the database has one: what the harness asks is asked of whichever takes writes.
        self.standby: PostgreSql | None = None
        self.crowd: Crowd | None = None
        # How many messages a fuzzing fault sends; 0 is its own number.
        self.fuzz_count = 0
        # What a fault holds until it recovers, such as a lock.
        self.held = ExitStack()
        self.late: list[str] = []
        self.wrong: list[str] = []
        self.untold: list[str] = []
        # What a fault has measured, a text each: it stands below its row.
        self.measured: list[str] = []
        self.outputs: list[str] = []
        self._urls: dict[str, str] = {}
        self._stack = stack

    def stand_between(self, *hops: Hop) -> Self:
        """Put a proxy into hops, for connections that are made from now on."""
        for hop in hops:
            port = self.site.postgresql.port if hop.endswith("database") else self.site.broker.amqp_port
            self.proxies[hop] = self._stack.enter_context(Proxy(port, seed=self.seed))
        return self

    def _through(self, hop: Hop, url: str) -> str:
        proxy = self.proxies.get(hop)
        if proxy is None:
            return url
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{proxy.port}")))

    # Processes.
    def start_consumer(self, environment: Mapping[str, str] | None = None) -> ConsumerProcess:
        """Start one more consumer."""
        process = ConsumerProcess(
            self._through("consumer to broker", self.virtual_host.consumer_url),
            self._through("consumer to database", self.database.ingest_url),
            environment=self.settings | dict(environment or {}),
        )
        self.consumers.append(process)
        return process

    def end_consumer(self, process: ConsumerProcess) -> None:
        """Forget a consumer, ended or ended here; its log is kept."""
        self.consumers.remove(process)
        if process.alive:
            process.send_signal(signal.SIGCONT)
            process.stop()
        self.outputs.append(process.output())
        (self.folder / f"consumer-{len(self.outputs)}.log").write_text(self.outputs[-1])
        process.__exit__(None, None, None)

    def pids(self) -> list[int]:
        """Return the consumers' process ids."""
        return [process.pid for process in list(self.consumers) if process.alive]

    def told(self, event: str) -> bool:
        """Tell whether a consumer has written a log line of this event."""
        texts = [*self.outputs, *(process.output() for process in self.consumers)]
        return any(event in text for text in texts)

    def require_told(self, event: str, timeout_seconds: float = 30.0) -> None:
        """Note it as a finding if no consumer says so in time."""
        if not wait_until(lambda: self.told(event), timeout_seconds=timeout_seconds):
            self.untold.append(event)

    # Hosts.
    def fleet(self, host_count: int, domain_count: int, prefix: str = "hv") -> Fleet:
        """Return simulated hosts whose figures follow from the seed; fleets of two prefixes share no VM."""
        shape = FleetShape(
            host_count=host_count,
            domain_count_per_host=domain_count,
            seed=crc32(f"{self.seed} {prefix}".encode()),
            host_prefix=prefix,
        )
        return Fleet(shape, epoch=f"{self.random.getrandbits(64):016x}")

    def publisher_url(self, host: str, hop: Hop | None = "publisher to broker") -> str:
        """Return the URL of a host's own login, enrolled when first asked for; without a hop the broker's."""
        if host not in self._urls:
            self._urls[host] = self.virtual_host.add_publisher(host)
            self._stack.callback(self._forget_user, host)
        url = self._urls[host]
        return url if hop is None else self._through(hop, url)

    def _forget_user(self, host: str) -> None:
        with contextlib.suppress(BrokerUserError):
            self.site.broker.admin.delete_user(host)

    def add_host(
        self,
        fleet: Fleet,
        ordinal: int,
        *,
        interval_seconds: float = 0.25,
        ahead_seconds: Callable[[], float] = lambda: 0.0,
    ) -> HonestHost:
        """Start one more host that sends."""
        host = HonestHost(
            self.publisher_url(fleet.hosts[ordinal].host), self.ledger, fleet, ordinal,
            interval_seconds=interval_seconds, ahead_seconds=ahead_seconds,
        )  # fmt: skip
        self.hosts.append(host)
        host.start()
        return host

    def clock_of(self, ordinal: int) -> Callable[[], float]:
        """Return how far the clock of an honest host is ahead, asked anew for each message."""
        return lambda: self.clock_offsets.get(ordinal, 0.0)

    def intruder(self, host: str) -> Intruder:
        """Return a sender of anything under a host's own login."""
        return self._stack.enter_context(Intruder(self.publisher_url(host, hop=None), self.ledger, host))

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Enter a context that ends with the scene."""
        return self._stack.enter_context(context)

    def at_end(self, act: Callable[[], object]) -> None:
        """Do something when the scene ends."""
        self._stack.callback(act)

    # Looking and waiting.
    def query(self, text: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Return the rows of a question to the database, asked as its administrator; again where it refuses.

        A fault may exhaust the server for a while. Raises psycopg.Error when it goes on.
        """
        end_seconds = time.monotonic() + _REFUSAL_SECONDS
        while True:
            try:
                return self._ask(text, *parameters)
            except psycopg.Error:
                if time.monotonic() >= end_seconds:
                    raise
            self.pass_time(_RETRY_SECONDS)

    def _ask(self, text: str, *parameters: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.administrator_url, autocommit=True) as connection:
            connection.execute("SET search_path = kvmgrid, public")
            cursor = connection.execute(text.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def stored_count(self, host: str) -> int:
        """Return how many batches of a host are stored."""
        query = "SELECT count(*) FROM publisher_reports JOIN hosts USING (host_id) WHERE host = %s"
        return int(self.query(query, host)[0][0])

    def spooled_count(self, host: str) -> int | None:
        """Return how many messages waited in a host's spool, as a batch of the last seconds tells."""
        query = """
            SELECT spool_message_count FROM publisher_reports JOIN hosts USING (host_id)
            WHERE host = %s AND sampled_at BETWEEN now() - INTERVAL '5 s' AND now()
            ORDER BY sequence DESC LIMIT 1
        """
        rows = self.query(query, host)
        return int(rows[0][0]) if rows else None

    def stored_ids(self) -> set[str]:
        """Return the ids of messages that the database has."""
        return set(self.evidence_so_far().message_ids)

    def await_stored(
        self, host: str, more_count: int = 1, timeout_seconds: float = _PATIENCE_SECONDS
    ) -> None:
        """Wait until a host has more batches in the database than now; note it as late otherwise."""
        before = self.stored_count(host)
        if not wait_until(
            lambda: self.stored_count(host) >= before + more_count, timeout_seconds=timeout_seconds
        ):
            self.late.append(f"nothing new of {host} within {timeout_seconds:g} s")

    def await_consuming(self) -> None:
        """Wait until every consumer has begun: one that is killed before has nothing to lose."""
        for process in self.consumers:
            process.wait_for("consuming", timeout_seconds=_PATIENCE_SECONDS)

    def await_all_stored(self, hosts: Sequence[str], more_count: int = 1) -> None:
        """Wait until each host has more batches in the database than now; note those without as late."""
        before = {host: self.stored_count(host) for host in hosts}

        def waiting() -> list[str]:
            return [host for host, count in before.items() if self.stored_count(host) < count + more_count]

        if not wait_until(lambda: not waiting(), timeout_seconds=_PATIENCE_SECONDS):
            self.late.append(f"nothing new of {', '.join(waiting())} within {_PATIENCE_SECONDS:g} s")

    def pass_time(self, seconds: float) -> None:
        """Let a fault last; the time itself is the condition."""
        end_seconds = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() >= end_seconds, timeout_seconds=2 * seconds + 1)

    @contextmanager
    def channel(self) -> Iterator[Any]:
        """Give a channel of the broker's administrator in the fault's virtual host."""
        url = self.site.broker.amqp_url(virtual_host=self.virtual_host.name)
        connection = pika.BlockingConnection(pika.URLParameters(url))
        try:
            yield connection.channel()
        finally:
            if connection.is_open:
                connection.close()

    def ready_count(self) -> int:
        """Return how many messages wait in the queue; those in a consumer's hands are not among them."""
        with self.channel() as channel:
            return int(channel.queue_declare(INGEST_QUEUE, passive=True).method.message_count)

    def queue_depth(self) -> int | None:
        """Return how many messages the queue has, those in hand too, as the broker told at last."""
        return self.site.broker.admin.queue_depth(INGEST_QUEUE, self.virtual_host.name)

    def evidence(self) -> Evidence:
        """Return what database and broker have when the consumers have ended."""
        with self.channel() as channel:
            dead_ids, waiting_ids = read_queue(channel, DEAD_LETTER_QUEUE), read_queue(channel, INGEST_QUEUE)
        return read_evidence(self.database.administrator_url, dead_ids, waiting_ids)

    def evidence_so_far(self) -> Evidence:
        """Return what the database knows of messages while the consumers run, without the rows."""
        return read_evidence(self.database.administrator_url, [], with_rows=False)


@contextmanager
def open_scene(site: Site, folder: Path, seed: int) -> Iterator[Scene]:
    """Give a stage; everything on it ends with the context, the ledger and the logs stay in the folder."""
    folder = folder / f"{seed}-{secrets.token_hex(2)}"
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        virtual_host = stack.enter_context(site.virtual_host())
        database = stack.enter_context(site.database())
        scene = Scene(site, folder, seed=seed, virtual_host=virtual_host, database=database, stack=stack)
        scene.random.seed(f"{folder.parent.name}/{seed}")
        try:
            yield scene
        finally:
            scene.held.close()
            for host in scene.hosts:
                host.finish(0.0)
            for process in list(scene.consumers):
                scene.end_consumer(process)
            scene.ledger.close()
