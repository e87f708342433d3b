# SPDX-License-Identifier: Apache-2.0
"""A message as JSON, signed: HMAC-SHA256 over the time, a dot and the body."""

import hashlib
import hmac
import time
from pathlib import Path

import msgspec

from consumer.alerts.delivery.answer import NotTaken
from consumer.alerts.delivery.content import Content, body, subject
from consumer.alerts.delivery.posting import post
from consumer.rules.delivery import Webhook
from publisher.wire.settings import SettingsError, read_secret


def send(channel: Webhook, key: str, content: Content) -> str:
    """Send a message; raise NotTaken. A second time it has the same ``Idempotency-Key`` and body."""
    try:
        secret = read_secret(Path(channel.secret_file))
    except SettingsError as error:
        raise NotTaken(str(error)) from error
    if not secret:
        raise NotTaken(f"{channel.secret_file} is empty")
    data = msgspec.json.encode(
        {"key": key, "subject": subject(content), "text": body(content)} | msgspec.to_builtins(content)
    )
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": key,
        "Kvmgrid-Timestamp": timestamp,
        "Kvmgrid-Signature": f"v1={signature(secret, timestamp, data)}",
    }
    return post(channel.url, data, headers, channel.ca_file)


def signature(secret: str, timestamp: str, data: bytes) -> str:
    """Return what proves to one that has the secret who sent this, and when."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + data, hashlib.sha256).hexdigest()
