"""Available memory, from made-up files of the system."""

import resource
from pathlib import Path

import pytest
import tensorflow as tf

from skmlbio.training import _memory
from skmlbio.training._memory import address_space, available_memory, control_group_memory, machine_memory

GIB = 2**30
MEMINFO = {"proc/meminfo": f"MemTotal: {16 * 2**20} kB\nMemAvailable: {8 * 2**20} kB\nSwapFree: {2**20} kB\n"}


def system(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.skipif(bool(tf.config.get_visible_devices("GPU")), reason="networks are on the graphics card")
def test_here() -> None:
    assert 2**28 < available_memory() < 2**50


def test_the_least_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, found in (("machine_memory", [9, 4]), ("control_group_memory", [7]), ("address_space", [])):
        monkeypatch.setattr(_memory, name, lambda root, found=found: found)
    assert available_memory() == 4
    monkeypatch.setattr(_memory, "machine_memory", lambda root: [])
    monkeypatch.setattr(_memory, "control_group_memory", lambda root: [])
    assert available_memory() is None


def test_nothing_is_known_of_graphics_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [f"{kind}:0"])
    assert available_memory() is None


def test_the_machine(tmp_path: Path) -> None:
    (everything,) = machine_memory(tmp_path)  # without Linux' files
    assert everything >= next(machine_memory(Path("/")))
    assert list(machine_memory(system(tmp_path, MEMINFO))) == [9 * GIB]


def test_control_groups_of_version_2(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "0::/user/job\n",
        "sys/fs/cgroup/user/job/memory.max": "max\n",
        "sys/fs/cgroup/user/job/memory.current": f"{GIB}\n",
        "sys/fs/cgroup/user/memory.max": f"{4 * GIB}\n",
        "sys/fs/cgroup/user/memory.current": f"{3 * GIB}\n",
        "sys/fs/cgroup/user/memory.stat": f"anon 5\ninactive_file {GIB}\nactive_file 6\n",
    }
    assert list(control_group_memory(system(tmp_path, files))) == [2 * GIB + 6]
    assert list(control_group_memory(system(tmp_path, MEMINFO))) == [3 * GIB + 6]  # with swap


def test_control_groups_of_version_1(tmp_path: Path) -> None:
    files = {
        "proc/self/cgroup": "5:cpu,cpuacct:/job\n4:memory:/gone/job\n1:name=systemd:/job\n0::/\n",
        "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{2 * GIB}\n",
        "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{3 * GIB}\n",
        "sys/fs/cgroup/memory/memory.stat": "cache 1\n",
    }
    assert list(control_group_memory(system(tmp_path, files))) == [0]  # seen from inside a container


def test_without_control_groups(tmp_path: Path) -> None:
    assert list(control_group_memory(tmp_path)) == []


def test_the_address_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system(tmp_path, {"proc/self/statm": "3 2 1 0\n"})
    monkeypatch.setattr(resource, "getrlimit", lambda what: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert list(address_space(tmp_path)) == []
    monkeypatch.setattr(resource, "getrlimit", lambda what: (GIB, GIB))
    assert list(address_space(tmp_path)) == [GIB - 3 * resource.getpagesize()]
    assert list(address_space(tmp_path / "elsewhere")) == [GIB]
