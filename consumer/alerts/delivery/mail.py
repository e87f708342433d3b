# SPDX-License-Identifier: Apache-2.0
"""A message as a mail. Sent twice it has the same Message-ID, by which many mailboxes show it once."""

import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from consumer.alerts.delivery.answer import WAIT_SECONDS, NotTaken, deadline
from consumer.alerts.delivery.content import Content, body, subject
from consumer.rules.delivery import Smtp
from publisher.wire.settings import SettingsError, read_secret

_FINAL: Final = 500
_PRIORITIES: Final = {"critical": "high", "warning": "normal", "information": "low"}


def send(channel: Smtp, key: str, content: Content) -> str:
    """Send a mail; raise NotTaken."""
    mail = mail_of(channel, key, content)
    try:
        context = ssl.create_default_context(cafile=channel.ca_file) if channel.starttls else None
        password = read_secret(Path(channel.password_file)) if channel.password_file else ""
        return _sent(channel, mail, context, password)
    except smtplib.SMTPRecipientsRefused as error:
        codes = {address: code for address, (code, _) in error.recipients.items()}
        is_final = all(code >= _FINAL for code in codes.values())
        raise NotTaken(f"{channel.host} takes none of {codes}", is_final=is_final) from error
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError) as error:
        raise NotTaken(f"{channel.host}: {_said(error)}") from error
    except smtplib.SMTPResponseException as error:
        raise NotTaken(f"{channel.host}: {_said(error)}", is_final=error.smtp_code >= _FINAL) from error
    except (OSError, smtplib.SMTPException, SettingsError, ValueError) as error:
        raise NotTaken(f"{channel.host}: {error or type(error).__name__}") from error


def _sent(channel: Smtp, mail: EmailMessage, context: ssl.SSLContext | None, password: str) -> str:
    server = smtplib.SMTP(timeout=WAIT_SECONDS)

    def end() -> None:
        if server.sock is not None:
            with contextlib.suppress(OSError):
                server.sock.shutdown(socket.SHUT_RDWR)

    try:
        with deadline(end):
            server.connect(channel.host, channel.port)
            if context is not None:
                # The name that a certificate is checked against.
                server._host = channel.host  # type: ignore[attr-defined]  # noqa: SLF001
                server.starttls(context=context)
            if channel.user is not None:
                server.login(channel.user, password)
            refused = server.send_message(mail)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
    finally:
        server.close()
    taken = f"{channel.host} took it for {len(channel.to) - len(refused)} of {len(channel.to)}"
    return taken + (f", not for {', '.join(sorted(refused))}" if refused else "")


def mail_of(channel: Smtp, key: str, content: Content) -> EmailMessage:
    """Return the mail; its headers are lines, whatever names hold."""
    mail = EmailMessage()
    mail["Subject"] = subject(content)
    mail["From"] = channel.sender
    mail["To"] = ", ".join(channel.to)
    mail["Date"] = content.at
    mail["Message-ID"] = f"<{key}@{channel.sender.rpartition('@')[2]}>"
    mail["Importance"] = _PRIORITIES[content.members[0].severity]
    # No answers of absence to a machine.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body(content))
    return mail


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
