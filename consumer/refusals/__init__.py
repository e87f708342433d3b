# SPDX-License-Identifier: Apache-2.0
"""What an operator does with refused messages: list, show, replay, drop; in quarantine and dead letters."""
