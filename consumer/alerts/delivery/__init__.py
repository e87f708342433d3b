# SPDX-License-Identifier: Apache-2.0
"""Tells people of alerts: plans what goes where, sends it, and keeps a ledger of all of it."""
