"""Words spoken aloud by espeak-ng, where it is installed. Without it there are no voices, and all else works."""

import shutil
import subprocess
from functools import cache, lru_cache

PROGRAM = "espeak-ng"
LONGEST_SECONDS = 5
WORDS_A_MINUTE = 130


@cache
def languages() -> frozenset[str]:
    """The languages it has a voice for, as it names them: de, ar, fa …"""
    program = shutil.which(PROGRAM)
    if program is None:
        return frozenset()
    lines = _run([program, "--voices"], b"").decode(errors="replace").splitlines()[1:]
    return frozenset(line.split()[1] for line in lines if len(line.split()) > 1)


@lru_cache(maxsize=256)
def spoken(language: str, words: str) -> bytes:
    """A sound (WAV); empty if it could not be made."""
    command = [shutil.which(PROGRAM) or PROGRAM, "-v", language, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout"]
    return _run(command, words.encode())


def _run(command: list[str], words: bytes) -> bytes:
    try:
        found = subprocess.run(command, input=words, capture_output=True, timeout=LONGEST_SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return b""
    return found.stdout
