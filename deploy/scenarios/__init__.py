# SPDX-License-Identifier: Apache-2.0
"""Scenarios in the lab: ``python -m deploy.scenarios NAME …``, on the running demo or a grid of their own."""
