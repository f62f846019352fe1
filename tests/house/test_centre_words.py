"""What a centre's file is told stands above the domain: there are kinds and values below, a sentence for each above."""

import ast
import re

import pytest

from booking import create_app
from booking.config import Config
from booking.domain.centre_keys import RESERVED
from booking.web.cli.wording import MISTAKES
from tests.conftest import SECRET
from tests.house.source import modules

SENTENCE = re.compile(r"[A-Za-z“„]\w*,? [a-z]\w*,? .*[a-z]")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
DOMAIN = [name for name in modules() if name.startswith("booking.domain")]


def sentences(tree: ast.AST) -> list[str]:
    """Texts of three words or more that are no docstring."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documents = {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, documented)
                 and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    texts = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [node.value for node in texts if id(node) not in documents and SENTENCE.match(node.value)]


def mistakes(tree: ast.AST) -> list[tuple[str, set[str]]]:
    """Each kind that the code names, with the values it gives."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("say", "Wrong"):
            kind, values = node.args[0], {word.arg for word in node.keywords if word.arg}
            found += [(kind.value, values)] if isinstance(kind, ast.Constant) else []
    return found


@pytest.mark.parametrize("name", DOMAIN)
def test_the_domain_has_no_sentences(name):
    assert sentences(modules()[name]) == []


def test_a_sentence_would_be_found():
    assert sentences(ast.parse('def f():\n    """What it does for you."""\n    return "This is not known."')) == [
        "This is not known."
    ]


def test_every_mistake_has_a_sentence_that_names_its_values():
    found = [one for name in DOMAIN for one in mistakes(modules()[name])]
    assert len(found) > 30
    wrong = [(kind, values) for kind, values in found if values != set(PLACEHOLDER.findall(MISTAKES.get(kind, "?")))]
    assert wrong == []


def test_no_centre_can_be_called_like_an_address_of_the_program(tmp_path):
    """The first part of every address, in a practice installation and in tests, which have the most."""
    config = Config(SECRET, f"sqlite:///{tmp_path / 'empty.db'}", practice=True, testing=True)
    first = {rule.rule.split("/")[1] for rule in create_app(config).url_map.iter_rules()}
    assert {part for part in first if part and not part.startswith("<")} | {"socket.io"} <= RESERVED
