"""Training on a cluster of processes: the same words, the same bytes, whoever dies on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.commands import run
from w2v import Word2Vec
from w2v.cluster import ClusterError, ClusterTraining, cluster_run, train
from w2v.cluster.checks import tell_of_wide_windows
from w2v.cluster.connecting import Place
from w2v.cluster.dealt_rounds import DealtRounds
from w2v.cluster.workers import Workers
from w2v.config import TrainConfig

HOW: dict[str, Any] = {
    "vector_size": 16, "min_count": 3, "epochs": 2, "sg": 1, "workers": 1, "sample": 1e-2
}  # fmt: skip


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_run, "_SMALLEST_PART", 20_000)


@pytest.fixture
def one(client: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of a cluster that has one of the workers alone."""
    first, *_others = sorted(client.nthreads())
    alive = Workers.alive
    monkeypatch.setattr(Workers, "alive", lambda self: alive(self) & {first})
    return client


def saved(model: Word2Vec, folder: Path) -> dict[str, bytes]:
    """Return the bytes of a model's words and weights."""
    model.save(folder)
    return {name: (folder / name).read_bytes() for name in ("vocab.arrow", "weights.safetensors")}


def test_one_worker_gives_the_bytes_of_no_cluster(one: Any, text: Path, tmp_path: Path) -> None:
    there = train(one, str(text), round_words=3_000, **HOW)
    here = Word2Vec(corpus_file=text, backend="cpu", **HOW)
    assert saved(there, tmp_path / "there") == saved(here, tmp_path / "here")
    assert there.losses == here.losses
    assert there.trained_words == here.trained_words


