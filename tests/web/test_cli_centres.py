"""`centre check` and `centre load` as the operator meets them."""

from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select, update

from booking.domain.centre_changes import Change
from booking.domain.centres import Closure, Shift
from booking.domain.roster import Hours
from booking.store import models as m
from booking.store.db import reading, transaction
from booking.web.cli import centres as commands
from booking.web.cli import wording
from tests.centre_files import SMALL, changed

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def run(app, tmp_path):
    """Run a command on a file with this text; `{file}` in the expected output is its path."""
    file = tmp_path / "centre.toml"

    def run(command: str, text: str, *options: str, answer: str | None = None):
        file.write_text(text, encoding="utf-8")
        result = app.test_cli_runner().invoke(commands.centre, [command, str(file), *options], input=answer)
        return result.exit_code, result.output.replace(str(file), "FILE")

    return run


def phone(app) -> str | None:
    with app.app_context(), reading() as session:
        return session.scalar(select(m.Centre.phone))


NEW_PHONE = changed(('phone = "+49 30 23125 001"', 'phone = "+49 30 23125 009"'))
SHOWN = "~ centre here: phone +49 30 23125 001 → +49 30 23125 009\n"


def test_a_right_file_is_said_to_be_right(run):
    assert run("check", SMALL) == (0, "FILE: no mistakes.\n")


@pytest.mark.parametrize("command", ["check", "load"])
def test_every_mistake_is_named_with_file_line_and_key(run, app, command):
    code, said = run(command, changed(('law = "KDG"', 'law = "LAW"'), ("fte = 0.5", "fte = 5")))
    assert code == 1
    assert said.splitlines() == [
        'FILE:24: carrier[1].law: "LAW" is not known here. Known are DSGVO, KDG, DSG-EKD.',
        "FILE:113: staff[2].fte: Write a part of a full post, from 0 to 1.",
    ]
    assert phone(app) is None


def test_text_that_is_no_toml_has_a_line_and_no_key(run):
    assert run("check", "a = 1\nb = ]\n") == (1, "FILE:2: This is no TOML: Invalid value.\n")


def test_bytes_that_are_no_text_have_a_line_too(app, tmp_path):
    file = tmp_path / "old.toml"
    file.write_bytes(b"# \xfc\n")
    result = app.test_cli_runner().invoke(commands.centre, ["check", str(file)])
    assert result.exit_code == 1
    assert result.output == f"{tmp_path}/old.toml:1: This line is not UTF-8 text. Save the file as UTF-8.\n"


