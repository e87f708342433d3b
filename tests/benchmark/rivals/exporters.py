# SPDX-License-Identifier: Apache-2.0
"""Debian's prometheus-node-exporter and prometheus-libvirt-exporter, scraped as Prometheus would."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.ports import free_ports
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.rivals.process import Rival, ask, rival, rival_folder, wait_for_answer

METRICS = "/metrics"
# It has one line for each guest.
GUEST_METRIC = b"\nlibvirt_domain_info_virtual_cpus{"


class Exporters:
    """Both of them."""

    def __init__(self, host: Rival, host_port: int, guests: Rival, guests_port: int) -> None:
        self.pids = (host.pid, guests.pid)
        self._host_port = host_port
        self._guests_port = guests_port

    def scrape(self, guest_count: int) -> int:
        """Scrape both once; return the bytes. Raises BenchmarkError unless all guests are told of."""
        host, guests = ask(self._host_port, METRICS), ask(self._guests_port, METRICS)
        if guests.count(GUEST_METRIC) != guest_count:
            raise BenchmarkError(f"the exporter tells of {guests.count(GUEST_METRIC)} guests")
        return len(host) + len(guests)


@contextmanager
def exporters(daemon: LibvirtDaemon) -> Iterator[Exporters]:
    """Start both. Raises UnavailableError."""
    host_port, guests_port = free_ports(2)
    binds = ((daemon.run_directory, daemon.run_directory),)
    host_arguments = ["/usr/bin/prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{host_port}"]
    guest_arguments = [
        "/usr/bin/prometheus-libvirt-exporter",
        f"--web.listen-address=127.0.0.1:{guests_port}",
        f"--libvirt.uri={daemon.uri_read_only}",
    ]
    with (
        rival_folder() as folder,
        rival(host_arguments, folder) as host,
        rival(guest_arguments, folder, binds) as guests,
    ):
        wait_for_answer(host_port, METRICS, host)
        wait_for_answer(guests_port, METRICS, guests)
        yield Exporters(host, host_port, guests, guests_port)
