"""Commands that make corpora to train on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from w2v.cli.common import command_line, describe, require_addresses, teller, totals_of
from w2v.cli.config_file import Config
from w2v.cli.log_lines import log_lines
from w2v.cli.options import (
    Column,
    Encoding,
    Errors,
    Json,
    Lowercase,
    MaxVocab,
    MinCount,
    NamedCorpus,
    Quiet,
    Tokenizer,
    Workers,
    words_of,
)
from w2v.cli.outputs import check_outputs, check_place
from w2v.cli.terminal import print_json


def prepare(
    corpus: NamedCorpus,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to make.")],
    min_count: MinCount = 5,
    max_vocab: MaxVocab = None,
    tokenizer: Tokenizer = "whitespace",
    lowercase: Lowercase = False,
    encoding: Encoding = "utf-8",
    errors: Errors = "replace",
    column: Column = None,
    workers: Workers = None,
    config: Config = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read text once and keep it encoded, for training again and again.

    **Example**

    `w2v prepare texts/*.gz -o corpus.w2v --lowercase`, then `w2v train corpus.w2v`
    """
    from w2v.data import prepare as prepare_corpus
    from w2v.data.reading.read_settings import ReadSettings
    from w2v.training.progress import ReadingProgress

    require_addresses()
    say = teller(quiet)
    how: dict[str, Any] = {
        "tokenizer": tokenizer,
        "lowercase": lowercase,
        "encoding": encoding,
        "errors": errors,
        "column": column,
        "workers": workers,
    }
    with command_line():
        check_outputs([output], corpus)
        ReadSettings(**how, min_count=min_count)
    check_place(output, folder=True)
    begin = time.perf_counter()
    with (
        log_lines(say, quiet=quiet),
        ReadingProgress(enabled=False if quiet else None) as progress,
    ):
        made = prepare_corpus(
            corpus,
            output,
            min_count=min_count,
            max_final_vocab=max_vocab,
            progress=progress.update,
            **how,
        )
    seconds = time.perf_counter() - begin
    say(f"corpus: {describe(made)}")
    say(f"read: {seconds:.1f} s, {made.total_words / seconds:,.0f} words/s")
    say(f"written: {output}")
    if json_output:
        print_json({**totals_of(made), "seconds": seconds, "written": [str(output)]})


def phrases(
    corpus: NamedCorpus,
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to make.")],
    threshold: Annotated[
        float | None,
        typer.Option(help="Score to exceed.  [default: 10, npmi 0.5]", show_default=False),
    ] = None,
    scoring: Annotated[
        str,
        typer.Option(
            help="default (as word2phrase and gensim) or npmi.",
            autocompletion=words_of("default", "npmi"),
        ),
    ] = "default",
    connector_words: Annotated[
        str | None,
        typer.Option(
            help="Words to allow inside a phrase, as in cup_of_tea: english, or of,the,….",
            show_default=False,
        ),
    ] = None,
    passes: Annotated[int, typer.Option(min=1, help="2 also joins phrases of 3 and 4 words.")] = 1,
    min_count: MinCount = 5,
    tokenizer: Tokenizer = "whitespace",
    lowercase: Lowercase = False,
    encoding: Encoding = "utf-8",
    errors: Errors = "replace",
    column: Column = None,
    workers: Workers = None,
    config: Config = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Join collocations, such as new_york, in a corpus to train on.

    **Example**

    `w2v phrases book.txt -o phrased.w2v --connector-words english`, then `w2v train phrased.w2v`
    """
    from w2v.data import ENGLISH_CONNECTOR_WORDS, Phrases, output_folder, read_corpus
    from w2v.data.reading.read_settings import ReadSettings

    require_addresses()
    say = teller(quiet)
    connectors = [word.strip() for word in (connector_words or "").split(",") if word.strip()]
    if connectors == ["english"]:
        connectors = sorted(ENGLISH_CONNECTOR_WORDS)
    how: dict[str, Any] = {
        "tokenizer": tokenizer,
        "lowercase": lowercase,
        "encoding": encoding,
        "errors": errors,
        "column": column,
        "workers": workers,
    }
    asked: dict[str, Any] = {
        "min_count": min_count,
        "threshold": threshold,
        "scoring": scoring,
        "connector_words": connectors,
    }
    with command_line():
        check_outputs([output], corpus)
        ReadSettings(**how)
        Phrases(**asked)
    check_place(output, folder=True)
    output_folder.check_place(output)
    text = read_corpus(corpus, min_count=1, **how)
    scores: dict[str, float] = {}
    for i in range(passes):
        found = Phrases(text, **asked)
        examples = ", ".join(list(found.scores)[:8])
        say(f"phrases: {len(found):,}" + (f", such as {examples}" if examples else ""))
        scores.update(found.scores)
        text = found.join(text, min_count=min_count if i + 1 == passes else 1)
    text.save(output)
    say(f"corpus: {describe(text)}")
    say(f"written: {output}")
    if json_output:
        print_json({**totals_of(text), "phrases": scores, "written": [str(output)]})
