"""How much memory the process can still take."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_CONTROL_GROUPS = {  # where they are, and the names of limit, use and cached files, which make room
    2: ("sys/fs/cgroup", "memory.max", "memory.current", ("inactive_file", "active_file")),
    1: ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file")),
}  # fmt: skip


def available_memory() -> int | None:
    """Return how many bytes networks can still take, or None where nobody knows, as on a graphics card."""
    from skmlbio._tensorflow import tf

    return None if tf.config.get_visible_devices("GPU") else host_memory()


def host_memory() -> int | None:
    """Return how many bytes arrays can still take, or None where nobody knows; TensorFlow is not needed for that.

    It is the least of what the machine has left, swap included, of what the control groups of the process have left,
    and of its address space.
    """
    root = Path("/")
    return min([*machine_memory(root), *control_group_memory(root), *address_space(root)], default=None)


def machine_memory(root: Path) -> Iterator[int]:
    """Yield what Linux counts as available, swap included, or elsewhere all memory there is."""
    numbers = _table(root / "proc/meminfo")
    if "MemAvailable:" in numbers:
        yield 1024 * (numbers["MemAvailable:"] + numbers.get("SwapFree:", 0))
    elif "SC_PHYS_PAGES" in os.sysconf_names:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def control_group_memory(root: Path) -> Iterator[int]:
    """Yield what each control group that the process is in has left; swap is taken to be open to all of them."""
    swap = 1024 * _table(root / "proc/meminfo").get("SwapFree:", 0)
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        mount, limit_name, use_name, cache_names = _CONTROL_GROUPS[1 if controllers else 2]
        group = root / mount / path.lstrip("/")
        while group.is_relative_to(root / mount):
            limit, use = _text(group / limit_name).strip(), _text(group / use_name).strip()
            if limit.isdigit() and use.isdigit():
                cached = _table(group / "memory.stat")
                yield max(0, int(limit) - int(use) + sum(cached.get(name, 0) for name in cache_names)) + swap
            group = group.parent


def address_space(root: Path) -> Iterator[int]:
    """Yield what is left of the address space, where it is limited (``ulimit -v``)."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        used = _text(root / "proc/self/statm").split()[:1]
        yield max(0, limit - sum(map(int, used)) * os.sysconf("SC_PAGE_SIZE"))


def _table(path: Path) -> dict[str, int]:
    """The numbers of a file that has a name and a number in every line."""
    lines = (line.split() for line in _text(path).splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) > 1 and words[1].isdigit()}


def _text(path: Path) -> str:
    """What a file of the system holds; nothing where there is none."""
    try:
        return path.read_text()
    except OSError:
        return ""
