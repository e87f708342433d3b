# SPDX-License-Identifier: Apache-2.0
"""What the page of a VM shows: parts and a chart, sent when they differ from what the browser has.

Four caches are shared by all viewers. The newest figures and the life in a range are kept about a second.
What stands around the VM is kept ten seconds. Charts are computed once per sample and view.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote
from uuid import UUID

from dashboard.charts.contract import ChartView
from dashboard.charts.drawing import Drawing
from dashboard.charts.versions import Versions
from dashboard.components.domain_words import PREFIX, domain_path
from dashboard.components.event_list import LISTED_EVENT_COUNT, event_list
from dashboard.components.failure import failed, noticed
from dashboard.database import Database, Parameter
from dashboard.errors import DatabaseError
from dashboard.history.charted_answer import Answer, Holding, charted, late, stamped
from dashboard.history.line_choice import read_line_choice
from dashboard.history.rows import Watch
from dashboard.history.wanted_range import (
    UNKNOWN_TICK_SECONDS,
    WantedRange,
    kept_query,
    named_in,
    redraw_step,
    wanted_range,
    width_step,
)
from dashboard.pages.vm.chart import ChartKey, VmChart, draw_chart
from dashboard.pages.vm.device_tables import Choice, chosen_device, disk_table, interface_table
from dashboard.pages.vm.neighbours import neighbour_table
from dashboard.pages.vm.queries import VM_EVENTS, VM_NOW, VM_STAYS, VmNow, VmStay
from dashboard.pages.vm.stay_strip import stay_table
from dashboard.pages.vm.surroundings import Around, Surroundings, read_surroundings
from dashboard.pages.vm.vm_head import name_history, unknown_vm, vm_facts, vm_head
from dashboard.parts.contract import Request, Update
from dashboard.parts.markup import Element, h
from dashboard.queries import HostEvent
from dashboard.timerange import choose_level
from dashboard.web.answer_cache import AnswerCache

UUID_LETTERS_MAX = 64
DEVICE_LETTERS_MAX = 128
CHART_KEEP_SECONDS = 60.0
SURROUNDINGS_KEEP_SECONDS = 10.0
LISTED_STAY_COUNT = 100


class Found(NamedTuple):
    """A VM at its newest sample; None for an unknown one."""

    vm: VmNow | None


class LifeKey(NamedTuple):
    """The life of one VM in a range as the URL names it."""

    domain_id: int
    wanted: WantedRange


class Life(NamedTuple):
    """What happened to a VM in a range, and where it lived, newest first."""

    events: tuple[HostEvent, ...]
    stays: tuple[VmStay, ...]


class Shown(NamedTuple):
    """What the chart of a VM shows besides its own rows; without a device the sums of all."""

    around: Around
    events: tuple[HostEvent, ...]
    disk: str | None
    interface: str | None


class VmFeed:
    """Answers the requests of the page of a VM."""

    def __init__(
        self,
        database: Database,
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._now = now
        self._vms: AnswerCache[str, Found] = AnswerCache(
            self._take, keep_seconds=keep_seconds, maximum_count=256
        )
        self._lives: AnswerCache[LifeKey, Life] = AnswerCache(
            self._take_life, keep_seconds=keep_seconds, maximum_count=256
        )
        self._surroundings: AnswerCache[Around, Surroundings] = AnswerCache(
            lambda around: read_surroundings(database, around, self._now()),
            keep_seconds=SURROUNDINGS_KEEP_SECONDS,
            maximum_count=128,
        )
        self._charts: AnswerCache[ChartKey, VmChart] = AnswerCache(
            lambda key: draw_chart(database, key, self._now()),
            keep_seconds=CHART_KEEP_SECONDS,
            maximum_count=32,
        )
        self._versions = Versions()

    def answer(self, request: Request, view: ChartView) -> Answer:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        title = text = named_text(request.path)
        uuid = read_uuid(text)
        try:
            vm = None if uuid is None else self._vms.get(uuid).vm
            if vm is None:
                answer = Answer(noticed(request, unknown_vm(text)))
            else:
                title, answer = vm.name, self._news(request, view, vm)
        except DatabaseError as error:
            answer = Answer(failed(request, error, self._database.away_since))
        return stamped(answer, request, title, self._now())

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return late(number, self._now())

    def _take(self, uuid: str) -> Found:
        rows = self._database.fetch(VM_NOW, {"uuid": uuid})
        return Found(rows[0] if rows else None)

    def _take_life(self, key: LifeKey) -> Life:
        window = key.wanted.window(self._now())
        bounds: dict[str, Parameter] = {
            "domain_id": key.domain_id,
            "start": window.start,
            "end": window.end,
        }
        return Life(
            tuple(self._database.fetch(VM_EVENTS, {**bounds, "limit": LISTED_EVENT_COUNT})),
            tuple(self._database.fetch(VM_STAYS, {**bounds, "limit": LISTED_STAY_COUNT})),
        )

    def _news(self, request: Request, view: ChartView, vm: VmNow) -> Answer:
        query = kept_query(request)
        parts: dict[str, Element] = {"head": vm_head(vm, query)}

        def draw() -> Drawing:
            wanted = wanted_range(request)
            life = self._lives.get(LifeKey(vm.domain_id, wanted))
            parts["events"] = event_list(life.events, query, names_host=True, names_domain=False)
            around = self._around(wanted, view, vm, life)
            seen = self._surroundings.get(around)
            parts["facts"] = vm_facts(vm, seen.start)
            parts["life"] = h("div", stay_table(life.stays, query), name_history(seen.names))
            parts["neighbours"] = neighbour_table(seen.moment, seen.neighbours, query)
            disk, interface = device_choices(request, vm, seen)
            parts["disks"] = disk_table(seen.disks, disk)
            parts["interfaces"] = interface_table(seen.interfaces, interface)
            shown = Shown(around, life.events, disk.chosen, interface.chosen)
            chart = self._charts.get(self._chart_key(request, view, vm, shown))
            parts["note"] = chart.note
            return chart.drawing

        holding = Holding(request, view, self._versions)
        return charted(holding, parts, draw, lambda: self._database.away_since)

    def _around(self, wanted: WantedRange, view: ChartView, vm: VmNow, life: Life) -> Around:
        window = wanted.window(self._now())
        tick_seconds = vm.tick_seconds or UNKNOWN_TICK_SECONDS
        level = choose_level(window.window_seconds, tick_seconds, width_step(view))
        return Around(vm.domain_id, wanted, level, life.stays)

    def _chart_key(self, request: Request, view: ChartView, vm: VmNow, shown: Shown) -> ChartKey:
        around = shown.around
        now = self._now()
        window = around.wanted.window(now)
        is_fed = vm.sampled_at is not None and vm.freshness != "stale"
        return ChartKey(
            domain_id=vm.domain_id,
            uuid=vm.uuid,
            from_text=window.from_text,
            to_text=window.to_text,
            level=around.level,
            zone_name=request.zone,
            width_pixels=width_step(view),
            step=redraw_step(window, around.level, vm.sampled_at if is_fed else None, now),
            watch=watch(vm),
            events=shown.events,
            stays=around.stays,
            disk=shown.disk,
            interface=shown.interface,
            query=kept_query(request),
            choice=read_line_choice(request),
        )


def is_vm_page(path: str) -> bool:
    """Tell whether an address is that of a VM's page, whatever the VM."""
    return path.startswith(PREFIX) and len(path) > len(PREFIX)


