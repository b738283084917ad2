"""The command line amid a shell: completion, terminals and pipes, JSON, exit status."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.support.commands import run, unasked
from w2v import KeyedVectors
from w2v.cli.commands import COMMANDS

SCRIPTS = sysconfig.get_path("scripts")
W2V = Path(SCRIPTS) / "w2v"
ESCAPE = "\x1b["
COLOUR = re.compile(r"\x1b\[[0-9;]*3[0-7]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shell")
    words = ["sea", "ship", "king"]
    KeyedVectors(words, [[1.0, 0.1], [1.0, 0.3], [0.1, 1.0]], [3, 2, 1]).save(folder / "v.bin")
    (folder / "book.txt").write_text("the king rules the sea\nthe ship sails the sea\n" * 30)
    # The figures of these have no value: one pair, and questions of unknown words alone.
    (folder / "pairs.tsv").write_text("sea\tking\t3\nsea\tking\t3\n")
    (folder / "questions.txt").write_text(": none\na b c d\n")
    return folder


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([SCRIPTS, os.environ["PATH"]])
    return {**unasked(), "PATH": path, "TERM": "xterm-256color", "COLUMNS": "100", **more}


def on_a_terminal(*arguments: str, cwd: Path, **more: str) -> str:
    """Run with a terminal as standard output and give what it would show."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(W2V), *arguments],
        cwd=cwd,
        env=environment(**more),
        stdout=theirs,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    ):
        os.close(theirs)
        shown = b""
        try:
            while chunk := os.read(ours, 1 << 16):
                shown += chunk
        except OSError:  # Linux says so at the end of a terminal
            pass
    os.close(ours)
    return shown.decode()


BASH = """
. ./completion.sh
complete -p w2v | grep -q -- '-o default' || exit 9
COMP_WORDS=({words} '') COMP_CWORD={last}
[ -n '{begun}' ] && COMP_WORDS[COMP_CWORD]='{begun}'
_w2v_completion w2v
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def completion(folder: Path) -> None:
    with (folder / "completion.sh").open("w") as script:
        command = [str(W2V), "--show-completion", "bash"]
        subprocess.run(command, env=environment(), stdout=script, check=True)


@pytest.mark.usefixtures("completion")
@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")
@pytest.mark.parametrize(
    ("words", "begun", "expected"),
    [
        ("w2v", "", {command.__name__ for command in COMMANDS}),
        ("w2v", "ne", {"neighbors"}),
        ("w2v train", "--vec", {"--vector-size"}),
        ("w2v train --model", "", {"sg", "cbow"}),
        ("w2v train --optimizer", "ada", {"adagrad", "adam"}),
        # Nothing: bash goes on with the names of files, as `-o default` has it.
        ("w2v neighbors", "v.b", {""}),
    ],
)
def test_bash_completes_commands_options_and_values(
    folder: Path, words: str, begun: str, expected: set[str]
) -> None:
    script = BASH.format(words=words, last=len(words.split()), begun=begun)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == expected


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
def test_fish_completes(folder: Path) -> None:
    script = "w2v --show-completion fish | source; complete -C 'w2v train --vec'"
    done = subprocess.run(
        ["fish", "-c", script], cwd=folder, env=environment(), capture_output=True, text=True
    )
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["--vector-size"]


@pytest.mark.parametrize("arguments", [("--help",), ("neighbors", "v.bin", "sea")])
def test_a_terminal_gets_style_a_pipe_none(folder: Path, arguments: tuple[str, ...]) -> None:
    assert ESCAPE in on_a_terminal(*arguments, cwd=folder)
    assert not COLOUR.search(on_a_terminal(*arguments, cwd=folder, NO_COLOR="1"))
    assert ESCAPE not in run(*arguments, cwd=folder).stdout


@pytest.mark.parametrize("command", [command.__name__ for command in COMMANDS])
def test_help_shows_a_command_to_copy(folder: Path, command: str) -> None:
    done = run(command, "--help", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(rf"Examples?\s+w2v {command}", done.stdout)
    assert ESCAPE not in done.stdout


JSON_COMMANDS = {
    "neighbors v.bin sea": {"sea"},
    "analogy v.bin sea ship king": {"a", "b", "c", "answers"},
    "evaluate v.bin --pairs pairs.tsv --analogies questions.txt": {"pairs.tsv", "questions.txt"},
    "convert v.bin v.txt": {"words", "vector_size", "written"},
    "train book.txt -o t.bin --min-count 1 --epochs 1 --vector-size 8": {
        *("words", "seconds", "words_per_second", "loss", "vocab", "backend", "stopped"),
        *("read_seconds", "compile_seconds", "save_seconds", "written"),
    },
    "prepare book.txt -o book.w2v --min-count 1": {
        *("words", "sentences", "vocab", "seconds", "written"),
    },
    "phrases book.txt -o p.w2v --min-count 1 --threshold 0.1": {
        *("words", "sentences", "vocab", "phrases", "written"),
    },
    "info": None,
}


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


@pytest.mark.parametrize(("command", "keys"), JSON_COMMANDS.items())
def test_json_is_alone_on_standard_output(
    folder: Path, command: str, keys: set[str] | None
) -> None:
    done = run(*command.split(), "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout, parse_constant=no_constant)
    assert done.stdout.count("\n") == 1
    if keys is not None:
        assert set(facts) == keys


def test_errors_leave_standard_output_empty_and_have_a_status(folder: Path) -> None:
    for arguments, status in (
        (("neighbors", "v.bin", "see", "--json"), 1),
        (("evaluate", "v.bin", "--json"), 2),
        (("train", "book.txt", "--windows", "3"), 2),
        (("neighbors", "v.bin", "sea", "-n", "0"), 2),
    ):
        done = run(*arguments, cwd=folder)
        assert (done.returncode, done.stdout) == (status, ""), done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed_are_no_failure(
    closed: str, folder: Path, tmp_path: Path
) -> None:
    command = f"'{W2V}' train '{folder / 'book.txt'}' --min-count 1 --epochs 1 -q -o v.bin {closed}"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "king" in KeyedVectors.load(tmp_path / "v.bin")


@pytest.mark.parametrize(
    "command", ["train - -o v.bin", "prepare - -o v.w2v", "phrases - -o v.txt"]
)
def test_a_closed_standard_input_that_is_to_be_read_is_told(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"'{W2V}' {command} -q <&-"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == ("w2v: standard input is closed: pipe a text into it, or name a file\n")
    assert not list(tmp_path.iterdir())
