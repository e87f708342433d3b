# SPDX-License-Identifier: Apache-2.0
"""What ``check`` says of a broker and of a database that are not set up as docs/install.md wants them."""

import pytest

from consumer import check
from consumer.broker.node_limits import NodeLimits
from consumer.check import edition_finding
from consumer.settings import ConsumerSettings, DatabaseSettings

NOWHERE = ConsumerSettings(database=DatabaseSettings(url="postgresql://nobody@127.0.0.1:1/nothing"))


@pytest.mark.parametrize(
    ("limits", "outcomes", "fixes"),
    [
        (NodeLimits(16_384, 16_777_216), ["OK", "OK"], []),
        (NodeLimits(131_072, 16_777_216), ["WARN", "OK"], ["set frame_max = 16384 in rabbitmq.conf"]),
        (NodeLimits(16_384, None), ["OK", "WARN"], ["set max_message_size = 16777216 in rabbitmq.conf"]),
    ],
)
def test_a_broker_that_takes_too_much_is_a_warning_with_its_remedy(
    monkeypatch: pytest.MonkeyPatch, limits: NodeLimits, outcomes: list[str], fixes: list[str]
) -> None:
    """RabbitMQ's own defaults are frames of 128 KiB and messages of 16 MiB, before 4.0 of 128 MiB."""
    monkeypatch.setattr(check, "read_node_limits", lambda _broker: limits)
    found = [each for each in check.findings(NOWHERE) if each.subject == "broker"]

    assert outcomes == [each.outcome for each in found]
    assert fixes == [each.fix for each in found if each.fix is not None]


@pytest.mark.parametrize(
    ("licence", "columns_count", "outcome", "words"),
    [
        ("apache", 0, "OK", "Apache edition"),
        ("timescale", 29, "OK", "29 tables in columns"),
        ("timescale", 0, "WARN", "could keep samples in columns"),
    ],
)
def test_a_server_that_could_have_columns_is_told(
    licence: str, columns_count: int, outcome: str, words: str
) -> None:
    """Only there; what to do about it is the command that gives them."""
    finding = edition_finding(licence, columns_count)

    assert outcome == finding.outcome
    assert words in finding.detail
    assert (outcome == "WARN") == ("migrate --edition community" in (finding.fix or ""))
