# SPDX-License-Identifier: Apache-2.0
"""Samples that keep coming while a test looks at a page."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

STEP_SECONDS = 1.0
# Every host and VM has a sample in so many steps, a part of them in each.
TURN_COUNT = 10
HOSTS = """
UPDATE kvmgrid.host_latest
SET sampled_at = now(), received_at = now(), cpu_busy_ratio = random(), memory_used_ratio = random(),
    disk_busy_ratio = random(), cpu_temperature_celsius = 40 + 40 * random(), health_score = 100 * random()
WHERE host_id % {turn_count} = {turn}
"""
DOMAINS = """
UPDATE kvmgrid.domain_latest
SET sampled_at = now(), cpu_ratio = random(), steal_ratio = random() / 20, memory_used_bytes = 1e9 * random(),
    block_read_bytes_per_second = 1e7 * random(), network_receive_bytes_per_second = 1e6 * random()
WHERE domain_id % {turn_count} = {turn}
"""


@contextmanager
def each_step(store: Callable[[int], None]) -> Iterator[None]:
    """Call ``store`` with the number of each step until the block ends; what it raises fails the test."""
    is_over = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        step = 0
        while not is_over.wait(STEP_SECONDS):
            step += 1
            try:
                store(step)
            except psycopg.Error as error:
                failures.append(error)
                return

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    assert [] == failures


@contextmanager
def all_latest(owner_url: str) -> Iterator[None]:
    """Give every host and VM of a database a new sample every ten seconds, a tenth of them each second."""
    with psycopg.connect(owner_url, autocommit=True) as connection:

        def store(step: int) -> None:
            for statement in (HOSTS, DOMAINS):
                text = statement.format(turn_count=TURN_COUNT, turn=step % TURN_COUNT)
                connection.execute(text.encode())

        with each_step(store):
            yield
