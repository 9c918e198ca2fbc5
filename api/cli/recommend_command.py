"""Recommend courses to a learner."""

import typer

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def recommend(learner: str = typer.Argument(help="id")) -> None:
    """Recommend courses to a learner.

    Example: karmapath recommend L000001 --limit 5
    """
