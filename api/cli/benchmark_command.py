"""``karmapath benchmark``: figures beside peers, from anyone's files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.benchmark_batch import batch
from api.cli.benchmark_interest import interest
from api.cli.benchmark_matching import matching
from api.cli.benchmark_paths import paths
from api.cli.benchmark_plan import plan
from api.cli.benchmark_refresh import refresh
from api.cli.benchmark_serve import serve
from api.cli.output import log, print_json, say
from api.cli.several import SeveralValues

app = typer.Typer(no_args_is_help=True, help="Measure accuracy, paths, matching and speed beside peers.")

File = Annotated[Path, typer.Option(help="List file (learner course course ...), CSV, TSV or Parquet.")]


@app.callback()
def benchmark() -> None:
    """Measure accuracy, paths, matching and speed beside peers."""


@app.command(cls=SeveralValues)
def accuracy(
    train: File,
    test: File,
    courses: Annotated[Path | None, typer.Option(help="Table of courses: labels and texts.")] = None,
    learners: Annotated[Path | None, typer.Option(help="Table of learners: labels.")] = None,
    k: Annotated[list[int] | None, typer.Option(help="Lengths of the lists, 10 and 20 if none are given.")] = None,
    peers: Annotated[list[str] | None, typer.Option(help="Names, 'none', or 'all' if none are given.")] = None,
    trials: Annotated[int, typer.Option(min=1, help="Settings each peer is tried with.")] = 8,
    minutes: Annotated[float, typer.Option(min=0.0, help="Time in which each peer's trials are made.")] = 10.0,
    validation: Annotated[str, typer.Option(help="Slice to tune on: auto, last, later, tail or share.")] = "auto",
    text: Annotated[str, typer.Option(help="Vectors of texts: tfidf, encoder (and TF-IDF), or none.")] = "tfidf",
    among: Annotated[str, typer.Option(help="Rank all courses, or only the new ones, absent from training.")] = "all",
    as_given: Annotated[bool, typer.Option(help="Trust list files: do not look for stray entries.")] = False,
    home: Annotated[Path | None, typer.Option(help="Home folder, for the encoder's cache.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure recall, NDCG, hit rate and more of the hybrid beside its peers.

    Everything that is tuned or blended sees the training file only.

    Example: karmapath benchmark accuracy --train train.txt --test test.txt --k 10 20 --peers ease als --json
    """
    from experiments.accuracy.dataset import load_dataset
    from experiments.accuracy.peers import PEERS
    from experiments.accuracy.run import Settings
    from experiments.accuracy.run import benchmark as run

    _one_of("validation", validation, ("auto", "last", "later", "tail", "share"))
    _one_of("among", among, ("all", "new"))
    _one_of("text", text, ("tfidf", "encoder", "none"))
    names = _peers(peers or ["all"], tuple(PEERS))
    lengths = _lengths(k or [10, 20])
    encode = _encoder(home) if text == "encoder" else None
    data = load_dataset(train, test, courses, learners, encode, among=among, check=not as_given,  # type: ignore[arg-type]
                        text=text != "none")  # fmt: skip
    counts = {name: value for name, value in data.facts.items() if name != "notes"}
    log.print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items()))
    for note in data.facts.get("notes", ()):  # type: ignore[attr-defined]
        log.print(f"note: {note}")
    settings = Settings(lengths, trials, validation, seed, 60.0 * minutes)  # type: ignore[arg-type]
    found = run(data, names, settings, log.print)
    if json:
        print_json(found)
    else:
        _show(found, settings.ks)


@app.command()
def split(
    interactions: Annotated[Path, typer.Argument(help="Table or list of interactions.")],
    folder: Annotated[Path, typer.Argument(help="Where train.csv and test.csv are written.")],
    how: Annotated[str, typer.Option(help="last-out, time, new-learners or hide-courses.")] = "last-out",
    share: Annotated[float, typer.Option(help="Share of interactions, or courses, held out.")] = 0.2,
    least: Annotated[int, typer.Option(help="last-out: learners with at least so many courses.")] = 3,
    seed: Annotated[int, typer.Option(help="Seed of what is random.")] = 0,
) -> None:
    """Cut interactions into training and test, for 'karmapath benchmark accuracy'.

    Example: karmapath benchmark split views.csv cut --how last-out
    """
    from experiments import splits
    from experiments.accuracy.files import read_interactions
    from features.errors import KarmapathError

    _one_of("how", how, ("last-out", "time", "new-learners", "hide-courses"))
    found = splits.without_stray(read_interactions(interactions))
    if how in ("time", "new-learners") and not found.timed:
        raise KarmapathError(f"{interactions} has no times", "a column time", "choose last-out or hide-courses")
    if how == "last-out":
        cut = splits.last_out(found, least)
    elif how == "hide-courses":
        cut = splits.hide_courses(found, share, seed)
    else:
        cut = splits.time_cut(found, share)
        cut = splits.new_learners(cut) if how == "new-learners" else cut
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in zip(("train", "test"), cut, strict=True):
        table.rename({"day": "time"} if "day" in table.columns else {}).write_csv(folder / f"{name}.csv")
        say(f"{folder / name}.csv: {table.height:,} interactions of {table['learner'].n_unique():,} learners")


def _one_of(option: str, value: str, allowed: tuple[str, ...]) -> None:
    from features.errors import KarmapathError

    if value not in allowed:
        raise KarmapathError(f"--{option} {value}", f"one of {', '.join(allowed)}", "choose one of these")


def _peers(given: list[str], allowed: tuple[str, ...]) -> list[str]:
    """Return the peers that are asked for, each once; names stand apart or with commas between."""
    names = [name for word in given for name in word.replace("_", "-").split(",") if name]
    if names == ["none"]:
        return []
    if names == ["all"]:
        return list(allowed)
    for name in names:
        _one_of("peers", name, (*allowed, "all", "none") if len(names) == 1 else allowed)
    return list(dict.fromkeys(names))


def _lengths(given: list[int]) -> tuple[int, ...]:
    """Return the lengths of the lists, shortest first, each once."""
    from features.errors import KarmapathError

    if min(given) < 1:
        raise KarmapathError(f"--k {min(given)}", "lists of one course or more", "give numbers such as --k 10 20")
    return tuple(sorted(set(given)))


def _encoder(home: Path | None) -> Any:
    from features.encoder.choice import default_encoder
    from features.home import Home

    encoder = default_encoder(
        Home.find(home), progress=lambda done, todo: log.print(f"  {done:,} of {todo:,} texts encoded")
    )
    return lambda texts: encoder.encode(texts, "passage")


def _show(found: dict[str, Any], ks: tuple[int, ...]) -> None:
    metrics = [f"{metric}@{k}" for k in ks for metric in ("recall", "ndcg", "hr", "coverage")]
    extra = ["fit_seconds", "score_us", "peak_rss_mb"]
    say(" ".join([f"{'':22}", *(f"{name:>12}" for name in (*metrics, *extra))]))
    for name, result in found["results"].items():
        figures = [f"{result[metric]:>12.4f}" for metric in metrics] + [f"{result[one]:>12,.0f}" for one in extra]
        say(" ".join([f"{name:22}", *figures]))


app.command()(paths)
app.command()(plan)
app.command()(interest)
app.command()(matching)
app.command()(serve)
app.command()(batch)
app.command()(refresh)
