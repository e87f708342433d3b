# SPDX-License-Identifier: Apache-2.0
"""The loads a scenario can put on this machine and its VMs, and how the truth about each is read."""
