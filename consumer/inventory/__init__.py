# SPDX-License-Identifier: Apache-2.0
"""The keys of hosts and domains, and where each domain lives."""
