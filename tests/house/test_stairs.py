"""The stairs only go down, and no room of a floor leads into its neighbour."""

import ast
import sys

import pytest

from tests.house.source import imports, modules

FLOORS = ("domain", "store", "gateways", "services", "web")
MAY_IMPORT = {
    "domain": {"domain"},
    "store": {"domain", "store"},
    "gateways": {"domain", "gateways", "config"},
    "services": {"domain", "store", "gateways", "services"},
    "web": {"domain", "services", "web", "config", "clock"},
}
# What the floors need of the frame of the house, each with its reason.
ALSO = {
    "booking.web.cli": {"create_app"},  # the console command makes the application
    "booking.web.cli.doctor": {"create_app"},
    "booking.web.cli.practice": {"create_app", "gateways"},  # rehearsed messages go to the rehearsal's gateway
    "booking.web.cli.safekeeping": {"create_app"},
    "booking.web.cli.serve": {"create_app"},
    "booking.web.serving": {"create_app", "gateways"},  # the process chooses its gateway once
    "booking.web.rehearsal": {"gateways"},
    "booking.web.practice": {"gateways"},
}

# The solver has its reason in the README, and one module.
SOLVER = {"booking.domain.cover_solver": {"highspy"}}


def floor(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "booking"


def climbs(name: str, tree: ast.AST) -> list[str]:
    """What a module imports that its floor may not."""
    allowed = MAY_IMPORT.get(floor(name), set()) | ALSO.get(name, set())
    wrong = []
    for wanted in imports(tree):
        if not wanted.startswith("booking"):
            known = sys.stdlib_module_names | SOLVER.get(name, set())
            if floor(name) == "domain" and wanted.split(".")[0] not in known:
                wrong.append(wanted)
        elif (floor(wanted) not in allowed and wanted not in {"booking", f"booking.{floor(name)}"}) or (
            wanted == "booking.clock" and floor(name) != "web"
        ):
            wrong.append(wanted)
    return wrong


@pytest.mark.parametrize("name", [name for name in modules() if floor(name) in FLOORS])
def test_a_module_imports_from_its_own_floor_and_below(name):
    assert climbs(name, modules()[name]) == []


def service(name: str) -> bool:
    return name.startswith("booking.services.") and not name.startswith("booking.services.steps")


@pytest.mark.parametrize("name", [name for name in modules() if service(name)])
def test_services_do_not_import_each_other(name):
    others = {other for other in modules() if service(other) and other != name}
    assert others & set(imports(modules()[name])) == set()


def test_blueprints_do_not_import_blueprints():
    blueprints = {n for n, tree in modules().items() if "Blueprint" in ast.dump(tree) and n != "booking.web.wiring"}
    blueprints -= {"booking.web.doors", "booking.web.api"}
    assert len(blueprints) > 5
    for name in blueprints:
        assert (blueprints - {name}) & set(imports(modules()[name])) == set(), name


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("booking.domain.queue", "import sqlalchemy"),
        ("booking.domain.cover", "import highspy"),
        ("booking.domain.queue", "from booking.store import models"),
        ("booking.store.roster", "from booking.services import calls"),
        ("booking.gateways.ics", "from booking.store import db"),
        ("booking.services.calls", "from booking import clock"),
        ("booking.services.calls", "from booking.web import desk"),
        ("booking.web.desk", "from booking.store import tickets"),
    ],
)
def test_the_check_sees_a_climb(name, source):
    assert climbs(name, ast.parse(source))
