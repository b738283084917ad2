"""The command from text to vectors."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from w2v.cli import cluster as of_cluster
from w2v.cli.checkpoints import Every, Folder, Keep, Resume, place_of_run
from w2v.cli.common import (
    CommandLineError,
    choice,
    command_line,
    describe,
    require_addresses,
    teller,
    told_of_training,
)
from w2v.cli.config_file import Config, options_of
from w2v.cli.hyper_parameters import (
    CbowMean,
    MaxVocabSize,
    MinAlpha,
    NsExponent,
    ShrinkWindows,
    Window,
)
from w2v.cli.log_lines import LogEvery, log_lines, seconds_between
from w2v.cli.options import (
    FORMATS,
    Backend,
    Column,
    Corpus,
    Encoding,
    Errors,
    Json,
    Lowercase,
    MaxVocab,
    MinCount,
    Quiet,
    Tokenizer,
    Workers,
    learning_rate,
    words_of,
)
from w2v.cli.outputs import (
    check_outputs,
    check_place,
    check_room,
    reason,
    save_or_rescue,
)
from w2v.cli.terminal import echo, print_json
from w2v.config import OPTIMIZERS, SAMPLINGS


def train(
    ctx: typer.Context,
    corpus: Corpus = None,
    output: Annotated[
        Path,
        typer.Option("-o", "--output", help=f"Vectors to write: {FORMATS}."),
    ] = Path("vectors.bin"),
    model: Annotated[
        str, typer.Option(help="sg (skip-gram) or cbow.", autocompletion=words_of("sg", "cbow"))
    ] = "sg",
    vector_size: Annotated[int, typer.Option(help="Dimension of the vectors.")] = 100,
    window: Window = 5,
    shrink_windows: ShrinkWindows = True,
    negative: Annotated[
        int | None,
        typer.Option(help="Negatives a target.  [default: 5, none with --hs]", show_default=False),
    ] = None,
    share_negatives: Annotated[
        int, typer.Option(help="Windows of skip-gram that share negatives; 4 is faster.")
    ] = 1,
    hs: Annotated[
        bool,
        typer.Option("--hs", help="Hierarchical softmax, beside --negative if that is given."),
    ] = False,
    ns_exponent: NsExponent = 0.75,
    cbow_mean: CbowMean = True,
    min_count: MinCount = 5,
    max_vocab: MaxVocab = None,
    max_vocab_size: MaxVocabSize = None,
    sample: Annotated[float, typer.Option(help="Thin out words more frequent than this.")] = 1e-3,
    epochs: Annotated[int, typer.Option(help="Passes over the corpus.")] = 5,
    optimizer: Annotated[
        str,
        typer.Option(
            help="sgd (the fused engine), or on minibatches adam, adagrad, rmsprop, momentum.",
            autocompletion=words_of(*OPTIMIZERS),
        ),
    ] = "sgd",
    alpha: Annotated[
        Any,
        typer.Option(
            help="Learning rate, or auto: higher where text and epochs are few (sgd only).  "
            "[default: sg 0.025, cbow 0.05; of adam and so on their own]",
            parser=learning_rate,
            metavar="<float|auto>",
            show_default=False,
        ),
    ] = None,
    min_alpha: MinAlpha = 1e-4,
    batch_size: Annotated[int, typer.Option(help="Targets a minibatch (not for sgd).")] = 500,
    sampling: Annotated[
        str,
        typer.Option(
            help="exact, fast, or auto: exact on the CPU, fast on the GPU.",
            autocompletion=words_of(*SAMPLINGS),
        ),
    ] = "auto",
    backend: Backend = "auto",
    workers: Workers = None,
    seed: Annotated[
        int, typer.Option(help="Same vectors again with --workers 1, on one machine's CPU.")
    ] = 1,
    tokenizer: Tokenizer = "whitespace",
    lowercase: Lowercase = False,
    encoding: Encoding = "utf-8",
    errors: Errors = "replace",
    column: Column = None,
    init: Annotated[
        Path | None,
        typer.Option(
            help="Vectors that words begin with, as far as it has them.", show_default=False
        ),
    ] = None,
    freeze: Annotated[
        bool, typer.Option("--freeze", help="Leave vectors that --init has as they are.")
    ] = False,
    reread: Annotated[
        bool,
        typer.Option("--reread", help="Read the corpus anew for every epoch, as it may change."),
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Picture of the loss to write.", show_default=False)
    ] = None,
    metrics: Annotated[
        Path | None,
        typer.Option(help="JSON Lines file of the run to write.", show_default=False),
    ] = None,
    log_every: LogEvery = "30s",
    checkpoint: Folder = None,
    checkpoint_every: Every = None,
    keep: Keep = 1,
    resume: Resume = None,
    scheduler: of_cluster.Scheduler = None,
    scheduler_file: of_cluster.SchedulerFile = None,
    local_cluster: of_cluster.LocalCluster = None,
    tls_ca_file: of_cluster.TlsCaFile = None,
    tls_cert: of_cluster.TlsCert = None,
    tls_key: of_cluster.TlsKey = None,
    round_words: of_cluster.RoundWords = None,
    half_precision: of_cluster.HalfPrecision = False,
    config: Config = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Train word vectors on text.

    **Examples**

    `w2v train`: on the documentation of your own Python, into vectors.bin

    `w2v train book.txt -o book.vec --model cbow --epochs 10 --plot loss.png`

    `w2v train book.txt --config run.toml --seed 2`: with options from a file
    """
    from w2v.backend import describe_choice
    from w2v.cli.metrics import MetricsLog
    from w2v.cli.resuming import (
        check_reading,
        check_same_start,
        read,
        read_anew,
        resumed,
        saved_text,
        tell_of_start,
    )
    from w2v.cli.signals import current
    from w2v.data.reading.read_settings import ReadSettings
    from w2v.data.reading.rereading import require_rereadable
    from w2v.pictures.picture_file import check_picture
    from w2v.training.divergence import DivergedError
    from w2v.training.trainable_text import nothing_was_left
    from w2v.vectors import format_of
    from w2v.word2vec import Word2Vec
    from w2v.word2vec.pretrained import check_vectors

    require_addresses()
    say = teller(quiet)
    reading: dict[str, Any] = {
        "tokenizer": tokenizer,
        "lowercase": lowercase,
        "encoding": encoding,
        "errors": errors,
        "column": column,
    }
    with command_line():  # what is wrong is better told before the training than after
        check_outputs(
            (output, plot, metrics, checkpoint), [*(corpus or ()), *([init] if init else [])]
        )
        ReadSettings(**reading)
    place = of_cluster.place_of_cluster(ctx.params)
    with command_line("--output"):
        format_of(output)
    with command_line("--init"):
        check_vectors(init)
    with command_line("--plot"):
        check_picture(plot or "")
    for path in (output, plot, metrics):
        check_place(path)
    check_place(checkpoint or resume, folder=True)
    run = ctx, checkpoint, resume, keep, checkpoint_every
    folder, going_on = place_of_run(*run, (output, plot, metrics), say)
    with options_of(config):
        report_delay = seconds_between(log_every)
        hyper: dict[str, tuple[str, Any]] = {
            "model": ("sg", int(choice("--model", model, ("sg", "cbow")) == "sg")),
            "vector_size": ("vector_size", vector_size),
            "window": ("window", window),
            "shrink_windows": ("shrink_windows", shrink_windows),
            "hs": ("hs", int(hs)),
            "negative": ("negative", (0 if hs else 5) if negative is None else negative),
            "share_negatives": ("share_negatives", share_negatives),
            "ns_exponent": ("ns_exponent", ns_exponent),
            "cbow_mean": ("cbow_mean", int(cbow_mean)),
            "min_count": ("min_count", min_count),
            "max_vocab": ("max_final_vocab", max_vocab),
            "max_vocab_size": ("max_vocab_size", max_vocab_size),
            "sample": ("sample", sample),
            "optimizer": ("optimizer", optimizer),
            "alpha": ("alpha", alpha),
            "min_alpha": ("min_alpha", min_alpha),
            "batch_size": ("batch_size", batch_size),
            "sampling": ("sampling", sampling),
            "seed": ("seed", seed),
        }
        running: dict[str, Any] = {
            "epochs": epochs,
            "backend": backend if place is None else "cpu",  # the weights are put together here
            "workers": workers,
            "verbose": not quiet,
        }
        if going_on:
            word2vec, names, reading = resumed(ctx, going_on, hyper, reading, corpus, running)
            if not saved_text(word2vec):
                say(f"{going_on} does not say which text it was trained on: not compared")
            reread = read_anew(reread, word2vec, going_on)
            check_same_start(ctx, word2vec, going_on, init, "known" if freeze else None)
        else:
            check_reading(ctx, reading, corpus or ())
            if freeze and init is None:
                raise CommandLineError("--freeze is of words that --init has: give --init too")
            with command_line():
                start: dict[str, Any] = {"init": init, "freeze": "known" if freeze else None}
                word2vec = Word2Vec(**dict(hyper.values()), **running, **start)
            names = ["pydocs"] if corpus is None else corpus
    word2vec.reading = reading
    word2vec.reread = reread
    if reread:
        require_rereadable(names)
    if word2vec.config.hs and word2vec.config.backend == "auto":
        say(f"backend: {describe_choice('cpu')} (as auto is with hierarchical softmax)")
    elif place is None:
        say(f"backend: {describe_choice(word2vec.config.backend)}")
    stop, stopped = current(), False
    failure: Exception | None = None
    with (
        log_lines(say, quiet=quiet),
        MetricsLog(metrics, say, goes_on=going_on is not None) as log,
        of_cluster.on_cluster(place, word2vec, ctx.params, say) as cluster,
    ):
        text = read(word2vec, names) if cluster is None else cluster.read(names)
        say(f"corpus: {describe(text)} ({word2vec.read_seconds:.1f} s)")
        log.start(word2vec, text.total_words)
        epochs_before, begun_at = word2vec.epochs_done, word2vec.trained_words
        if word2vec.vocab is None:
            word2vec.build_vocab(text)
            tell_of_start(word2vec, say)
        check_room(word2vec, output, folder, say, keep)
        stop.hold(output)
        try:
            with stop.raising():
                word2vec.fit(
                    names if reread else text,
                    on_report=log.report,
                    callbacks=of_cluster.logs(log, cluster, say),
                    checkpoint=folder,
                    checkpoint_every=checkpoint_every,
                    checkpoint_keep=keep,
                    resume=going_on is not None,
                    epochs=word2vec.config.epochs if going_on else None,
                    report_delay=report_delay,
                )
            if not word2vec.predictions and epochs_before < word2vec.config.epochs:
                raise ValueError(nothing_was_left(word2vec.config))
        except KeyboardInterrupt:
            if not word2vec.predictions:  # there is nothing to keep
                raise
            stopped = True
        except DivergedError:
            raise
        except Exception as error:  # such as of a checkpoint that could not be written
            if not word2vec.predictions or word2vec.trained_words == begun_at:
                raise
            failure = error
        begin = time.perf_counter()
        save_or_rescue(word2vec.wv, output)
        stop.wrote(output)
        if failure:
            raise RuntimeError(
                f"{reason(failure)}; the vectors, as far as the training came, are in {output}"
            ) from failure
        stopped = stopped or stop.number is not None  # while what was trained was saved
        totals = log.end(word2vec, save_seconds=time.perf_counter() - begin, stopped=stopped)
    written = [str(output)]
    if plot and word2vec.curve:
        try:
            word2vec.plot(plot)
        except Exception as error:
            raise RuntimeError(
                f"cannot draw {plot} ({reason(error)}); the vectors are in {output}"
            ) from error
        written.append(str(plot))
    stopped = stopped or stop.number is not None
    if stopped and folder is not None and folder.exists() and not word2vec.not_kept:
        written.append(str(folder))
    told = ", ".join(written)
    if stopped and word2vec.not_kept:
        told += f"; not written: {folder} ({word2vec.not_kept})"
    say(told_of_training(word2vec, begun_at, stopped=stopped))
    if stopped and quiet:  # which is worth a line anyway
        echo(f"w2v: stopped; written: {told}", err=True)
    say(f"written: {told}")
    stop.told = stopped
    if stopped and folder:
        say(f"to go on: the same command with --checkpoint {folder} --resume auto")
    if json_output:
        print_json({**totals, "stopped": stopped, "written": written})
    if stopped:
        raise typer.Exit(stop.status)
