# SPDX-License-Identifier: Apache-2.0
"""Alerts for reading: what fires, who has taken it on, and why nobody is told of it."""
