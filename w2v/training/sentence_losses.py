"""The losses of single sentences, with weights that do not move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from w2v.backend import FusedSettings, TreeAndNoise, Work, keep_thresholds
from w2v.backend.tree_and_noise import nodes_of
from w2v.config import TrainConfig
from w2v.models import ContextModel, SkipGram


def sentence_losses(
    model: ContextModel, sentences: Sequence[np.ndarray], config: TrainConfig
) -> np.ndarray:
    """Return the loss of each sentence in the tree, summed over its predictions, by whole windows.

    Parameters
    ----------
    model : ContextModel
        With a tree; negatives beside it are left out.
    sentences : sequence of (n,) int32 arrays
        Of the ids of its words.
    config : TrainConfig

    Returns
    -------
    (len(sentences),) float64 array
        In nats; 0 for a sentence without two words.
    """
    backend, (W_in, W_out) = model.backend, model.params
    settings = FusedSettings(
        skip_gram=isinstance(model, SkipGram),
        window=model.window_size,
        negative=0,
        exact=False,
        total=1,
        seed=model.seed,
        alpha=0.0,  # steps of length zero leave the weights as they are
        min_alpha=0.0,
        shrink_windows=False,
        mean=bool(config.cbow_mean),
        share_gradient=False,
        workers=1,
        hs=True,
    )
    keep = backend.asarray(keep_thresholds(np.ones(len(W_in)), 0))
    output = model.loss_layer.output
    if isinstance(output, TreeAndNoise):
        output, W_out = output.tree, backend.fused_rows(nodes_of(W_out))
    losses = np.zeros(len(sentences))
    for number, ids in enumerate(sentences):
        if len(ids) > 1:
            tokens, ends = backend.fused_tokens(ids), np.array([0, len(ids)])
            work = Work(W_in, W_out, tokens, ends, output, keep, settings, 0)
            losses[number] = backend.train(work).result().total
    return losses
