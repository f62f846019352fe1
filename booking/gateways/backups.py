"""Backup files: written beside their place, read back, and only then given their name, with a manifest beside them.

SQLite: a copy of the file. PostgreSQL: pg_dump's own format, through pg_dump and pg_restore.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

_COPY = re.compile(r'COPY (?:\w+\.)?"?(\w+)"? \(')
SUFFIXES = {"sqlite": ".sqlite", "postgresql": ".dump"}


class BackupFailed(Exception):
    """The text says what was wrong; nothing was left behind."""


class Manifest(NamedTuple):
    """`database`: "sqlite" or "postgresql"; `rows` by table; `erased`: surrogates that a restore must erase again."""

    database: str
    taken_at: datetime
    rows: dict[str, int]
    erased: list[str]
    sha256: str


class Server(NamedTuple):
    """A PostgreSQL database. The password goes through the environment: a command line can be read by everybody."""

    url: str
    password: str | None


@contextmanager
def new_file(folder: Path, taken_at: datetime, database: str) -> Iterator[tuple[Path, Path]]:
    """The empty file to write to, readable by its owner alone, and the name it will have; removed if all fails."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = folder / f"anlaufstelle-{taken_at:%Y%m%dT%H%M%SZ}{SUFFIXES[database]}"
    if final.exists():
        raise BackupFailed(f"{final} exists already")
    part = final.with_name(f".{final.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        yield part, final
    finally:
        part.unlink(missing_ok=True)


def seal(part: Path, final: Path, manifest: Manifest) -> None:
    """Give the verified file its name. Its manifest comes last: a file without one is no backup."""
    _flush(part)
    os.replace(part, final)
    beside = _manifest_of(final)
    temporary = beside.with_name(f".{beside.name}.part")
    content = {**manifest._asdict(), "taken_at": manifest.taken_at.isoformat()}
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    _flush(temporary)
    os.replace(temporary, beside)
    _flush(final.parent)


def opened(file: Path) -> Manifest:
    """The manifest of a backup whose content is what it was. Refusal: BackupFailed."""
    manifest = _read(_manifest_of(file))
    if not file.is_file():
        raise BackupFailed(f"{file} does not exist")
    if digest(file) != manifest.sha256:
        raise BackupFailed(f"{file} is not what was written: its checksum differs from the manifest's")
    return manifest


def erased_beside(file: Path) -> set[str]:
    """Who was erased, as far as any backup in the same folder knows: later ones know of later erasures."""
    return {surrogate for beside in file.parent.glob("anlaufstelle-*.json") for surrogate in _read(beside).erased}


def digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def rows_in_sqlite(file: Path) -> dict[str, int]:
    """How many rows each table has, after SQLite's own check of the whole file."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        try:
            wrong = copy.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise BackupFailed(f"SQLite cannot read the copy: {error}") from error
        if wrong != [("ok",)]:
            raise BackupFailed(f"SQLite finds the copy damaged: {wrong[0][0]}")
        tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        names = sorted(name for (name,) in tables)
        return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def rows_in_dump(file: Path) -> dict[str, int]:
    """How many rows each table has, by reading all of the dump as a restore would."""
    found: dict[str, int] = {}
    table = None
    for line in _lines(["pg_restore", "--data-only", "--file=-", str(file)]):
        if table is None:
            table = start.group(1) if (start := _COPY.match(line)) else None
            found.update({table: 0} if table else {})
        elif line == "\\.\n":
            table = None
        else:
            found[table] += 1
    return dict(sorted(found.items()))


def dump(server: Server, snapshot: str, file: Path) -> None:
    _run(
        ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}",
         f"--dbname={server.url}"], server.password,
    )  # fmt: skip


def fill_postgres(server: Server, file: Path) -> None:
    """All or nothing, into a database without tables."""
    _run(
        ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges",
         f"--dbname={server.url}", str(file)], server.password,
    )  # fmt: skip


def fill_sqlite(target: Path, file: Path) -> None:
    """`target` must not exist, nor what an earlier database may have left beside it: SQLite would play it back."""
    for there in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm", "-journal"))):
        if there.exists():
            raise BackupFailed(f"{there} exists: move it away first")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    shutil.copyfile(file, target)
    _flush(target)


def _manifest_of(file: Path) -> Path:
    return file.with_suffix(".json")


def _read(beside: Path) -> Manifest:
    try:
        content = json.loads(beside.read_text(encoding="utf-8"))
        return Manifest(**{**content, "taken_at": datetime.fromisoformat(content["taken_at"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BackupFailed(f"{beside} is missing or no manifest of a backup") from error


def _run(command: list[str], password: str | None = None) -> None:
    for _ in _lines(command, password):
        pass


def _lines(command: list[str], password: str | None = None) -> Iterator[str]:
    """What a command of PostgreSQL says, line by line: a dump may be larger than the memory."""
    env = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as words:
        try:
            running = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=words, encoding="utf-8")  # noqa: S603
        except FileNotFoundError as error:
            raise BackupFailed(f"{command[0]} is not installed (Debian: sudo apt install postgresql-client)") from error
        with running:
            yield from running.stdout or ()
        if running.returncode != 0:
            words.seek(0)
            raise BackupFailed(_complaint(command[0], words))


def _complaint(name: str, words: Iterable[str]) -> str:
    """The first error alone: what PostgreSQL says besides, of where it was, quotes rows (S29)."""
    first = next((line.strip() for line in words if "error:" in line), "")
    return first or f"{name} failed"


def _flush(path: Path) -> None:
    """Onto the disk, so that a power cut after the rename leaves no empty file."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
