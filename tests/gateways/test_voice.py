"""espeak-ng is asked politely, and its absence or its failure is no failure of ours."""

import stat

import pytest

from booking.gateways import voice

# Lists two voices, and makes a "sound" of what it was asked to say.
SCRIPT = """#!/bin/sh
if [ "$1" = --voices ]; then
  echo "Pty Language Age/Gender VoiceName File Other"
  echo " 5  de  --/M German gmw/de"; echo " 5  ar --/M Arabic sem/ar"
else printf 'RIFF %s|' "$*"; cat; fi
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """What stands for espeak-ng; nothing, until something is written there."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(voice, "PROGRAM", "espeak-of-the-tests")
    voice.languages.cache_clear(), voice.spoken.cache_clear()
    yield tmp_path / "espeak-of-the-tests"
    voice.languages.cache_clear(), voice.spoken.cache_clear()


def write(path, script):
    path.write_text(script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def test_without_the_program_nobody_speaks(program):
    assert voice.languages() == frozenset()
    assert voice.spoken("de", "Nummer 0 1 4.") == b""


def test_words_go_in_by_the_back_door_and_a_sound_comes_out(program):
    write(program, SCRIPT)
    assert voice.languages() == {"de", "ar"}
    said = voice.spoken("ar", "-- الرقم 0 1 4").decode()
    assert said == "RIFF -v ar -s 130 --stdin --stdout|-- الرقم 0 1 4"


def test_a_program_that_fails_makes_no_sound(program):
    write(program, "#!/bin/sh\nexit 3\n")
    assert voice.languages() == frozenset()
    assert voice.spoken("de", "x") == b""
