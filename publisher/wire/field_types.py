# SPDX-License-Identifier: Apache-2.0
"""Types of the fields of messages, with bounds: what lies within them can be stored.

They are those of bigint, integer and real of PostgreSQL. A value beyond could not be stored, or only as
infinity.
"""

import re
from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Bytes = Annotated[int, Meta(ge=0, le=2**63 - 1)]
SignedBytes = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
LARGEST_REAL = 3.4e38
Real = Annotated[float, Meta(ge=-LARGEST_REAL, le=LARGEST_REAL)]
# A real has 7 digits: an uptime of months would lose its seconds.
Uptime = Annotated[float, Meta(ge=0, le=1e10)]
Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1)]
# The least of its column stands for a number that is not known, see the packing module.
SmallInteger = Annotated[int, Meta(ge=1 - 2**15, le=2**15 - 1)]
SmallCount = Annotated[int, Meta(ge=0, le=2**15 - 1)]
Instant = Annotated[datetime, Meta(tz=True)]
HostId = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9-]{0,62}\Z")]
Epoch = Annotated[str, Meta(pattern=r"\A[0-9a-f]{16}\Z")]
UUID_PATTERN = re.compile(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
Uuid = Annotated[str, Meta(pattern=UUID_PATTERN.pattern)]
NAME_CHARACTERS = 1024
TEXT_CHARACTERS = 65_536
Name = Annotated[str, Meta(max_length=NAME_CHARACTERS)]
Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS)]
TAG_PATTERN = re.compile(r"\A[a-z0-9._:-]{1,64}\Z")
Tag = Annotated[str, Meta(pattern=TAG_PATTERN.pattern)]
TAG_COUNT_MAX = 32
EventKind = Annotated[str, Meta(pattern=r"\A[a-z][a-z_]{0,62}\Z")]

CollectorOutcome = Literal["ok", "unavailable", "failed", "slow"]
DomainOutcome = Literal["ok", "partial", "busy", "timed_out", "gone"]
HypervisorState = Literal["connected", "disconnected", "absent"]