def named_text(path: str) -> str:
    """Return what the address of a page names in place of a UUID."""
    return unquote(path.removeprefix(PREFIX))[:UUID_LETTERS_MAX]


def read_uuid(text: str) -> str | None:
    """Return a UUID in its usual form, None for a text that is none."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


def watch(vm: VmNow) -> Watch:
    """Return when samples of a VM are expected."""
    is_silent = vm.freshness == "stale" and not vm.is_catching_up and vm.sampled_at is not None
    return Watch(
        tick_seconds=vm.tick_seconds or UNKNOWN_TICK_SECONDS,
        first_seen_seconds=vm.first_seen_at.timestamp(),
        silent_since_seconds=vm.sampled_at.timestamp() if is_silent and vm.sampled_at else None,
        ended_seconds=None if vm.removed_at is None else vm.removed_at.timestamp(),
    )


def device_choices(request: Request, vm: VmNow, seen: Surroundings) -> tuple[Choice, Choice]:
    """Return which disk and which interface the chart shows, and how others are chosen."""
    named = {name: values[0][:DEVICE_LETTERS_MAX] for name, values in named_in(request).items()}
    devices = {
        "disk": [each.device for each in seen.disks],
        "interface": [each.device for each in seen.interfaces],
    }
    kept = {name: named[name] for name in ("from", "to", "tz", *devices) if name in named}
    disk, interface = (
        Choice(
            chosen=chosen_device(named.get(name), devices[name]),
            path=domain_path(vm.uuid),
            kept={other: value for other, value in kept.items() if other != name},
            name=name,
        )
        for name in devices
    )
    return disk, interface
