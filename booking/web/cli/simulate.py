"""`anlaufstelle simulate`: a quarter of a centre, pooled and apart, with and without the rule of presence."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import click

from booking import clock
from booking.services import centres, simulation
from booking.services.simulation import Result, Scale, Scenario

BAR = 40
DAY = click.DateTime(["%Y-%m-%d"])


class Figure(NamedTuple):
    """One line of the table and one picture: what it counts, and in what."""

    words: str
    of: Callable[[Result], float | None]
    unit: str


FIGURES = (
    Figure("Appointments asked for", lambda r: r.asked, ""),
    Figure("  no time within the weeks", lambda r: r.refused_percent, " %"),
    Figure("  days until the appointment", lambda r: r.days_ahead, ""),
    Figure("Walk-ins", lambda r: r.walk_ins, ""),
    Figure("  sent home at the end", lambda r: r.turned_away_percent, " %"),
    Figure("  waited, half at most", lambda r: r.wait_median, " min"),
    Figure("  waited, nine of ten at most", lambda r: r.wait_ninetieth, " min"),
    Figure("Open time with somebody present", lambda r: r.present_percent, " %"),
    Figure("Walk-in time with somebody to see", lambda r: r.reachable_percent, " %"),
    Figure("Sick calls: kept at their time", lambda r: r.kept_at_time, ""),
    Figure("Sick calls: offered another time", lambda r: r.offered_another, ""),
    Figure("Sick calls: cancelled", lambda r: r.cancelled, ""),
)
PICTURES = (1, 4, 5, 8)


@click.command()
@click.argument("file", default="ludwigsburg")
@click.option("--first", type=DAY, help="First day, like 2027-01-11. Without it: the next Monday.")
@click.option("--weeks", type=click.IntRange(1, 52), default=13, show_default=True)
@click.option(
    "--bookings", type=click.IntRange(0, 200), default=13, show_default=True, help="Asked for on an open day."
)
@click.option("--walk-ins", type=click.IntRange(0, 200), default=18, show_default=True, help="In each walk-in period.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed brings the same visitors.")
def simulate(file: str, first: datetime | None, weeks: int, bookings: int, walk_ins: int, seed: int) -> None:
    """Play some weeks of FILE (a centre's file, or the slug of a shipped centre) with invented visitors.

    One in five does not come, counsellors fall ill. The same visitors come to four carriers under one roof and to four
    that work apart, with and without the rule that the last counsellor is kept for walk-ins.
    """
    starts = first.date() if first else _next_monday(clock.now().date())
    played = simulation.simulate(centres.source(file).text, starts, weeks, Scale(bookings, walk_ins), seed)
    results = []
    for result in played:
        results.append(result)
        click.echo(f"played: {_name(result.scenario)}", err=True)
    click.echo(f"{file}, {weeks} weeks from {starts}, seed {seed}\n")
    click.echo(_table(results))
    for number in PICTURES:
        click.echo(_picture(FIGURES[number], results))


def _next_monday(day: date) -> date:
    return day + timedelta(days=(7 - day.weekday()) % 7)


def _name(scenario: Scenario) -> str:
    return f"{'pooled' if scenario.pooled else 'apart'}, {'rule' if scenario.rule else 'no rule'}"


def _table(results: Sequence[Result]) -> str:
    heads = "".join(f"{_name(r.scenario):>18}" for r in results)
    lines = [f"{'':34}{heads}"]
    for figure in FIGURES:
        lines.append(f"{figure.words:34}" + "".join(f"{_said(figure, r):>18}" for r in results))
    return "\n".join(lines) + "\n"


def _picture(figure: Figure, results: Sequence[Result]) -> str:
    """A bar a scenario, the longest as long as the line allows."""
    longest = max((figure.of(r) or 0 for r in results), default=0) or 1
    bars = [
        f"  {_name(r.scenario):16}{'█' * round(BAR * (figure.of(r) or 0) / longest):{BAR}} {_said(figure, r)}"
        for r in results
    ]
    return "\n".join([figure.words.strip(), *bars, ""])


def _said(figure: Figure, result: Result) -> str:
    value = figure.of(result)
    return (
        "–" if value is None else f"{value:.1f}{figure.unit}" if isinstance(value, float) else f"{value}{figure.unit}"
    )
