# SPDX-License-Identifier: Apache-2.0
"""Servers named by the environment are used instead of the lab's."""

import pytest

from deploy.lab.errors import LabError
from deploy.lab.services import broker_from_environment


def test_without_a_variable_there_is_no_given_broker() -> None:
    """An empty variable counts as none."""
    assert broker_from_environment({}) is None
    assert broker_from_environment({"KVMGRID_AMQP_URL": ""}) is None


def test_a_given_broker_brings_its_administrator_and_management_interface() -> None:
    """User, password and host come from the URL, escapes undone; the management port is the usual one."""
    broker = broker_from_environment({"KVMGRID_AMQP_URL": "amqp://admin:p%40ss@broker.example/%2F"})

    assert broker is not None
    assert broker.instance is None
    assert "http://broker.example:15672" == broker.admin.url
    assert "admin" == broker.admin.user
    assert "amqp://web-1:a%2Fb@broker.example:5672/kvmgrid" == broker.amqp_url("web-1", "a/b", "kvmgrid")


def test_the_management_interface_can_be_elsewhere() -> None:
    """A second variable names it."""
    broker = broker_from_environment(
        {
            "KVMGRID_AMQP_URL": "amqps://admin:x@broker.example:5999",
            "KVMGRID_AMQP_MANAGEMENT_URL": "https://manage.example/",
        }
    )

    assert broker is not None
    assert "https://manage.example" == broker.admin.url
    assert "amqps://u:p@broker.example:5999/%2F" == broker.amqp_url("u", "p")


@pytest.mark.parametrize("url", ["http://admin:x@broker.example", "amqp://broker.example", "amqp:///"])
def test_an_unusable_url_is_an_error_with_the_form_it_should_have(url: str) -> None:
    """The scheme, the host and the administrator are needed."""
    with pytest.raises(LabError, match="amqp://administrator:password@host"):
        broker_from_environment({"KVMGRID_AMQP_URL": url})
