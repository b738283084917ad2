"""Free memory is what the machine, its control groups and limits have left."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2v.backend import host_memory


def test_free_memory_knows_of_control_groups(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    free, total = host_memory.free_and_total()
    assert 0 < free <= total
    monkeypatch.setattr(host_memory, "_CGROUPS", tmp_path)
    for root, names, stat in (
        (tmp_path, ("memory.max", "memory.current"), "inactive_file"),
        (
            tmp_path / "memory",
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
            "total_inactive_file",
        ),
    ):
        root.mkdir(exist_ok=True)
        (root / names[0]).write_text("9000000\n")
        (root / names[1]).write_text("5000000\n")
        (root / "memory.stat").write_text(f"anon 1\n{stat} 1000000\n")
        assert list(host_memory._left_in(root)) == [5_000_000]
        (root / names[0]).write_text("max\n")
        assert list(host_memory._left_in(root)) == []
