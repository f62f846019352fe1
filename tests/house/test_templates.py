"""Templates and static files: nothing inline, nothing from elsewhere, autoescaping on, logical sides only."""

import re

import pytest

from tests.house.source import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").glob("*.css"))
SCRIPTS = sorted((ROOT / "static").glob("*.js"))
INLINE = re.compile(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|<script(?![^>]*\ssrc=)|javascript:", re.I)
ELSEWHERE = re.compile(r"(?:src|href)=[\"']?(?:https?:)?//|url\([\"']?(?:https?:)?//|@import|from [\"']https?:", re.I)
UNSAFE = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
PHYSICAL = re.compile(
    r"(?:^|[\s;{])(?:margin|padding|border|inset)-(?:left|right)|(?:^|[\s;{])(?:left|right)\s*:|"
    r"text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right)",
    re.M,
)


def faults(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match.group(0).strip() for match in pattern.finditer(text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_clean(path):
    text = path.read_text(encoding="utf-8")
    assert faults(INLINE, text) + faults(ELSEWHERE, text) + faults(UNSAFE, text) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_knows_no_left_and_right(path):
    text = path.read_text(encoding="utf-8")
    assert faults(PHYSICAL, text) + faults(ELSEWHERE, text) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_stays_in_the_house(path):
    text = path.read_text(encoding="utf-8")
    assert faults(ELSEWHERE, text) == []
    assert "innerHTML" not in text
    assert "eval(" not in text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (INLINE, '<p style="x">'),
        (INLINE, "<button onclick='x()'>"),
        (INLINE, "<script>x</script>"),
        (ELSEWHERE, '<link href="https://fonts.example/x">'),
        (UNSAFE, "{{ name|safe }}"),
        (PHYSICAL, "p { margin-left: 1em }"),
    ],
)
def test_the_checks_can_fail(pattern, text):
    assert faults(pattern, text)
