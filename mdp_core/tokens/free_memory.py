"""How much memory this machine has left for this process."""

from __future__ import annotations

import os
from pathlib import Path


def free_memory() -> int | None:
    """Bytes that this process may still take; None where the machine does not say."""
    return min((value for value in (_free(), _granted()) if value is not None), default=None)


def _free() -> int | None:
    """What Linux says is available; elsewhere half of what the machine has, as others are on it too."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return None


def _granted() -> int | None:
    """What is left of a container's limit; what it holds of files can be given back, and counts as free."""
    for limit, used, stat in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
    ):
        folder = Path("/sys/fs/cgroup")
        try:
            most, now = int((folder / limit).read_text()), int((folder / used).read_text())
            lines = (folder / limit).with_name("memory.stat").read_text().splitlines()
        except (OSError, ValueError):  # there is none, or it is "max"
            continue
        given = next((int(line.split()[1]) for line in lines if line.split()[0] == stat), 0)
        return max(most - now + given, 0)
    return None
