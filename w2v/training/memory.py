"""Asking for memory before it is missing."""

from __future__ import annotations

from w2v.backend import Backend
from w2v.config import TrainConfig
from w2v.models.initial_weights import output_rows
from w2v.training.optimizers import OPTIMIZER_OF


def require_memory(backend: Backend, words: int, config: TrainConfig) -> None:
    """Refuse a model that has no room, before anything is allocated.

    Parameters
    ----------
    backend : Backend
        Where the model shall live.
    words : int
        V, the size of the vocabulary.
    config : TrainConfig

    Raises
    ------
    MemoryError
        It says what is needed, what is free and what to lower.
    """
    states = OPTIMIZER_OF[config.optimizer].n_states
    needed = bytes_of_model(words, config)
    free = backend.memory_info().free
    if needed > free:
        kept = f" and what {config.optimizer} keeps for each" if states else ""
        raise MemoryError(
            f"not enough memory for {words:,} words of {config.vector_size:,} dimensions: input "
            f"and output vectors{kept} need {needed / 1e9:.3g} GB, {free / 1e9:.3g} GB are free; "
            f"lower vector_size, raise min_count, which is {config.min_count}, or bound the "
            f"vocabulary by max_final_vocab (--max-vocab)"
        )


def bytes_of_model(words: int, config: TrainConfig) -> int:
    """Return the bytes of a model's matrices and of what its optimizer keeps, once it has.

    Parameters
    ----------
    words : int
        V, the size of the vocabulary.
    config : TrainConfig
    """
    outputs = output_rows(words, hs=config.hs, negative=config.negative)
    states = OPTIMIZER_OF[config.optimizer].n_states
    return 4 * (words + outputs) * config.vector_size * (1 + states)
