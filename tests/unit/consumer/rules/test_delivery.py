# SPDX-License-Identifier: Apache-2.0
"""Channels, routes and heartbeat of a file of rules."""

import tomllib

import pytest

from consumer.alerts.check import check_lines
from consumer.rules.reading import rules_of
from publisher.wire.settings import SettingsError

GOOD = """
[channels.night]
type = "smtp"
host = "mail.example"
user = "kvmgrid"
password_file = "/etc/kvmgrid/mail.secret"
from = "kvmgrid@fleet.example"
to = ["ops@fleet.example"]
[channels.cluster]
type = "alertmanager"
urls = ["http://am1.example:9093", "http://am2.example:9093"]
[[routes]]
name = "critical"
severity = "critical"
channels = ["night", "cluster"]
continue = true
[[routes]]
name = "all"
channels = ["cluster"]
[heartbeat]
url_file = "/etc/kvmgrid/heartbeat"
"""
HOOK = '[channels.hook]\ntype = "webhook"\n'


def test_check_shows_routes_and_channels() -> None:
    """In words, in their order."""
    lines = list(check_lines(rules_of(tomllib.loads(GOOD), "a.toml"), "a.toml"))

    assert "route critical: critical alerts, to night, cluster, and on" in lines
    assert "  one message for each host after 30 s, again after 4 h, at most 60 an hour" in lines
    assert "channel night: mail to ops@fleet.example by mail.example:587 with STARTTLS" in lines
    assert "channel cluster: Alertmanager http://am1.example:9093, http://am2.example:9093" in lines
    assert "heartbeat each 1 min to the URL in /etc/kvmgrid/heartbeat" in lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[channels.a]\ntype = "slack"', "channels.a.type: 'slack' is no type"),
        (
            HOOK + 'url = "https://a.example"\nsecret = "x"',
            "unknown key 'channels.hook.secret'; did you mean",
        ),
        (HOOK + 'url = "ftp://a.example"\nsecret_file = "x"', "channels.hook.url: Expected `str` matching"),
        (HOOK + 'url = "https://u:p@a.example"\nsecret_file = "x"', "has neither user nor password"),
        (HOOK + 'url = "https://:80/"\nsecret_file = "x"', "this is no URL"),
        (
            '[[routes]]\nname = "a"\nchanels = ["x"]',
            "unknown key 'routes[1].chanels'; did you mean 'channels'?",
        ),
        (GOOD + '[[routes]]\nname = "b"\nchannels = ["nght"]', "no channel 'nght'; did you mean 'night'?"),
        (GOOD + '[[routes]]\nname = "all"\nchannels = ["night"]', "another route is called 'all'"),
        (GOOD.replace('user = "kvmgrid"\n', ""), "user and password_file belong together"),
        (GOOD.replace("user =", "starttls = false\nuser ="), "a password does not travel without TLS"),
        ("[heartbeat]\nperiod_seconds = 5", "give url, or url_file"),
        ("[channels.A]\ntype = 'smtp'", "a name has at most 40 of a-z"),
    ],
)
def test_what_cannot_be_is_refused(text: str, expected: str) -> None:
    """With its place, and what to write instead."""
    with pytest.raises(SettingsError) as caught:
        rules_of(tomllib.loads(text), "a.toml")

    assert expected in str(caught.value)
