"""Measure both databases, and print one table. `--quick` only shows that everything runs."""

import argparse
import resource
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Flask

from booking import create_app
from booking.services import installation
from tests import machine
from tests.bench import centre
from tests.bench.client import Client
from tests.bench.measures import FULL, QUICK, Bench, Size
from tests.bench.screens import Screens
from tests.bench.server import Served, configured
from tests.bench.table import Row, table
from tests.conftest import fresh_postgres, worker_name

THREADS_BESIDE_SCREENS = 40
FILES = 8192


def main() -> None:
    arguments = argparse.ArgumentParser(prog="make bench", description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a few rounds and screens, to see that it runs")
    size = QUICK if arguments.parse_args().quick else FULL
    _allow_many_sockets()
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'bench.db'}"}
        if machine.has_postgres():
            urls["PostgreSQL"] = fresh_postgres(f"anlaufstelle_bench_{worker_name()}")
        measured = {name: list(_rows(name, url, size)) for name, url in urls.items()}
    print("\nOne gunicorn worker with threads, over the JSON door; 12 counsellors, 21 days, 60 waiting.\n")
    print(table(measured))
    if "PostgreSQL" not in urls:
        print(f"\nLEFT OUT: PostgreSQL does not answer at {machine.POSTGRES_URL}.")


def _rows(name: str, url: str, size: Size) -> Iterator[Row]:
    app = create_app(configured(url))
    with app.app_context():
        installation.prepare(practice=False)
        cast = centre.build(max(size.screens))
    with Served(url, max(size.screens) + THREADS_BESIDE_SCREENS) as served:
        screens = Screens(served.port)
        bench = Bench(Client(served.port), cast.centre, size)
        for row in bench.rows(partial(_fill, app, cast), partial(_settle, app, cast), screens):
            took = f"{row.samples.median * 1000:.1f} ms, {row.samples.by_hello:.1f} × hello"
            print(f"{name}: {row.what}: {took}", file=sys.stderr, flush=True)
            yield row
        screens.close()
        if screens.closed:
            print(f"{name}: {screens.closed} times a screen lost its socket and connected again", file=sys.stderr)


def _fill(app: Flask, cast: centre.Cast, total: int) -> None:
    with app.app_context():
        centre.fill(cast, total)
        installation.disconnect()


def _settle(app: Flask, cast: centre.Cast, count: int) -> None:
    with app.app_context():
        centre.settle(cast, count)
        installation.disconnect()


def _allow_many_sockets() -> None:
    """For this process and the server, which inherits it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
