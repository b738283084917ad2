"""The command line, run as a user runs it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import gensim.models
import numpy as np
import pytest

from tests.support.commands import run
from w2v import KeyedVectors
from w2v.backend import available_backends
from w2v.data import prepare

ROYAL = ["the king rules the land", "the queen rules the land", "a dog chases a cat"] * 60


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with vectors.bin, trained on the royal text."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "text.txt").write_text("\n".join(ROYAL))
    assert run("train", "text.txt", "--quiet", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "royal text.txt"
    path.write_text("\n".join(ROYAL))
    return path


@pytest.mark.parametrize("model", ["sg", "cbow"])
def test_train_writes_vectors_that_gensim_reads_a_picture_and_metrics(
    tmp_path: Path, text: Path, model: str
) -> None:
    done = run(
        *("train", text, "-o", "v.bin", "--model", model, "--vector-size", "16", "--window", "2"),
        *("--plot", "loss.png", "--metrics", "run.jsonl", "--sample", "0", "--epochs", "2"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    ours = KeyedVectors.load(tmp_path / "v.bin")
    theirs = gensim.models.KeyedVectors.load_word2vec_format(str(tmp_path / "v.bin"), binary=True)
    assert ours.index_to_key == theirs.index_to_key
    assert ours.index_to_key[0] == "the"
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)
    assert ours.vectors.shape == (9, 16)
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [lines[0]["event"], lines[-1]["event"]] == ["start", "end"]
    losses = [line["loss"] for line in lines if line["event"] == "epoch"]
    assert losses[0] > losses[1] == lines[-1]["loss"]
    assert lines[0]["config"]["vector_size"] == 16
    end = lines[-1]
    assert end["words"] == 2 * sum(len(line.split()) for line in ROYAL)
    assert end["vocab"] == 9
    assert end["words_per_second"] == pytest.approx(end["words"] / end["seconds"])


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, text: Path) -> None:
    for name in ("a.bin", "b.bin"):
        run("train", text, "-o", name, "--epochs", "1", "--quiet", cwd=tmp_path)
    assert (tmp_path / "a.bin").read_bytes() == (tmp_path / "b.bin").read_bytes()


def test_neighbors_are_those_of_the_library(trained: Path) -> None:
    expected = KeyedVectors.load(trained / "vectors.bin").most_similar("king", topn=3)
    done = run("neighbors", "vectors.bin", "king", "dog", "-n", "3", "--json", cwd=trained)
    found = json.loads(done.stdout)
    assert list(found) == ["king", "dog"]
    assert [word for word, _ in found["king"]] == [word for word, _ in expected]
    plain = run("neighbors", "vectors.bin", "king", "-n", "3", cwd=trained)
    assert [line.split()[-1] for line in plain.stdout.splitlines()] == [
        "king",
        *(word for word, _ in expected),
    ]


def test_analogy_adds_and_subtracts(trained: Path) -> None:
    vectors = KeyedVectors.load(trained / "vectors.bin")
    expected = vectors.most_similar(positive=["rules", "dog"], negative=["king"], topn=2)
    done = run("analogy", "vectors.bin", "king", "rules", "dog", "-n", "2", "--json", cwd=trained)
    assert [word for word, _ in json.loads(done.stdout)["answers"]] == [w for w, _ in expected]


def test_evaluate_reports_the_librarys_figures(trained: Path) -> None:
    (trained / "pairs.tsv").write_text("king\tqueen\t9\nking\tdog\t1\ndog\tcat\t8\nking\tx\t1\n")
    (trained / "questions.txt").write_text(": royal\nking land queen land\ndog cat king queen\n")
    options = ("--pairs", "pairs.tsv", "--analogies", "questions.txt")
    figures = json.loads(run("evaluate", "vectors.bin", *options, "--json", cwd=trained).stdout)
    pearson, spearman, unknown = KeyedVectors.load(trained / "vectors.bin").evaluate_word_pairs(
        trained / "pairs.tsv"
    )
    assert figures["pairs.tsv"] == {
        "pearson": pearson[0],
        "spearman": spearman[0],
        "unknown": unknown / 100,
        "pairs": 3,
    }
    assert unknown == 25
    assert figures["questions.txt"]["questions"] == 2
    told = run("evaluate", "vectors.bin", *options, cwd=trained).stdout
    assert f"spearman {spearman[0]:.3f}  unknown 0.250  pairs 3\n" in told


def test_convert_keeps_every_bit_and_plot_draws(trained: Path) -> None:
    for source, target in (("vectors.bin", "v.safetensors"), ("v.safetensors", "back.bin")):
        assert run("convert", source, target, cwd=trained).returncode == 0
    assert (trained / "back.bin").read_bytes() == (trained / "vectors.bin").read_bytes()
    assert run("plot", "vectors.bin", cwd=trained).returncode == 0
    one, two = KeyedVectors.load(trained / "vectors.bin").index_to_key[:2]
    done = run("plot", "vectors.bin", one, two, "-n", "3", "-o", "few.svg", cwd=trained)
    assert done.returncode == 0, done.stderr
    drawn = {*re.findall(r"<!-- (\w+) -->", (trained / "few.svg").read_text())}
    assert {one, two} < drawn and len(drawn) <= 8
    there, copied = ((trained / name).as_uri() for name in ("vectors.bin", "copied.vec"))
    assert run("convert", there, copied, cwd=trained).returncode == 0
    assert run("neighbors", copied, one, "-n", "1", cwd=trained).stdout.startswith(f"{one}\n")
    done = run("convert", "vectors.bin", "s3://b/v.tsv", cwd=trained)
    assert done.returncode == 2 and "is a URL, and this is written to a disk" in done.stderr
    assert "'nothere' is not" in run("plot", "vectors.bin", "nothere", cwd=trained).stderr
    assert (trained / "map.png").read_bytes().startswith(b"\x89PNG")


def test_a_prepared_corpus_trains_to_the_same_vectors(trained: Path) -> None:
    assert run("prepare", "text.txt", "-o", "corpus.w2v", cwd=trained).returncode == 0
    run("train", "corpus.w2v", "-o", "prepared.bin", "--quiet", cwd=trained)
    assert (trained / "prepared.bin").read_bytes() == (trained / "vectors.bin").read_bytes()


def test_quiet_prints_nothing(tmp_path: Path, text: Path) -> None:
    done = run("train", text, "-q", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "vectors.bin").exists()


@pytest.mark.skipif("gpu" in available_backends(), reason="a GPU is there to be used")
def test_without_a_gpu_auto_says_why_and_gpu_fails_with_the_install_line(
    tmp_path: Path, text: Path
) -> None:
    done = run("train", text, "--epochs", "1", cwd=tmp_path)
    [line] = [line for line in done.stderr.splitlines() if line.startswith("backend:")]
    assert "cpu" in line
    assert "CuPy is not installed" in line or "no CUDA device" in line
    failed = run("train", text, "--backend", "gpu", "-o", "gpu.bin", cwd=tmp_path)
    assert failed.returncode == 1
    [message] = failed.stderr.splitlines()
    assert "pip install 'cupy-cuda12x[ctk]'" in message
    assert not (tmp_path / "gpu.bin").exists()


def test_more_negatives_than_words_are_fewer_and_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("a dog and a cat chase mice\n" * 60)
    done = run("train", "text.txt", "--negative", "10", "--sampling", "exact", cwd=tmp_path)
    assert done.returncode == 0
    assert "5 instead for each window" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["train", "missing.txt"], "missing.txt"),
        (["train", "empty.txt"], "empty.txt"),
        (["train", "rare.txt"], "--min-count"),
        (["train", "royal text.txt", "--window", "2000", "--optimizer", "adam"], "window"),
        (["train", "royal text.txt", "-o", "nowhere/vectors.bin"], "nowhere"),
        (["train", "royal text.txt", "--checkpoint", "."], ". exists and is no saved training"),
        (["train", "word.txt"], "a vocabulary of one word has no negatives"),
        (["train", "--resume", "royal text.txt"], "it is a file, and a saved training is a folder"),
        (["phrases", "royal text.txt", "-o", "."], ". exists and is no encoded corpus"),
        (["evaluate", "v.bin", "--pairs", "none.tsv"], "none.tsv: No such file or directory"),
        (["convert", "missing.bin", "v.vec"], "missing.bin is not there"),
        (["neighbors", ".", "king"], ". is a folder, expected a file of vectors"),
        (["neighbors", "pickled.kv", "king"], "pickled.kv is a pickle"),
        (["neighbors", "missing.bin", "king"], "missing.bin"),
        (["neighbors", "royal text.txt", "king"], "royal text.txt"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_clear_line_and_leaves_no_file(
    tmp_path: Path, text: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "rare.txt").write_text("each word only once")
    (tmp_path / "word.txt").write_text("word " * 20)
    (tmp_path / "pickled.kv").write_bytes(b"\x80\x04N.")
    KeyedVectors(["a"], [[1.0]]).save(tmp_path / "v.bin")
    before = sorted(tmp_path.iterdir())
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert says in done.stderr.splitlines()[-1]
    assert sorted(tmp_path.iterdir()) == before


TRAIN = ["train", "royal text.txt"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([*TRAIN, "--vector-size", "0"], "--vector-size must be 1 or more, got 0"),
        ([*TRAIN, "--negative", "-1"], "negative must be"),
        ([*TRAIN, "--share-negatives", "0"], "--share-negatives must be"),
        ([*TRAIN, "--model", "cbow", "--share-negatives", "2"], "only skip-gram"),
        ([*TRAIN, "--optimizer", "newton"], "newton"),
        ([*TRAIN, "--backend", "tpu"], "tpu"),
        ([*TRAIN, "--alpha", "nan"], "alpha must be a learning rate above 0"),
        ([*TRAIN, "--tokenizer", "none"], "tokenizer must be"),
        ([*TRAIN, "--encoding", "none"], "encoding must be"),
        ([*TRAIN, "-o", "vectors.doc"], ".doc"),
        ([*TRAIN, "-o", "royal text.txt"], "would be written over, and is read"),
        ([*TRAIN, "--plot", "loss.doc"], "loss.doc: got suffix '.doc'"),
        ([*TRAIN, "--resume", "auto"], "--resume auto goes on in the folder of --checkpoint"),
        ([*TRAIN, "--keep", "2"], "are of checkpoints: name their folder"),
        ([*TRAIN, "--keep", "1001", "--checkpoint", "run"], "1,000 checkpoints can be kept"),
        ([*TRAIN, "--config", "wrong.toml"], "wrong.toml: unknown key 'windows'; is it window"),
        (["train", "", "-o", "v.bin"], "a name is empty"),
        (["prepare", "royal text.txt", "-o", "c.w2v", "--workers", "0"], "workers must be"),
        (["phrases", "royal text.txt", "-o", "c.w2v", "--scoring", "none"], "scoring must be"),
        (["phrases", "royal text.txt", "-o", "c.w2v", "--threshold", "-1"], "threshold must be"),
        (["convert", "missing.bin", "v.doc"], "got suffix '.doc'"),
        (["plot", "missing.bin", "-o", "map.doc"], "got suffix '.doc'"),
        (["explore", "missing.bin", "-o", "map.doc"], "a page is written to a name in .html"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_no_file_could_make_right_is_a_wrong_command_line(
    tmp_path: Path, text: Path, arguments: list[str], says: str
) -> None:
    (tmp_path / "wrong.toml").write_text("windows = 3")
    before = sorted(tmp_path.iterdir())
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert says in line
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_vectors_that_cannot_be_written_are_kept_elsewhere(tmp_path: Path, text: Path) -> None:
    (tmp_path / "v.bin").symlink_to("/dev/full")
    done = run("train", text, "-o", "v.bin", "-q", cwd=tmp_path, TMPDIR=str(tmp_path))
    assert done.returncode == 1
    [message] = done.stderr.splitlines()
    assert "cannot write v.bin (No space left on device); the vectors are in" in message
    assert len(KeyedVectors.load(message.split(" in ")[-1])) == 9


def test_ctrl_c_keeps_what_was_trained_and_resume_goes_on(tmp_path: Path, text: Path) -> None:
    arguments = ["train", text.name, "-o", "v.bin", "--checkpoint", "run", "--workers", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "w2v", *arguments, "--epochs", "100000", "--metrics", "run.jsonl"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "run").exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert "stopped: " in process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert len(KeyedVectors.load(tmp_path / "v.bin")) == 9
    done = json.loads((tmp_path / "run" / "progress.json").read_text())["epochs_done"]
    assert 1 <= done < 100_000
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    del config["checksum"]
    (tmp_path / "run" / "config.json").write_text(json.dumps({**config, "epochs": done + 2}))
    resumed = run(
        *("train", text.name, "-o", "v.bin", "--resume", "run", "--metrics", "r.jsonl"),
        cwd=tmp_path,
    )
    assert resumed.returncode == 0, resumed.stderr
    end = json.loads((tmp_path / "r.jsonl").read_text().splitlines()[-1])
    assert end["words"] == 2 * sum(len(line.split()) for line in ROYAL)


def test_an_unknown_word_is_answered_with_close_ones(trained: Path) -> None:
    done = run("neighbors", "vectors.bin", "kinng", cwd=trained)
    assert done.returncode == 1
    assert "king" in done.stderr


def test_info_names_versions_and_backends(tmp_path: Path) -> None:
    facts = json.loads(run("info", "--json", cwd=tmp_path).stdout)
    assert facts["numpy"] == np.__version__
    assert set(available_backends()) <= set(facts)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("train book.txt -o x.bin --metrics book.txt", "book.txt would be written over"),
        ("train book.txt -o ./book.txt", "book.txt would be written over"),
        ("train book.txt -o x.bin --metrics x.bin", "x.bin is named for two outputs"),
        ("train book.txt -o x.bin --plot p.png --metrics p.png", "p.png is named for two outputs"),
        ("explore v.vec -o v.vec", "v.vec would be written over"),
        ("explore v.vec -o page.xyz", "a page is written to a name in .html"),
        ("prepare book.txt -o book.txt", "book.txt would be written over"),
        ("train book.w2v --lowercase --encoding latin-1", "--lowercase, --encoding cannot change"),
    ],
)
def test_nothing_that_is_read_is_written_over_nor_read_in_silence(
    tmp_path: Path, arguments: str, told: str
) -> None:
    (tmp_path / "book.txt").write_text("The old king and the queen\n" * 40)
    (tmp_path / "v.vec").write_text("2 2\na 1 2\nb 3 4\n")
    prepare(tmp_path / "book.txt", tmp_path / "book.w2v")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    done = run(*arguments.split(), cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert told in done.stderr.splitlines()[-1]
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize(
    "command",
    [
        *("{}", "--{}", "info {}", "neighbors {} a", "evaluate vectors.bin --pairs {}"),
        *("train text.txt --config {}", "train text.txt -o {}", "train text.txt --{}"),
    ],
)
def test_no_error_repeats_a_command_line_of_a_hundred_thousand_characters(
    trained: Path, command: str
) -> None:
    done = run(*command.format("x" * 120_000).split(), cwd=trained)
    assert done.returncode in (1, 2)
    assert 50 < len(done.stderr) < 1_500
    assert "Traceback" not in done.stderr
