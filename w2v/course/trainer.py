"""``common/trainer.py``."""

from w2v.training import Trainer, clip_grads, remove_duplicate

__all__ = ["Trainer", "clip_grads", "remove_duplicate"]
