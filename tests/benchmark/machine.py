# SPDX-License-Identifier: Apache-2.0
"""What a benchmark ran on, from /proc. Pure."""


def busy_ratio(first: str, last: str) -> float:
    """Return how much of all cores was used between two texts of /proc/stat (proc_stat(5): idle, iowait)."""
    totals = []
    for text in (first, last):
        # guest and guest_nice, the last two, are part of user and nice.
        fields = [int(field) for field in text.splitlines()[0].split()[1:9]]
        totals.append((sum(fields), fields[3] + fields[4]))
    (all_before, idle_before), (all_after, idle_after) = totals
    return 1 - (idle_after - idle_before) / (all_after - all_before)


def cpu_model(text: str) -> str | None:
    """Return the model of the first processor in /proc/cpuinfo; some architectures name none."""
    values = (line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name"))
    return next(values, None)
