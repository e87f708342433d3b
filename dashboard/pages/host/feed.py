# SPDX-License-Identifier: Apache-2.0
"""What the page of a host shows: parts that are sent when they differ from what the browser has.

Four caches are shared by all viewers. The newest figures and the events of a range are kept about a second,
devices ten seconds. A chart's key holds all that it depends on, the newest sample included: it is computed
once per sample and view.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import unquote

from dashboard.charts.contract import ChartView
from dashboard.charts.drawing import Drawing
from dashboard.charts.versions import Versions
from dashboard.components.event_list import LISTED_EVENT_COUNT, event_list
from dashboard.components.failure import failed, noticed
from dashboard.components.host_words import host_path
from dashboard.database import Database
from dashboard.errors import DatabaseError
from dashboard.history.charted_answer import Answer, Holding, charted, late, stamped
from dashboard.history.line_choice import read_line_choice
from dashboard.history.wanted_range import (
    UNKNOWN_TICK_SECONDS,
    WantedRange,
    kept_query,
    named_in,
    query_with,
    redraw_step,
    wanted_range,
    width_step,
)
from dashboard.pages.host.chart import ChartKey, HostChart, draw_chart
from dashboard.pages.host.devices.reading import Devices, DevicesKey, read_devices
from dashboard.pages.host.devices.tables import device_parts
from dashboard.pages.host.host_facts import (
    collector_remarks,
    collector_troubles,
    host_facts,
    host_head,
)
from dashboard.pages.host.host_notices import still_arriving, unknown_host
from dashboard.pages.host.kept_places import KeptPlaces
from dashboard.pages.host.listed_domains import ListedDomains
from dashboard.pages.host.queries import HOST_DOMAINS, HOST_EVENTS, HOST_NOW, HostDomain, HostNow
from dashboard.pages.host.stack_figures import STACK_FIGURES, stack_figure
from dashboard.pages.host.stack_table import stack_table
from dashboard.parts.contract import Request, Update
from dashboard.parts.markup import Element, h
from dashboard.queries import HostEvent
from dashboard.timerange import choose_level, parse
from dashboard.web.answer_cache import AnswerCache
from dashboard.web.time_zone import read_zone

PREFIX = "/host/"
HOST_LETTERS_MAX = 63
CHART_KEEP_SECONDS = 60.0
DEVICES_KEEP_SECONDS = 10.0
# What the address calls the figure by which VMs are stacked.
STACK_BY = "by"


class Now(NamedTuple):
    """A host and its VMs at their newest samples; None for an unknown host."""

    host: HostNow | None
    domains: list[HostDomain]


class EventsKey(NamedTuple):
    """The events of one host in a range as the URL names it."""

    host_id: int
    wanted: WantedRange


class HostFeed:
    """Answers the requests of the host page."""

    def __init__(
        self,
        database: Database,
        *,
        keep_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._now = now
        self._hosts: AnswerCache[str, Now] = AnswerCache(
            self._take, keep_seconds=keep_seconds, maximum_count=256
        )
        # Events show at the next request; the chart of a long range is drawn anew more rarely.
        self._events: AnswerCache[EventsKey, tuple[HostEvent, ...]] = AnswerCache(
            self._take_events, keep_seconds=keep_seconds, maximum_count=256
        )
        self._devices: AnswerCache[DevicesKey, Devices] = AnswerCache(
            lambda key: read_devices(database, key, self._now()),
            keep_seconds=DEVICES_KEEP_SECONDS,
            maximum_count=128,
        )
        self._charts: AnswerCache[ChartKey, HostChart] = AnswerCache(
            self._draw,
            keep_seconds=CHART_KEEP_SECONDS,
            maximum_count=32,
        )
        self._places = KeptPlaces()
        self._listed = ListedDomains(database, lambda host: self._hosts.get(host).domains, now)
        self._versions = Versions()

    def answer(self, request: Request, view: ChartView) -> Answer:
        """Return the news for one browser; an outage is part of the answer, never an exception."""
        name = named_host(request.path)
        try:
            seen = self._hosts.get(name)
            if seen.host is None:
                answer = Answer(noticed(request, unknown_host(name)))
            else:
                answer = self._news(request, view, seen.host, seen.domains)
        except DatabaseError as error:
            answer = Answer(failed(request, error, self._database.away_since))
        return stamped(answer, request, name, self._now())

    def late(self, number: int) -> Update:
        """Return what to say while an answer takes too long."""
        return late(number, self._now())

    def _take(self, host: str) -> Now:
        rows = self._database.fetch(HOST_NOW, {"host": host})
        if not rows:
            return Now(None, [])
        return Now(rows[0], self._database.fetch(HOST_DOMAINS, {"host_id": rows[0].host_id}))

    def _take_events(self, key: EventsKey) -> tuple[HostEvent, ...]:
        window = key.wanted.window(self._now())
        parameters: dict[str, str | int | datetime] = {
            "host_id": key.host_id,
            "start": window.start,
            "end": window.end,
            "limit": LISTED_EVENT_COUNT,
        }
        return tuple(self._database.fetch(HOST_EVENTS, parameters))

    def _draw(self, key: ChartKey) -> HostChart:
        now = self._now()
        window = parse(key.from_text, key.to_text, now=now, zone=read_zone(key.zone_name))
        named = (key.host, key.figure.name, key.from_text, key.to_text)
        chart = draw_chart(self._database, key, now, self._places.of(named, window.window_seconds))
        self._places.keep(named, chart.stack.chosen)
        return chart

    def _news(self, request: Request, view: ChartView, host: HostNow, domains: list[HostDomain]) -> Answer:
        parts: dict[str, Element] = {
            "head": host_head(host),
            "facts": h("div", host_facts(host), collector_troubles(host), collector_remarks(host)),
            "vms": self._listed.part(request, host, domains),
        }

        def draw() -> Drawing:
            key = self._chart_key(request, view, host)
            silent_since = host.sampled_at if host.freshness == "stale" else None
            devices = DevicesKey(host.host_id, wanted_range(request), silent_since)
            parts.update(device_parts(self._devices.get(devices)))
            parts["events"] = event_list(key.events, kept_query(request))
            chart = self._charts.get(key)
            parts["missing"] = chart.missing
            choices = {
                each.name: host_path(host.host) + query_with(request, STACK_BY, each.name)
                for each in STACK_FIGURES
            }
            parts["stack"] = stack_table(chart.stack, choices, kept_query(request))
            parts["note"] = h("div", chart.note, still_arriving(host))
            return chart.drawing

        holding = Holding(request, view, self._versions)
        return charted(holding, parts, draw, lambda: self._database.away_since)

    def _chart_key(self, request: Request, view: ChartView, host: HostNow) -> ChartKey:
        now = self._now()
        wanted = wanted_range(request)
        window = wanted.window(now)
        tick_seconds = host.tick_seconds or UNKNOWN_TICK_SECONDS
        level = choose_level(window.window_seconds, tick_seconds, width_step(view))
        is_silent = host.freshness == "stale" and not host.is_catching_up
        return ChartKey(
            host_id=host.host_id,
            host=host.host,
            from_text=window.from_text,
            to_text=window.to_text,
            level=level,
            tick_seconds=tick_seconds,
            zone_name=wanted.zone_name,
            width_pixels=width_step(view),
            step=redraw_step(window, level, None if host.freshness == "stale" else host.sampled_at, now),
            events=self._events.get(EventsKey(host.host_id, wanted)),
            silent_since_seconds=host.sampled_at.timestamp() if is_silent and host.sampled_at else None,
            first_seen_seconds=host.first_seen_at.timestamp(),
            is_catching_up=host.is_catching_up,
            is_simulated=host.is_simulated,
            figure=stack_figure(named_in(request).get(STACK_BY, [None])[0]),
            choice=read_line_choice(request),
        )


def is_host_page(path: str) -> bool:
    """Tell whether an address is that of a host's page, whatever the host."""
    return path.startswith(PREFIX) and len(path) > len(PREFIX)


def named_host(path: str) -> str:
    """Return the host that the address of its page names."""
    return unquote(path.removeprefix(PREFIX))[:HOST_LETTERS_MAX]
