# SPDX-License-Identifier: Apache-2.0
"""The outer end of a guest's interface: a tap device with an address, in the instance's network namespace.

libvirt can set the address itself, but sets it again at every resume and fails then because it exists. So a
script that libvirt runs once, when it makes the device, does it.
"""

from pathlib import Path

# These addresses exist only inside the instance's network namespace.
NETWORK_PREFIX = "10.77"
TAP_PREFIX = "lab"
TAP_SCRIPT = Path("/run/tap/up")
TAP_SCRIPT_TEXT = f"""\
#!/bin/sh
exec ip address add "{NETWORK_PREFIX}.${{1#{TAP_PREFIX}}}.1/24" dev "$1"
"""
