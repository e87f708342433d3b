# SPDX-License-Identifier: Apache-2.0
"""Carries out one scenario on this machine against the kvmgrid that watches it, and makes the report."""

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import NamedTuple

from loadgen.errors import LoadgenError, ScenarioError
from loadgen.scenario import onset
from loadgen.scenario.actions import SignalActions, channel_path
from loadgen.scenario.experiment import Experiment, Run
from loadgen.scenario.load.disk_busy import BusyDisk
from loadgen.scenario.load.guest_cpu import GuestCpu
from loadgen.scenario.load.host_memory import HeldMemory
from loadgen.scenario.load.load import Load
from loadgen.scenario.onset import Actions, Witnesses
from loadgen.scenario.page_watch import is_on_page
from loadgen.scenario.report import ChangeResult, Levels, Machine, Report
from loadgen.scenario.scenario import ChangeScenario, DiskBusy, DomainCpu, HostMemory, LevelScenario, Scenario
from loadgen.scenario.store import HostNow, Store
from loadgen.scenario.truth_sender import TruthSender
from loadgen.scenario.viewer import Viewer
from loadgen.settings import LoadgenSettings


class Order(NamedTuple):
    """What to run, and its name in the report."""

    name: str
    scenario: Scenario


class Found(NamedTuple):
    """What a scenario of either kind gave."""

    notes: list[str]
    levels: Levels | None = None
    changes: tuple[ChangeResult, ...] = ()


def carry_out(
    order: Order,
    settings: LoadgenSettings,
    *,
    progress: Callable[[str], None],
    actions: Actions | None = None,
) -> Report:
    """Run a scenario and return its report; raise LoadgenError or SettingsError.

    ``actions``: what can be done to VMs here, without it what loadgen alone can do.
    """
    with Store(settings.database, settings.host) as store, TruthSender(settings.broker) as sender:
        run = Run(secrets.token_hex(4), order.name, settings.host, sender.send, progress)
        host, begun_at, load_at_begin = store.host_now(), datetime.now(UTC), os.getloadavg()[0]
        if isinstance(order.scenario, ChangeScenario):
            able = actions or SignalActions(settings.channel_folder)
            found = changes(order.scenario, able, settings, store, run)
        else:
            found = _levels(order.scenario, settings, store, run)
        return Report(
            run=run.run,
            scenario=order.name,
            purpose=order.scenario.purpose,
            seed=order.scenario.seed,
            begun_at=begun_at,
            ended_at=datetime.now(UTC),
            machine=_machine(settings.host, host, load_at_begin),
            notes=found.notes,
            levels=found.levels,
            changes=list(found.changes),
        )


def changes(
    scenario: ChangeScenario, actions: Actions, settings: LoadgenSettings, store: Store, run: Run
) -> Found:
    """Make the changes of a scenario, and say what of them was not measured; raise LoadgenError."""
    viewer = Viewer(settings.dashboard_url) if settings.dashboard_url else None
    results = onset.carry_out(scenario, actions, Witnesses(store, viewer), run)
    columns = {change.shows.column for change in scenario.changes if not is_on_page(change.shows)}
    notes = [f"page: not measured (no page shows {column})" for column in sorted(columns)]
    if viewer is None:
        notes = ["page: not measured (no --dashboard)"]
    return Found(notes, changes=tuple(results))


def _levels(scenario: LevelScenario, settings: LoadgenSettings, store: Store, run: Run) -> Found:
    load = _load(scenario, settings, store)
    for note in load.notes:
        run.progress(f"note: {note}")
    try:
        levels = Experiment(scenario, load, store, run).carry_out()
    except BaseException:
        # What went wrong first is what is told.
        try:
            load.close()
        except LoadgenError as failure:
            run.progress(f"could not be undone: {failure}")
        raise
    load.close()
    return Found(load.notes, levels=levels)


def _load(scenario: LevelScenario, settings: LoadgenSettings, store: Store) -> Load:
    match scenario.subject:
        case DomainCpu(domain=domain):
            vcpu_count = store.domain_value(domain, "vcpu_count")
            if not isinstance(vcpu_count, int):
                raise ScenarioError(f"kvmgrid knows no running VM named {domain!r}")
            return GuestCpu(
                domain, vcpu_count=vcpu_count, channel=channel_path(settings.channel_folder, domain)
            )
        case HostMemory() as subject:
            return HeldMemory(subject, seed=scenario.seed)
        case DiskBusy() as subject:
            return BusyDisk(subject, seed=scenario.seed)


def _machine(name: str, host: HostNow, load_at_begin: float) -> Machine:
    return Machine(
        host=name,
        kernel=os.uname().release,
        cpu_count=host.cpu_count,
        memory_total_bytes=host.memory_total_bytes,
        tick_seconds=host.tick_seconds,
        publisher_version=host.publisher_version,
        loadgen_version=version("kvmgrid"),
        load_at_begin=load_at_begin,
        load_at_end=os.getloadavg()[0],
    )
