# SPDX-License-Identifier: Apache-2.0
"""From deliveries to flushes: what is admitted, and what one transaction gathers."""
