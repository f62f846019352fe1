"""`anlaufstelle staff`: the first accounts, and a way back in."""

import re
from inspect import getsource

import pytest

from booking.domain import staff as staff_rules
from booking.services.steps import accounts
from booking.web.cli.staff import REFUSED as REFUSALS


def test_a_new_account_gets_a_link_and_another_when_it_lost_its_password(installed):
    installed.fill()
    done = installed.run("staff", "add", "ludwigsburg", "--login", "chef", "--name", "Chris", "--role", "lead",
                     "--secret-since", "2020-01-01", PUBLIC_URL="https://termine.example.org/")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert re.search(r"https://termine\.example\.org/sign-in/\S{22,}$", done.output.strip())
    assert "Without --secret-since" not in done.output
    assert "/sign-in/" in installed.run("staff", "link", "ludwigsburg", "chef").output


def test_an_account_without_the_commitment_is_told_so(installed):
    installed.fill()
    done = installed.run("staff", "add", "ludwigsburg", "--login", "empfang", "--name", "E", "--role", "receptionist")
    assert "Without --secret-since nobody can sign in" in done.output


def test_unknown_names_are_answered_with_the_known_ones(installed):
    installed.fill()
    for arguments in (("ludwigsburg", "nobody"), ("nowhere", "lead")):
        done = installed.run("staff", "link", *arguments)
        assert done.exit_code == 1
        assert "Centres: ludwigsburg." in done.stderr


def test_who_may_sign_in_later_is_told_from_when(installed):
    installed.fill()
    done = installed.run("staff", "add", "ludwigsburg", "--login", "chef", "--name", "C", "--role", "lead",
                     "--secret-since", "2999-01-01")  # fmt: skip
    assert "She can sign in from 2999-01-01 on." in done.output
    assert "anlaufstelle staff link ludwigsburg chef" in done.output


REFUSED = {
    "a login that is taken": (["--login", "lead"], "--login: Somebody has this login", "staff link ludwigsburg lead"),
    "a login that cannot be": (["--login", "Two words"], "--login: A login has", "2 to 40"),
    "no name": (["--name", " "], "--name: Say what", "call her"),
    "a very long name": (["--name", "N" * 81], "--name: Please", "shorter"),
    "a counsellor of nobody": (["--role", "counsellor"], "--carrier: A counsellor belongs", "one of caritas."),
    "an unknown carrier": (["--carrier", "red"], "--carrier: This centre", "one of caritas."),
}


@pytest.mark.parametrize(("options", "what", "way_on"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_a_sentence_with_the_way_on(installed, options, what, way_on):
    installed.fill()
    given = ["--login", "chef", "--name", "C", "--role", "lead", *options]  # the last of an option counts
    done = installed.run("staff", "add", "ludwigsburg", *given)
    assert done.exit_code == 2
    assert what in done.stderr
    assert way_on in done.stderr


def test_every_refusal_of_a_new_account_has_its_sentence():
    raised = {name for step in (accounts, staff_rules) for name in re.findall(r'"([a-z]+-[a-z-]+)"', getsource(step))}
    assert {name for name in raised if name.startswith(("login-", "name-", "carrier-"))} <= set(REFUSALS)
