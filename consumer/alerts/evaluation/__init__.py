# SPDX-License-Identifier: Apache-2.0
"""The evaluator: reads what arrived, steps the rules, stores states and alerts (docs/decisions/0048)."""