def test_a_file_that_is_not_there_is_said_plainly(app):
    result = app.test_cli_runner().invoke(commands.centre, ["check", "nowhere"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: nowhere cannot be read: No such file or directory. Shipped centres: balingen, ludwigsburg.\n"
    )


def test_a_shipped_centre_goes_by_its_slug(app):
    result = app.test_cli_runner().invoke(commands.centre, ["check", "balingen"])
    assert (result.exit_code, result.output.endswith("balingen.toml: no mistakes.\n")) == (0, True)


def test_an_empty_place_is_loaded_at_once(run, app):
    code, said = run("load", SMALL)
    assert code == 0
    assert said.splitlines()[0] == "+ centre here"
    assert "+ hours tue 11:00-13:00 walk_in" in said
    assert said.endswith("FILE: loaded.\n")
    assert phone(app) == "+49 30 23125 001"
    assert run("load", SMALL) == (0, "FILE: nothing to change.\n")


def test_a_centre_at_work_is_changed_only_after_a_yes(run, app):
    run("load", SMALL)
    question = "Change the centre so? [y/N]: "
    assert run("load", NEW_PHONE, answer="n\n") == (0, SHOWN + question + "n\nNothing was changed.\n")
    assert phone(app) == "+49 30 23125 001"
    assert run("load", NEW_PHONE, answer="y\n") == (0, SHOWN + question + "y\nFILE: loaded.\n")
    assert phone(app) == "+49 30 23125 009"


def test_yes_does_not_ask_and_a_dry_run_does_not_write(run, app):
    run("load", SMALL)
    assert run("load", NEW_PHONE, "--dry-run", "--yes") == (0, SHOWN + "Dry run: nothing was changed.\n")
    assert phone(app) == "+49 30 23125 001"
    assert run("load", NEW_PHONE, "--yes") == (0, SHOWN + "FILE: loaded.\n")
    assert phone(app) == "+49 30 23125 009"


def test_what_changes_while_the_question_stands_is_named_too(run, app, monkeypatch):
    run("load", SMALL)

    def confirm(_question: str) -> bool:
        with transaction(0) as session:
            session.execute(update(m.Centre).values(address="Elsewhere"))
        return True

    monkeypatch.setattr(commands.click, "confirm", confirm)
    code, said = run("load", NEW_PHONE)
    assert (code, said) == (0, SHOWN + "~ centre here: address Elsewhere → Gasse 1, Ort\nFILE: loaded.\n")


DAY = NOW.date()
SHIFT = Shift(0, time(8, 30), time(12, 30), date(2026, 1, 1), None, "talks", 1)
CLOSURE = Closure(DAY, DAY, None, "shut", None, None, "Feast")


def test_each_kind_of_change_has_its_line(capsys):
    commands._show(
        [
            Change("removed", "room", "r1"),
            Change("removed", "shift", "ada", None, SHIFT, None),
            Change("added", "shift", "ada", None, None, SHIFT._replace(kind="admin", every_weeks=2, valid_until=DAY)),
            Change("added", "shift", "ada", None, None, SHIFT._replace(kind="outreach", site="school")),
            Change("added", "hours", "", None, None, Hours(1, time(9), time(12), True, "alternating")),
            Change("removed", "hours", "", None, Hours(1, time(9), time(12), False), None),
            Change("removed", "closure", "", None, CLOSURE, None),
            Change(
                "added",
                "closure",
                "",
                None,
                None,
                CLOSURE._replace(carrier="red", kind="desk_only", starts=time(9), ends=time(12)),
            ),
            Change("left", "staff", "ben", "last_day", DAY, None),
            Change("changed", "staff", "ada", "rooms", ["r1", "r2"], []),
            Change("changed", "programme", "adult", "refer_to", None, "youth"),
            Change("kept", "staff", "ben", "last_day", None, NOW.date()),
            Change("kept", "carrier", "blue"),
            Change("kept", "staff", "ben", None, "password"),
            Change("kept", "appointment", "12345678", "shift", NOW, None),
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "- room r1",
        "- shift ada mon 08:30-12:30 valid_from=2026-01-01",
        "+ shift ada mon 08:30-12:30 admin every_weeks=2 valid_from=2026-01-01 valid_until=2027-03-01",
        "+ shift ada mon 08:30-12:30 outreach site=school valid_from=2026-01-01",
        "+ hours tue 09:00-12:00 walk_in alone=alternating",
        "- hours tue 09:00-12:00",
        '- closure 2027-03-01/2027-03-01 "Feast"',
        '+ closure 2027-03-01/2027-03-01 09:00-12:00 desk_only red "Feast"',
        "= staff ben: last_day stays 2027-03-01; the file does not say it",
        "~ staff ada: rooms r1, r2 → nothing",
        "~ programme adult: refer_to nothing → youth",
        "= staff ben: kept, ends: last_day nothing → 2027-03-01",
        "= carrier blue: kept as it is",
        "= staff ben: kept as it is, because it has a password; its last day is set on the team page",
        "= appointment 12345678, 2027-03-01 09:00: kept, though shift no longer fits",
    ]


def test_what_the_team_page_has_set_is_named_and_kept(run, app):
    run("load", SMALL)
    with app.app_context(), transaction(0) as session:
        session.execute(update(m.Staff).where(m.Staff.login == "lea").values(last_day=DAY))
    assert run("load", SMALL) == (
        0,
        "= staff lea: last_day stays 2027-03-01; the file does not say it\nFILE: nothing to change.\n",
    )


@pytest.fixture
def german(monkeypatch):
    """A terminal that is set to German."""
    monkeypatch.setenv("LANGUAGE", "de_DE:en")
    wording._catalogue.cache_clear()
    yield
    wording._catalogue.cache_clear()


def test_on_a_german_terminal_it_is_said_in_german(run, german):
    assert run("check", changed(("fte = 0.5", "fte = 5"), ("min_present = 1\n", "")))[1].splitlines() == [
        "FILE:1: centre: „min_present“ fehlt.",
        "FILE:112: staff[2].fte: Bitte den Anteil einer vollen Stelle angeben, von 0 bis 1.",
    ]
    run("load", SMALL)
    assert run("load", NEW_PHONE, "--dry-run")[1].endswith("Nur zur Ansicht: Es wurde nichts geändert.\n")


def test_a_lead_kept_by_name_is_not_said_to_be_gone(run, app):
    run("load", SMALL)
    without = SMALL[: SMALL.index('[[staff]]\nlogin = "lea"')].replace('name = "Ada"', 'name = "Ada M."')
    assert run("load", without, "--yes")[1].splitlines() == [
        "~ staff ada: name Ada → Ada M.",
        "= staff lea: kept as it is, because leads and administrators run the house",
        "FILE: loaded.",
    ]
    with app.app_context(), reading() as session:
        assert session.scalar(select(func.count()).select_from(m.Staff)) == 3
