"""Tables and pictures of the fused engine's benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from benchmarks.evaluation import TITLES, score_table
from benchmarks.report import bars, markdown_table, output_layer
from benchmarks.rounds import Spread
from benchmarks.trainers import MODELS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SYSTEM_NAMES = ("w2v", "w2v, GPU", "gensim")


def speed_table(figures: Mapping[str, Any]) -> str:
    """Return the words a second of all, and how near to its ceiling the engine is."""
    setting, ceiling, work = (figures[key] for key in ("setting", "ceiling", "work"))
    peak = Spread(**ceiling["cpu_flops"])
    rows = []
    for model in MODELS:
        each = figures["summary"][f"{model} words_per_second"]
        for system in SYSTEM_NAMES:
            if system not in each["spread"]:
                continue
            speed, share = each["spread"][system], each["share"].get(system)
            times = each["spread"].get("ratio") if system == "w2v" else None
            rows.append(
                [
                    f"{model}, {system}",
                    Spread(**speed).text(1e6),
                    Spread(**times).text(1, 1) if times else None,
                    f"{Spread(**share).text(0.01, 0)} %" if share else None,
                ]
            )
    lines = [
        "# The fused engine: words a second, and its share of what the machine can do",
        "",
        f"{setting['text']}, {setting['words'] / 1e6:.2f} M words; {setting['dim']} dimensions, "
        f"{output_layer(setting['negative'])}, window 5, {setting['threads']} threads. Medians "
        f"(lowest–highest) of {peak.rounds} rounds in which all took turns; ratios within a round.",
        "",
        markdown_table(["model, system", "M words/s", "× gensim", "share of the ceiling"], rows),
        "",
        f"- Ceiling of the CPU: {peak.text(1e9, 0)} Gflop/s, multiply-adds of float32 in "
        f"registers on {setting['threads']} threads, measured in the same rounds.",
        f"- Work: {work['kept_words'] / setting['words']:.0%} of the words are kept, with "
        f"{work['pairs'] / work['kept_words']:.2f} contexts each; "
        + ", ".join(
            f"{figures['summary'][f'{model} words_per_second']['flops_a_word'] / 1e3:.1f} kflop a "
            f"word of the text for {model}"
            for model in MODELS
        )
        + ".",
    ]
    if ceiling["gpu_bytes_per_second"]:
        copied = Spread(**ceiling["gpu_bytes_per_second"]).text(1e12)
        lines.append(f"- Ceiling of the GPU: copying {copied} TB/s, read and written.")
    return "\n".join(lines + [f"- Left out: {each}." for each in figures["left_out"]])


def speed_plot(figures: Mapping[str, Any], figure: Figure) -> None:
    """Draw the words a second of all."""
    found = {
        f"{model}, {system}": Spread(**each["spread"][system])
        for model in MODELS
        for each in [figures["summary"][f"{model} words_per_second"]]
        for system in SYSTEM_NAMES
        if system in each["spread"]
    }
    bars(figure, found, 1e6, "million words a second")


def quality_table(figures: Mapping[str, Any]) -> str:
    """Return mean and deviation over the seeds on every set."""
    lines = [
        "# The fused engine beside gensim: quality",
        "",
        f"{figures['text']}, {output_layer(figures['negative'])}, {figures['epochs']} epochs, "
        f"{figures['threads']} threads; mean ± "
        f"deviation over {figures['seeds']} seeds. Correlations are Spearman's.",
        "",
        score_table(figures["summary"], {"loss": "last epoch's loss"}),
    ]
    return "\n".join([*lines, "", *(f"- Left out: {each}." for each in figures["left_out"])])


def quality_plot(figures: Mapping[str, Any], figure: Figure) -> None:
    """Draw the scores, or without any the losses."""
    found = {
        f"{TITLES[key]}, {name}": Spread(
            value["mean"],
            value["mean"] - (value["deviation"] or 0),
            value["mean"] + (value["deviation"] or 0),
            (value["mean"], value["mean"]),
            figures["seeds"],
        )
        for key in TITLES
        for name, each in figures["summary"].items()
        for value in [each.get(key)]
        if value
    }
    bars(figure, found, 1, "correlation, or share of analogies solved")


def threads_table(figures: Mapping[str, Any]) -> str:
    """Return speed and loss by the number of threads."""
    rows = [
        [
            f"{each['model']}, {each['threads']}",
            Spread(**each["spread"]).text(1e6),
            Spread(**each["ratio"]).text(),
            f"{each['loss']:.4f}",
        ]
        for each in figures["summary"]
    ]
    return "\n".join(
        [
            "# The fused engine on several threads",
            "",
            f"{figures['text']}; 100 dimensions, 5 negatives, window 5, one epoch.",
            "",
            markdown_table(["model, threads", "M words/s", "× one thread", "loss"], rows),
        ]
    )


def threads_plot(figures: Mapping[str, Any], figure: Figure) -> None:
    """Draw speed by the number of threads."""
    found = {
        f"{each['model']}, {each['threads']} threads": Spread(**each["spread"])
        for each in figures["summary"]
    }
    bars(figure, found, 1e6, "million words a second")


def workers_table(figures: Mapping[str, Any]) -> str:
    """Return the scores by the number of workers, and which fell."""
    lines = [
        "# The fused engine on many workers: quality",
        "",
        f"{figures['text']}, {figures['epochs']} epochs on {figures['cores']} cores. One worker: "
        f"mean ± deviation over {figures['seeds']} seeds; the others: one seed, as threads of this "
        "machine, which may outnumber its cores, and taking turns of a few windows, as threads "
        "would that have a core each. Correlations are Spearman's.",
        "",
        score_table(figures["summary"], {"loss": "last epoch's loss"}),
        "",
    ]
    fallen = [
        f"{name}: {', '.join(each['worse'])}"
        for name, each in figures["summary"].items()
        if each["worse"] and not name.endswith(", 1")
    ]
    lines.append("More than a deviation below one worker: " + ("; ".join(fallen) or "none") + ".")
    return "\n".join([*lines, *(f"- Left out: {each}." for each in figures["left_out"])])


def first_use_table(figures: Mapping[str, Any]) -> str:
    """Return the seconds to the first words trained."""
    rows = [
        [name, Spread(**each["seconds"]).text(1, 1), Spread(**each["cpu_seconds"]).text(1, 1)]
        for name, each in figures["summary"].items()
    ]
    return "\n".join(
        [
            "# From the start of a process to its first 10,000 words",
            "",
            markdown_table(["model, kernels", "seconds", "processor seconds"], rows),
        ]
    )


def first_use_plot(figures: Mapping[str, Any], figure: Figure) -> None:
    """Draw the seconds."""
    found = {name: Spread(**each["seconds"]) for name, each in figures["summary"].items()}
    bars(figure, found, 1, "seconds to the first 10,000 words")
