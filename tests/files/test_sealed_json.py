from __future__ import annotations

import json
from typing import Any

from w2v.files.sealed_json import CHECKSUM, sealed, unsealed

CONTENT: dict[str, Any] = {"name": "é\ud800\n", "rate": 1e-5, "sums": {"b": 1, "a": [None, True]}}


def test_every_flipped_bit_and_every_lost_end_is_noticed() -> None:
    text = sealed(CONTENT)
    read = unsealed(text)
    assert read.pop(CHECKSUM) is not None
    assert read == CONTENT
    assert list(read) == list(CONTENT)
    flipped = [
        bytes(byte ^ (1 << bit) if i == at else byte for i, byte in enumerate(text))
        for at in range(len(text))
        for bit in range(8)
    ]
    for damaged in flipped + [text[:length] for length in range(len(text))]:
        try:
            read = unsealed(damaged)
        except ValueError:
            continue
        assert CHECKSUM not in read  # its name is hit, and it is asked for who needs it
        assert len(read) == len(CONTENT) + 1


def test_line_ends_of_windows_and_objects_without_a_checksum_are_read() -> None:
    assert unsealed(sealed(CONTENT).replace(b"\n", b"\r\n"))["rate"] == 1e-5
    assert unsealed(json.dumps(CONTENT).encode()) == CONTENT
    lines = sealed(CONTENT).splitlines()
    assert unsealed(b"\n".join(line for line in lines if b'"checksum"' not in line)) == CONTENT
