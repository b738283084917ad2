"""What is called on the way of a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from w2v.messages import quoted

_EVENTS = ("on_train_begin", "on_epoch_begin", "on_batch_end", "on_epoch_end", "on_train_end")


def each_once(hooks: Sequence[Any]) -> list[Any]:
    """Return callbacks without those that stand there before; TypeError for what is none."""
    for hook in hooks:
        if not any(hasattr(hook, event) for event in _EVENTS):
            raise TypeError(
                f"callbacks have a method of one of the names {', '.join(_EVENTS)}, got "
                f"{quoted(hook)} of type {type(hook).__name__}"
            )
    return list({id(hook): hook for hook in hooks}.values())
