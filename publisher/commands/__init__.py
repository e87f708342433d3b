# SPDX-License-Identifier: Apache-2.0
"""The commands ``check`` and ``once`` and what they print. A running publisher loads none of this."""
