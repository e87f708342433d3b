# SPDX-License-Identifier: Apache-2.0
"""The dashboard: a Dash app that shows the grid live and over years, read from TimescaleDB."""
