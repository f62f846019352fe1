"""The simulation from the command line: a table and a few pictures, the same for the same seed."""

from datetime import date

from click.testing import CliRunner

from booking.web.cli import cli
from booking.web.cli.simulate import FIGURES, _next_monday


def run(*arguments):
    return CliRunner().invoke(cli, ["simulate", *arguments])


def test_a_table_and_pictures_of_four_scenarios():
    found = run("--first", "2027-01-11", "--weeks", "1", "--bookings", "6", "--walk-ins", "8")
    assert found.exit_code == 0
    assert "ludwigsburg, 1 weeks from 2027-01-11, seed 1" in found.stdout
    assert all(figure.words in found.stdout for figure in FIGURES)
    assert found.stdout.count("pooled, no rule") == 1 + 4
    assert "█" in found.stdout


def test_the_same_seed_prints_the_same():
    arguments = ("balingen", "--first", "2027-01-11", "--weeks", "1", "--bookings", "3", "--walk-ins", "0")
    first = run(*arguments)
    assert first.stdout == run(*arguments).stdout
    assert "–" in first.stdout


def test_without_a_day_it_begins_on_a_monday():
    assert [_next_monday(date(2027, 3, day)) for day in (1, 2, 7)] == [
        date(2027, 3, 1), date(2027, 3, 8), date(2027, 3, 8),
    ]  # fmt: skip


def test_a_file_that_is_not_there_is_said():
    assert run("nowhere.toml").exit_code != 0
