"""The README tells the truth: commands, variables, packages, rooms."""

import re
import tomllib

import pytest

from booking.web.cli import cli
from tests.house.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def names(section: str) -> str:
    """The text of one section of the README."""
    return README.split(f"## {section}\n", 1)[1].split("\n## ", 1)[0]


def test_every_make_command_is_there_and_described():
    described = set(re.findall(r"^(?:\| `)?make ([a-z]+)(?:`| )", README, re.M))
    made = set(re.findall(r"^([a-z]+):.*##", MAKEFILE, re.M)) - {"help"}
    assert described == made


def test_every_console_command_is_described():
    for command in cli.commands:
        assert f"anlaufstelle {command}" in README or f"`{command} FILE`" in README, command


def test_every_variable_is_described():
    read = set(re.findall(r'"([A-Z][A-Z_]{3,})"', (ROOT / "booking/config.py").read_text(encoding="utf-8")))
    assert {name for name in read if f"`{name}`" not in README} == set()
    assert "SECRET_KEY" in read


def test_every_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(p for extra in project["optional-dependencies"].values() for p in extra)]
    table = names("Dependencies")
    packages = {re.split(r"[>=<\[; ]", package)[0] for package in wanted} - {"anlaufstelle"}
    assert {p for p in packages if not re.search(rf"[|, ]{re.escape(p)}[|, ]", table)} == set()


@pytest.mark.parametrize("floor", ["domain", "store", "gateways", "services", "web"])
def test_every_room_is_on_the_map(floor):
    rooms = {path.stem for path in (ROOT / "booking" / floor).glob("*.py")} - {"__init__", "models", "db", "errors"}
    known = set(re.findall(r"[a-z_]+", names("The map of the house")))
    known |= {f"centre{part}" for part in ("_keys", "_values", "_texts", "_checks", "_changes")}
    known |= {f"cover{part}" for part in ("_values", "_solver", "_check")}
    furniture = {"forms", "headers", "samples", "i18n", "practice", "sms", "ics", "festivals", "phones", "passwords"}
    assert rooms - known - furniture - {"centre_files", "qr"} == set()


def test_the_top_level_holds_what_is_prescribed():
    allowed = {
        "pyproject.toml", "booking", "translations", "templates", "static", "tests", "wsgi.py", "README.md", "LICENSE",
        "CHANGELOG.md", ".ci", ".gitignore", "requirements.txt", "requirements-dev.txt", "Makefile", "deploy",
    }  # fmt: skip
    tracked = {path.name for path in ROOT.iterdir()} - {".git", ".venv", "data"}
    assert {name for name in tracked if not name.startswith((".", "__"))} <= {n for n in allowed if n[0] != "."}


def test_the_lock_files_name_no_place():
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert re.search(r"https?://|file:|^--", text, re.M) is None
