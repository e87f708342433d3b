# SPDX-License-Identifier: Apache-2.0
"""What the library and the broker say, in words that an operator can act on.

The broker's texts are those of RabbitMQ 4; an unknown one is passed on as it came.
"""

import socket
import ssl
from collections.abc import Iterator
from typing import NamedTuple

from pika import exceptions
from pika.adapters.utils import connection_workflow

from publisher.errors import BrokerError, BrokerFault
from publisher.wire.broker import BrokerAddress, BrokerSettings, parse_url

_ACCESS_REFUSED = 403
_NOT_FOUND = 404
_PRECONDITION_FAILED = 406
_CONNECTION_FORCED = 320
_NOT_ALLOWED = 530

# Kind of error, fault, problem, fix; the first that fits counts.
_CONNECTION_FAULTS: tuple[tuple[type[BaseException], BrokerFault, str, str], ...] = (
    (
        exceptions.ConnectionBlockedTimeout,
        "blocked",
        "the broker has stopped reading: it is short of memory or disk",
        "free memory or disk on the broker (rabbitmq-diagnostics alarms)",
    ),
    (
        ssl.SSLCertVerificationError,
        "tls",
        "the certificate of {address} is not trusted: {detail}",
        "set [broker] ca_file to the authority that signed it, and the name in it in the URL",
    ),
    (
        ssl.SSLError,
        "tls",
        "no TLS with {address}: {detail}",
        "see that the port speaks TLS and that the broker trusts this host's certificate",
    ),
    (
        exceptions.AuthenticationError,
        "authentication",
        "{address} offers no login with a certificate",
        "enable EXTERNAL on the broker, or use [broker] password_file",
    ),
    (
        exceptions.ProbableAuthenticationError,
        "authentication",
        "the broker does not let user {user!r} log in",
        "see that the user exists and that [broker] password_file holds its password",
    ),
    (
        exceptions.IncompatibleProtocolError,
        "protocol",
        "{address} closed the connection during the greeting",
        "see that this port speaks AMQP 0-9-1, and amqps:// where it wants TLS and a certificate",
    ),
    (
        exceptions.AMQPHeartbeatTimeout,
        "silent",
        "{address} answers no heartbeat",
        "look at broker and network",
    ),
)
# Reply code, word in its text, fault, problem, fix; the first that fits counts.
_REPLIES: tuple[tuple[int, str, BrokerFault, str, str], ...] = (
    (
        _PRECONDITION_FAILED,
        "user_id",
        "identity",
        "the broker refuses messages of host {host!r} from user {user!r}",
        "log in as the user whose name is the host id",
    ),
    (
        _PRECONDITION_FAILED,
        "size",
        "oversize",
        "the broker takes no message of this size: {text}",
        "raise max_message_size on the broker",
    ),
    (
        _ACCESS_REFUSED,
        "topic",
        "permission",
        "user {user!r} may not publish as host {host!r}: {text}",
        "set the topic permissions of {user!r} as deploy/rabbitmq/enrol does: ^{{username}}\\.sample\\z",
    ),
    (
        _ACCESS_REFUSED,
        "exchange",
        "permission",
        "user {user!r} may not publish: {text}",
        "set the write permission of {user!r} to ^kvmgrid\\.(samples|events)\\z",
    ),
    (
        _ACCESS_REFUSED,
        "",
        "authentication",
        "the broker does not let user {user!r} log in: {text}",
        "see that the user exists and that [broker] password_file holds its password",
    ),
    (
        _NOT_FOUND,
        "",
        "exchange",
        "the broker lacks an exchange: {text}",
        "start a consumer once: it declares the exchanges",
    ),
    (
        _CONNECTION_FORCED,
        "",
        "unreachable",
        "the broker closed the connection: {text}",
        "wait, or see the broker's log",
    ),
)


class _Login(NamedTuple):
    address: BrokerAddress
    user: str
    host: str


def translate(error: BaseException, settings: BrokerSettings, host: str) -> BrokerError:
    """Return what ended a connection or channel, as a BrokerError with the cause chained."""
    causes = list(_causes(error))
    address = parse_url(settings.url)
    login = _Login(address, address.user or host, host)
    for cause in causes:
        found = _connection_fault(cause, login) or _reply_fault(cause, login)
        if found:
            break
    else:
        found = _network_fault(causes, login) or BrokerError(
            "protocol", f"the connection failed: {causes[-1]!r}", fix="see the broker's log"
        )
    found.__cause__ = error
    return found


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Give an error and those it carries, the innermost last."""
    pending = [error]
    while pending:
        current = pending.pop(0)
        yield current
        if isinstance(current, connection_workflow.AMQPConnectionWorkflowFailed):
            pending.extend(current.exceptions[-1:])
        elif isinstance(current, connection_workflow.AMQPConnectorPhaseErrorBase):
            pending.append(current.exception)
        elif current.__cause__ is not None:
            pending.append(current.__cause__)
        else:
            pending.extend(part for part in current.args if isinstance(part, BaseException))


def _connection_fault(cause: BaseException, login: _Login) -> BrokerError | None:
    detail = getattr(cause, "verify_message", None) or getattr(cause, "reason", None) or cause
    for kind, fault, template, fix in _CONNECTION_FAULTS:
        if isinstance(cause, kind):
            problem = template.format(address=login.address.endpoint, user=login.user, detail=detail)
            return BrokerError(fault, problem, fix=fix)
    if isinstance(cause, exceptions.ProbableAccessDeniedError):
        return _virtual_host_fault(str(cause), login)
    return None


def _reply_fault(cause: BaseException, login: _Login) -> BrokerError | None:
    if not isinstance(cause, exceptions.ConnectionClosed | exceptions.ChannelClosed):
        return None
    code, text = cause.reply_code, str(cause.reply_text)
    if code == _NOT_ALLOWED:
        return _virtual_host_fault(text, login)
    for known_code, word, fault, problem, fix in _REPLIES:
        if code == known_code and word in text:
            return BrokerError(
                fault,
                problem.format(user=login.user, host=login.host, text=text),
                fix=fix.format(user=login.user),
            )
    return BrokerError("protocol", f"the broker ended it with {code}: {text}", fix="see the broker's log")


def _virtual_host_fault(text: str, login: _Login) -> BrokerError:
    if "user connection limit" in text:
        return BrokerError(
            "suspended",
            f"the broker lets user {login.user!r} open no further connection: {text}",
            fix=f"end this host's other publishers, or run deploy/rabbitmq/enrol resume {login.user}",
        )
    return BrokerError(
        "virtual_host",
        f"user {login.user!r} cannot enter virtual host {login.address.virtual_host!r}: {text}",
        fix="see that it exists and that the user has permissions in it",
    )


def _network_fault(causes: list[BaseException], login: _Login) -> BrokerError | None:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return BrokerError(
                "unreachable",
                f"the name in {login.address.endpoint} is not known: {cause.strerror}",
                fix="see [broker] url and name resolution",
            )
    network = (OSError, exceptions.StreamLostError, connection_workflow.AMQPConnectorException)
    for cause in reversed(causes):
        if isinstance(cause, network):
            detail = cause.strerror if isinstance(cause, OSError) and cause.strerror else repr(cause)
            return BrokerError(
                "unreachable",
                f"{login.address.endpoint} cannot be reached: {detail}",
                fix="see that the broker runs and that no firewall stands between",
            )
    return None
