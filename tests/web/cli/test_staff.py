"""`anlaufstelle staff`: the first accounts, and a way back in."""

import re


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


def test_a_refusal_is_said_with_what_it_is_about(installed):
    installed.fill()
    done = installed.run("staff", "add", "ludwigsburg", "--login", "lead", "--name", "L", "--role", "lead")
    assert done.exit_code == 2
    assert "login-taken" in done.stderr
