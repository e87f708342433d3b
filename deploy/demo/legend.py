# SPDX-License-Identifier: Apache-2.0
"""What the demo says once everything runs: what runs where, and the commands to look closer."""

import shlex
from pathlib import Path

from deploy.demo.child import SCRIPTS
from deploy.demo.pipeline import Pipeline
from deploy.demo.simulated_fleet import DOMAIN_COUNT, HISTORY_DAYS, HOST_COUNT
from deploy.lab.guest import DEFAULT_GUESTS
from deploy.lab.libvirt_daemon import LibvirtDaemon
from deploy.lab.services import Broker


def legend(pipeline: Pipeline, broker: Broker, daemon: LibvirtDaemon, folder: Path) -> str:
    """Say what runs where."""
    guests = ", ".join(guest.name for guest in DEFAULT_GUESTS)
    commands = "\n  ".join(looking_closer(pipeline.folder))
    return f"""
  kvmgrid runs:  {pipeline.url}

  publisher    samples this machine ({pipeline.names.host}) and its VMs every 2 s
  VMs          {guests}, under QEMU's software emulation (counted as user CPU)
  fleet        {HOST_COUNT} simulated hosts with {DOMAIN_COUNT} VMs each, marked as such on the page; their
               past {HISTORY_DAYS} days fill in (about two minutes at the first start, seconds later)
  libvirt      {daemon.virsh} list
  broker       RabbitMQ, management at {broker.admin.url}
  database     {pipeline.database_url.split("@")[-1]}
  settings, logs, spool: {pipeline.folder}

  What the publisher reads, whether all is well with it, how far the consumer is:
  {commands}

  Ctrl-C ends all of it. History is kept for the next run; remove {folder} to begin anew.
"""


def looking_closer(folder: Path) -> list[str]:
    """Return commands for another terminal, with the settings in the folder of the pipeline."""
    words = (("publisher", "once"), ("publisher", "check"), ("consumer", "status"))
    return [
        shlex.join([str(SCRIPTS / f"kvmgrid-{role}"), verb, "--config", str(folder / f"{role}.toml")])
        for role, verb in words
    ]
