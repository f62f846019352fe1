"""The samples in deploy/ name what exists: commands, options, variables."""

import re
import shlex

import pytest

from booking.web.cli import cli

UNITS = ("anlaufstelle", "anlaufstelle-worker", "anlaufstelle-backup")


def test_the_sample_names_every_variable_and_no_other(root):
    source = (root / "booking/config.py").read_text()
    read = set(re.findall(r'\(env, "([A-Z_]+)"', source)) | set(re.findall(r'env\.get\("([A-Z_]+)"', source))
    named = set(re.findall(r"^#?([A-Z_]+)=", (root / "deploy/env.sample").read_text(), re.MULTILINE))
    assert named == read
    assert "SECRET_KEY" in named


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_runs_a_command_there_is(root, unit):
    (line,) = re.findall(r"^ExecStart=(.+)$", (root / f"deploy/{unit}.service").read_text(), re.MULTILINE)
    program, name, *arguments = shlex.split(line)
    assert program.endswith("/.venv/bin/anlaufstelle")
    with cli.commands[name].make_context(name, arguments):
        pass  # click has read the arguments


def test_the_proxy_sample_asks_where_serve_listens(root):
    port = next(option.default for option in cli.commands["serve"].params if option.name == "port")
    asked = set(re.findall(r"proxy_pass http://(\S+);", (root / "deploy/nginx.conf").read_text()))
    assert asked == {f"127.0.0.1:{port}"}


def test_the_proxy_sample_compresses_what_is_served(root, client):
    (line,) = re.findall(r"gzip_types (.+);", (root / "deploy/nginx.conf").read_text())
    compressed = {"text/html", *line.split()}  # nginx always compresses that
    served = {client.get(f"/static/{name}").mimetype for name in ("base.css", "live.js", "pictograms.svg")}
    assert served | {client.get("/livez").mimetype, client.get("/").mimetype} <= compressed


def test_the_proxy_sample_logs_no_private_link(root, shared_app):
    (pattern,) = re.findall(r'"~\*(.+)" 0;', (root / "deploy/nginx.conf").read_text())
    rules = [rule for rule in shared_app.url_map.iter_rules() if rule.arguments & {"link", "token"}]
    assert len(rules) > 3
    logged = [rule.rule for rule in rules if not re.search(pattern, rule.rule, re.IGNORECASE)]
    assert logged == []
    assert not re.search(pattern, "/ludwigsburg/de/", re.IGNORECASE)
