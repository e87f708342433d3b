# SPDX-License-Identifier: Apache-2.0
"""The file systems, disks and interfaces of a host, one by one, at the end of a range."""
