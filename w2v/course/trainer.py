"""``common/trainer.py``."""

from typing import TYPE_CHECKING

from w2v.course.np import __getattr__  # noqa: F401  # np and GPU, which the star gives here too
from w2v.training import Trainer, clip_grads, remove_duplicate

if TYPE_CHECKING:
    from w2v.course.np import GPU, np


__all__ = ["GPU", "Trainer", "clip_grads", "np", "remove_duplicate"]