def test_two_workers_read_the_same_words_and_train_each_once(
    client: Any, text: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("w2v.cluster.checks._HELD", (1, 1))
    here = Word2Vec(corpus_file=text, backend="cpu", **HOW)
    model = Word2Vec(backend="cpu", **HOW)
    with ClusterTraining(client, model, round_words=2_000) as cluster:
        corpus = cluster.read(text)
        assert len(corpus.sizes) > 2
        assert corpus.vocab == here.vocab
        excerpt, whole = corpus.excerpt(5_000), here.read(text)
        assert excerpt.tokens.tolist() == whole.excerpt(5_000).tokens.tolist()
        model.fit(corpus)
        report = cluster.report
    assert model.trained_words == 2 * whole.total_words
    assert len(report["workers"]) == 2
    assert model.losses[-1] == pytest.approx(here.losses[-1], abs=0.1)
    assert sum("with 2 workers: up to 1" in line for line in caplog.messages) == 1
    assert model.wv.index_to_key == here.wv.index_to_key


class Writer:
    """Writes to the vectors, or to what they are multiplied by, when the first epoch is over."""

    def __init__(self, what: str) -> None:
        self._what, self._written = what, False

    def on_epoch_end(self, model: Word2Vec) -> None:
        if self._written:
            return
        self._written = True
        if self._what == "vectors":
            model.wv.vectors[3] *= 2
        else:
            model.wv.vectors_lockf = np.linspace(0, 1, len(model.wv), dtype=np.float32)


@pytest.mark.parametrize("what", ["nothing", "vectors", "vectors_lockf"])
def test_the_next_epoch_is_begun_ahead_and_anew_where_someone_wrote_between(
    what: str, one: Any, text: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "w2v")
    hooks = [] if what == "nothing" else [Writer(what)]
    there = train(one, str(text), round_words=3_000, callbacks=hooks, **HOW)
    here = Word2Vec(backend="cpu", callbacks=[Writer(what)] if hooks else [], **HOW).fit(text)
    assert np.array_equal(there.wv.vectors, here.wv.vectors)
    assert there.losses == here.losses
    dealt = sum("words are dealt anew" in line for line in caplog.messages)
    assert dealt == (1 if what == "nothing" else 2)


def test_what_is_written_at_the_last_report_of_an_epoch_is_gone_on_from(
    one: Any, text: Path
) -> None:
    class Reported:
        def on_batch_end(self, model: Word2Vec) -> None:
            if not model.epochs_done:
                model.wv.vectors[3] = 7

    model = train(one, str(text), round_words=3_000, callbacks=[Reported()], **HOW)
    assert (model.wv.vectors[3] > 1).all()


def test_a_fit_that_was_stopped_goes_on_within_the_block(
    one: Any, text: Path, tmp_path: Path
) -> None:
    class Stopper:
        stopped = False

        def on_batch_end(self, model: Word2Vec) -> None:
            if not self.stopped and model.within_epoch:  # which a checkpoint has told
                self.stopped = True
                raise KeyboardInterrupt

    model = Word2Vec(backend="cpu", callbacks=[Stopper()], **HOW)
    with ClusterTraining(one, model, round_words=3_000) as cluster:
        corpus = cluster.read(text)
        with pytest.raises(KeyboardInterrupt):
            model.fit(corpus, checkpoint=tmp_path / "run", checkpoint_every="8kw")
        assert 0 < model.within_epoch < 1
        model.fit(corpus, checkpoint=tmp_path / "run", resume=True)
    here = Word2Vec(corpus_file=text, backend="cpu", **HOW)
    assert model.trained_words == here.trained_words
    assert np.array_equal(model.wv.vectors, here.wv.vectors)


@pytest.mark.parametrize("then", [{"epochs": 3}, {"start_alpha": 0.1}, {"end_alpha": 0.01}])
def test_another_fit_in_a_block_has_its_own_epochs_and_rates(
    one: Any, text: Path, then: dict[str, Any]
) -> None:
    here = Word2Vec(backend="cpu", **HOW)
    here.fit(text)
    here.fit(text, **then)
    model = Word2Vec(backend="cpu", **HOW)
    with ClusterTraining(one, model, round_words=3_000) as cluster:
        corpus = cluster.read(text)
        model.fit(corpus)
        model.fit(corpus, **then)
    assert np.array_equal(model.wv.vectors, here.wv.vectors)
    assert model.losses == here.losses


@pytest.mark.parametrize(
    ("changed", "words", "told"),
    [
        ({"sg": 1, "window": "sentence"}, 2_000.0, True),
        ({"sg": 1, "window": "sentence"}, 100.0, False),
        ({"sg": 0, "window": "sentence"}, 2_000.0, False),
        ({"sg": 1, "window": 200}, 2_000.0, False),
        ({"sg": 1, "window": 500}, 2_000.0, True),
    ],
)
def test_windows_that_are_too_wide_for_several_workers_are_told_of(
    changed: dict[str, Any], words: float, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    assert tell_of_wide_windows(TrainConfig(**changed), words) == told
    assert bool(caplog.messages) == told


def test_workers_that_go_on_while_changes_are_on_their_way_train_each_word_once(
    client: Any, text: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[bool] = []
    updates = DealtRounds._updates

    def noted(self: DealtRounds, **how: bool) -> Any:
        late.append(how["late"])
        return updates(self, **how)

    monkeypatch.setattr(DealtRounds, "_updates", noted)
    model = train(client, str(text), round_words=500, overlap=True, **HOW)
    assert sum(late) > len(late) / 2
    here = Word2Vec(corpus_file=text, backend="cpu", **HOW)
    assert model.trained_words == here.trained_words
    assert model.losses[-1] == pytest.approx(here.losses[-1], abs=0.1)


def test_an_encoded_corpus_is_trained_where_it_lies(one: Any, text: Path, tmp_path: Path) -> None:
    corpus = Word2Vec(**HOW).read(text)
    corpus.save(tmp_path / "encoded")
    there = train(one, tmp_path / "encoded", round_words=3_000, **HOW)
    here = Word2Vec(corpus, backend="cpu", **HOW)
    assert np.array_equal(there.wv.vectors, here.wv.vectors)


class Killer:
    """Kills a worker when a training has come so far."""

    def __init__(self, client: Any, share: float) -> None:
        self._client, self._share, self.killed = client, share, 0

    def on_batch_end(self, model: Word2Vec) -> None:
        if not self.killed and model.curve[-1][0] > self._share * 40_000:
            pids = self._client.run(os.getpid)
            self.killed = pids[max(pids)]
            os.kill(self.killed, signal.SIGKILL)

    on_epoch_end = on_batch_end


def test_a_worker_that_is_killed_costs_no_word(client: Any, text: Path) -> None:
    killer = Killer(client, np.random.default_rng().uniform(0.1, 0.9))
    model = train(client, str(text), round_words=1_000, callbacks=[killer], **HOW)
    assert killer.killed
    assert model.trained_words == 2 * Word2Vec(**HOW).read(text).total_words
    assert np.isfinite(model.wv.vectors).all()


def test_a_training_that_was_stopped_goes_on_from_its_checkpoint(
    one: Any, text: Path, tmp_path: Path
) -> None:
    class Stopper:
        def on_batch_end(self, model: Word2Vec) -> None:
            if model.trained_words > 25_000:
                raise KeyboardInterrupt

    how: dict[str, Any] = {"round_words": 3_000, "checkpoint": tmp_path / "run", **HOW}
    with pytest.raises(KeyboardInterrupt):
        train(one, str(text), callbacks=[Stopper()], **how)
    alone = Word2Vec.load(tmp_path / "run", workers=1).fit(text, resume=True)
    there = train(one, str(text), resume=True, **how)
    here = Word2Vec(corpus_file=text, backend="cpu", **HOW)
    for each in (there, alone):
        assert each.trained_words == here.trained_words
        assert np.array_equal(each.wv.vectors, here.wv.vectors)


def test_what_a_worker_lacks_is_one_error_before_training(
    client: Any, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.txt").write_bytes(text.read_bytes())
    with pytest.raises(ClusterError, match=r"^tcp://\S+ cannot read the corpus .*find it under"):
        train(client, "/proc/self/cwd/here.txt", **HOW)
    monkeypatch.setattr("w2v.__version__", "9.9")
    with pytest.raises(ClusterError, match=r"^tcp://\S+ has w2v 0\S* \(here 9.9\): install"):
        train(client, str(text), **HOW)
    monkeypatch.undo()
    monkeypatch.setattr("w2v.cluster.engine._MODELS", 1e12)
    with pytest.raises(ClusterError, match=r"^tcp://\S+ has .* GB of memory free, and training"):
        train(client, str(text), **HOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"round_words": 1.5}, {"round_words": True}, {"patience": "x"}, {"patience": True},
        {"overlap": "x"}, {"half_precision": 2},
    ],
)  # fmt: skip
def test_what_is_no_number_of_words_or_seconds_or_no_flag_is_refused(
    client: Any, text: Path, wrong: dict[str, Any]
) -> None:
    (name,) = wrong
    with pytest.raises(ValueError, match=rf"^{name} must be .*, got "):
        train(client, str(text), **wrong, **HOW)


def test_a_client_that_is_closed_is_one_error(client: Any, text: Path) -> None:
    with type(client)(client.scheduler.address, set_as_default=False) as closed:
        pass
    with pytest.raises(ClusterError, match=r"^the client is closed: give one that is connected"):
        train(closed, str(text), **HOW)


def test_a_text_that_was_read_here_and_a_block_within_another_are_refused(
    one: Any, text: Path
) -> None:
    model = Word2Vec(backend="cpu", **HOW)
    with ClusterTraining(one, model) as cluster:
        with pytest.raises(ValueError, match=r"give fit\(\) what this block's read\(\) returns"):
            model.fit(text)
        with pytest.raises(ValueError, match="already"), ClusterTraining(one, model):
            pass
        model.fit(cluster.read(text))
    assert model.epochs_done == HOW["epochs"]


def test_a_part_that_fails_is_one_error(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(b"words that are text\n" * 5_000 + b"\xff\xfe\n" + b"more words\n" * 5_000)
    with pytest.raises(ValueError, match=r"bad.txt has byte 0xff at 100000, which is no UTF-8"):
        train(client, str(path), errors="strict", **HOW)


@pytest.mark.soak
@pytest.mark.parametrize("where", ["--scheduler", "--local-cluster"])
def test_the_command_trains_on_a_cluster(
    client: Any, text: Path, tmp_path: Path, where: str
) -> None:
    value = client.scheduler.address if where == "--scheduler" else 2
    of_model = ("--epochs", 1, "--vector-size", 16, "--min-count", 3, "--workers", 1)
    done = run("train", text, *of_model, where, value, "--metrics", "run.jsonl", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "cluster: 2 workers at tcp://127.0.0.1:" in done.stderr
    assert "dashboard: http://" in done.stderr
    events = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    of_cluster = next(event for event in events if event["event"] == "cluster")
    assert len(of_cluster["workers"]) == 2
    assert events[-1]["event"] == "end"


@pytest.mark.parametrize("seen", ["backend:", "epoch 1:"])
def test_ctrl_c_in_a_terminal_stops_a_local_cluster_and_keeps_what_was_trained(
    text: Path, tmp_path: Path, seen: str
) -> None:
    how = "-o v.bin --epochs 9999 --vector-size 16 --min-count 3 --workers 1 --checkpoint run"
    training = subprocess.Popen(
        [sys.executable, "-m", "w2v", "train", str(text), *how.split(), "--local-cluster", "2"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    with training:
        assert training.stderr is not None
        while seen not in (line := training.stderr.readline()):
            assert line
        os.killpg(training.pid, signal.SIGINT)  # as a terminal does: to all processes
        told = training.stderr.read()
    assert training.returncode == 130, told
    assert "Traceback" not in told
    if seen == "backend:":  # nothing was trained yet
        assert told.endswith("w2v: stopped\n")
    else:
        assert "to go on: the same command with --checkpoint run --resume auto" in told
        assert Word2Vec.load(tmp_path / "run").epochs_done >= 1


def test_options_that_cannot_be_are_told_by_name(tmp_path: Path) -> None:
    done = run("train", "pydocs", "--local-cluster", 2, "--reread", cwd=tmp_path)
    assert done.returncode == 2
    assert "--reread cannot be on a cluster" in done.stderr


def test_a_text_that_is_not_there_is_told_before_a_cluster_starts(tmp_path: Path) -> None:
    done = run("train", "nowhere.txt", "--local-cluster", 2, cwd=tmp_path)
    assert done.returncode == 1
    assert "'nowhere.txt': no such file or folder" in done.stderr
    assert "cluster:" not in done.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"local_cluster": 2, "scheduler": "tcp://a:1"}, "are one cluster each: give one"),
        ({"scheduler": "tcp://a:1", "tls_cert": Path("x")}, "go together"),
        ({"local_cluster": 0}, "it needs 1 worker or more"),
        (
            {"scheduler_file": Path("nowhere.json")},
            "'nowhere.json': no such file",
        ),
    ],
)
def test_a_place_that_contradicts_itself_is_an_error(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Place(**given)
