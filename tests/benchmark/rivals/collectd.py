# SPDX-License-Identifier: Apache-2.0
"""Debian's collectd with its virt plugin and the plugins for what the publisher reads of a host.

Of guests that do not run, its virt plugin stores the state and nothing else; paused guests flatter it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.readiness import log_tail, wait_until
from tests.benchmark.errors import BenchmarkError
from tests.benchmark.rivals.process import START_SECONDS, Rival, rival, rival_folder

PLUGINS = ("cpu", "memory", "swap", "load", "disk", "interface", "uptime")
CONFIGURATION = """\
Hostname "bench"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/collectd.pid"
PluginDir "/usr/lib/collectd"
TypesDB "/usr/share/collectd/types.db"
Interval {interval_seconds:g}
{plugins}
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}/csv"
</Plugin>
LoadPlugin virt
<Plugin virt>
  Connection "{uri}"
  RefreshInterval 60
  HostnameFormat name
  ExtraStats "cpu_util disk domain_state memory pcpu vcpu"
</Plugin>
"""


@contextmanager
def collectd(daemon: LibvirtDaemon, guest_names: list[str], interval_seconds: float) -> Iterator[Rival]:
    """Start it and wait until it has written something of every guest. Raises UnavailableError."""
    with rival_folder() as folder:
        settings = folder / "collectd.conf"
        plugins = "\n".join(f"LoadPlugin {name}" for name in PLUGINS)
        settings.write_text(
            CONFIGURATION.format(
                folder=folder,
                interval_seconds=interval_seconds,
                plugins=plugins,
                uri=daemon.uri_read_only,
            ),
            encoding="utf-8",
        )
        arguments = ["/usr/sbin/collectd", "-f", "-C", str(settings)]
        with rival(arguments, folder, ((daemon.run_directory, daemon.run_directory),)) as running:
            wait_for_guests(folder / "csv", guest_names, running)
            yield running


def wait_for_guests(folder: Path, guest_names: list[str], running: Rival) -> None:
    """Wait until there is a folder for each guest; raise BenchmarkError when one stays away."""
    if not wait_until(
        lambda: all((folder / name).exists() for name in guest_names), timeout_seconds=START_SECONDS
    ):
        raise BenchmarkError(f"collectd does not see every guest; its log:\n{log_tail(running.log)}")
