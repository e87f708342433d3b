# SPDX-License-Identifier: Apache-2.0
"""The kinds of events that publishers send (docs/metrics.md): a rule about any other would never fire."""

from typing import Final

OF_HOSTS: Final = frozenset(
    {
        "cpu_online_changed",
        "host_suspended",
        "hypervisor_connected",
        "hypervisor_disconnected",
        "oom_kill",
        "publisher_started",
        "publisher_stopping",
        "spool_set_aside",
    }
)
OF_DOMAINS: Final = frozenset(
    {
        "domain_agent_changed",
        "domain_agent_connected",
        "domain_agent_disconnected",
        "domain_balloon_changed",
        "domain_block_job_changed",
        "domain_crashed",
        "domain_defined",
        "domain_device_added",
        "domain_device_removal_failed",
        "domain_device_removed",
        "domain_failed",
        "domain_io_error",
        "domain_job_completed",
        "domain_memory_device_changed",
        "domain_memory_failure",
        "domain_metadata_changed",
        "domain_migration_arrived",
        "domain_migration_departed",
        "domain_migration_iterated",
        "domain_monitor_lost",
        "domain_paused",
        "domain_rebooted",
        "domain_renamed",
        "domain_resumed",
        "domain_shutdown",
        "domain_started",
        "domain_stopped",
        "domain_suspended",
        "domain_undefined",
        "domain_watchdog",
    }
)
