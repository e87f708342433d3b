# SPDX-License-Identifier: Apache-2.0
"""What people said of alerts: silences, maintenance, acknowledgements; and what follows for each alert."""
