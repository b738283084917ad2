"""A training from which nothing can be learnt says so and writes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run
from w2v import Word2Vec
from w2v.data import CorpusError

TEXT = [[f"w{(7 * i + j) % 60}" for j in range(10)] for i in range(300)]
SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 8, "workers": 1}


@pytest.mark.parametrize(
    "sentences",
    [
        [[word] for row in TEXT for word in row],
        [[f"w{i % 20}"] * (i % 2) for i in range(400)],
        [row for word in TEXT[0] for row in ([word, "rare" + word], [word])] * 3,
    ],
    ids=["a word a sentence", "two words apart", "neighbours too rare"],
)
@pytest.mark.parametrize("how", [{"sg": 1}, {"sg": 0}, {"hs": 1, "negative": 0}])
def test_a_text_without_neighbours_is_refused(
    sentences: list[list[str]], how: dict[str, int]
) -> None:
    with pytest.raises(CorpusError, match="has two words of the vocabulary"):
        Word2Vec(sentences, **{**SMALL, **how, "min_count": 4 if len(sentences) == 60 else 1})
    model = Word2Vec(TEXT, **{**SMALL, **how})
    before = model.wv.vectors.copy()
    with pytest.raises(CorpusError, match="has two words of the vocabulary"):
        model.fit([["w1", "unknown"], ["w2"]])
    with pytest.warns(UserWarning, match="nothing was trained: .* two words of the vocabulary"):
        assert model.train([["w1", "unknown"], ["w2"]], epochs=2) == (4, 6)
    with pytest.warns(UserWarning, match="nothing was trained: no word of this text"):
        assert model.train([["hello", "world"]], total_examples=1, epochs=1) == (0, 2)
    assert (model.wv.vectors == before).all()


def test_a_sample_that_leaves_nothing_is_refused_and_a_first_trial_warned(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="sample=1e-15 thinned out this text"):
        Word2Vec(sample=1e-15, **SMALL).fit(TEXT, checkpoint=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with pytest.warns(UserWarning, match=r"sample=0.001 thinned out .* set sample to 0"):
        model = Word2Vec([["cat", "say"]], epochs=1, seed=3, negative=1, **SMALL)
    assert model.predictions == 0
    assert Word2Vec([["cat", "say"]], sample=0, negative=1, **SMALL).predictions > 0


def test_the_command_line_writes_no_vectors_of_nothing(tmp_path: Path) -> None:
    (tmp_path / "ones.txt").write_text("\n".join(" ".join(row) for row in TEXT).replace(" ", "\n"))
    (tmp_path / "two.txt").write_text("cat say\n")
    (tmp_path / "text.txt").write_text("\n".join(" ".join(row) for row in TEXT))
    (tmp_path / "run.toml").write_text("corpus = []")
    for arguments, told in [
        (["ones.txt"], "put more than one word on it"),
        (["two.txt", "--min-count", "1", "--negative", "1", "--epochs", "1"], "nothing was learnt"),
        (["text.txt", "--sample", "1e-15"], "nothing was learnt"),
        (["text.txt", "--vector-size", str(10**9)], "not enough memory for 60 words of"),
    ]:
        done = run("train", *arguments, "-q", "-o", "v.bin", cwd=tmp_path)
        assert done.returncode == 1
        [line] = done.stderr.splitlines()
        assert told in line
        assert not (tmp_path / "v.bin").exists()
    for arguments, told in [
        ([""], "a name is empty"),
        (["text.txt", " "], "a name is empty"),
        (["--config", "run.toml"], "corpus must be text in quotes"),
    ]:
        done = run("train", *arguments, "-q", "-o", "v.bin", cwd=tmp_path)
        assert done.returncode == 2
        assert told in done.stderr
        assert not (tmp_path / "v.bin").exists()


def test_a_model_that_has_no_room_is_refused_before_it_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = 4 * 60 * 1000 * 2
    for optimizer, matrices in (("sgd", 1), ("adagrad", 2), ("adam", 3)):
        how = {**SMALL, "vector_size": 1000, "optimizer": optimizer}
        for spare, fits in ((-1, False), (0, True)):
            model = Word2Vec(**how)
            info = model.backend.memory_info()
            free = info._replace(free=needed * matrices + spare)
            with monkeypatch.context() as patched:
                patched.setattr(model.backend, "memory_info", lambda free=free: free)
                if fits:
                    model.build_vocab(TEXT)
                    continue
                with pytest.raises(MemoryError, match=r"60 words of 1,000 .* lower vector_size"):
                    model.build_vocab(TEXT)
