"""gensim.models.callbacks: what is called while a model trains."""

from typing import Any

__all__ = ["CallbackAny2Vec"]


class CallbackAny2Vec:
    """The base of callbacks: a subclass has those of its methods that it needs."""

    def on_train_begin(self, model: Any) -> None:
        """Be told that a training begins."""

    def on_train_end(self, model: Any) -> None:
        """Be told that a training has ended."""

    def on_epoch_begin(self, model: Any) -> None:
        """Be told that an epoch begins."""

    def on_epoch_end(self, model: Any) -> None:
        """Be told that an epoch has ended."""
