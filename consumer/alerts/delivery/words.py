# SPDX-License-Identifier: Apache-2.0
"""Channels and routes of a file of rules, for reading. Pure."""

from collections.abc import Iterator

from consumer.alerts.words import duration
from consumer.rules.delivery import Alertmanager, Channel, Delivery, Route, Webhook


def delivery_lines(delivery: Delivery) -> Iterator[str]:
    """Give whom alerts are told, and how."""
    if not delivery.routes:
        yield "Nobody is told of alerts: there is no [[routes]]"
    for route in delivery.routes:
        yield from _route_lines(route)
    for name, channel in delivery.channels.items():
        is_used = any(name in route.channels for route in delivery.routes)
        yield f"channel {name}: {_channel_words(channel)}{'' if is_used else '; no route uses it'}"
    if delivery.heartbeat is not None:
        where = delivery.heartbeat.url or f"the URL in {delivery.heartbeat.url_file}"
        yield f"heartbeat each {duration(delivery.heartbeat.period_seconds)} to {where}"


def _route_lines(route: Route) -> Iterator[str]:
    chosen = [f"{name} {value}" for name in ("rule", "host", "tag") if (value := getattr(route, name))]
    severity = {"information": "every alert", "warning": "warnings and worse", "critical": "critical alerts"}
    what = ", ".join([severity[route.severity], *chosen])
    yield f"route {route.name}: {what}, to {', '.join(route.channels)}{', and on' if route.goes_on else ''}"
    yield (
        f"  one message for each {route.group_by} after {duration(route.wait_seconds)},"
        f" again after {route.repeat_hours:g} h, at most {route.limit_per_hour} an hour"
    )


def _channel_words(channel: Channel) -> str:
    if isinstance(channel, Alertmanager):
        return f"Alertmanager {', '.join(channel.urls)}"
    if isinstance(channel, Webhook):
        return f"webhook {channel.url}"
    tls = "with STARTTLS" if channel.starttls else "without TLS"
    return f"mail to {', '.join(channel.to)} by {channel.host}:{channel.port} {tls}"
