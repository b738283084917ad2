"""The loss of each epoch, noted and acted upon by callbacks."""

import random
from typing import Any

from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec


class LossOfEpochs(CallbackAny2Vec):
    def __init__(self) -> None:
        self.epoch = 0
        self.losses: list[float] = []

    def on_epoch_begin(self, model: Any) -> None:
        model.running_training_loss = 0.0

    def on_epoch_end(self, model: Any) -> None:
        self.epoch += 1
        self.losses.append(model.get_latest_training_loss())


class Keeper(CallbackAny2Vec):
    """Saves the model after every epoch."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.names: list[str] = []

    def on_epoch_end(self, model: Any) -> None:
        self.names.append(f"{self.prefix}{len(self.names)}.model")
        model.save(self.names[-1])

    def on_train_end(self, model: Any) -> None:
        self.names.append("end")


rng = random.Random(4)
topics = [[f"t{topic}w{i}" for i in range(12)] for topic in range(5)]
text = [rng.choices(rng.choice(topics), k=10) for _ in range(1000)]
losses, keeper = LossOfEpochs(), Keeper("epoch")
model = Word2Vec(
    text, vector_size=12, min_count=1, sg=1, epochs=4, workers=1, compute_loss=True, alpha=0.05,
    callbacks=[losses, keeper],
)  # fmt: skip
kept = Word2Vec.load("epoch3.model")
answers = {
    "epochs": losses.epoch,
    "falls": losses.losses[-1] < losses.losses[0],
    "files": keeper.names,
    "the last is the model": bool((kept.wv.vectors == model.wv.vectors).all()),
}
