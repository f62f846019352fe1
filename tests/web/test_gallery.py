"""Every page and component with invented data, without a browser: whole, light, and never on a real installation."""

import gzip
import re
import tomllib
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from booking import create_app
from booking.config import ROOT, Config
from booking.web.samples import PAGES

pytestmark = pytest.mark.one_database

ADDRESSES = ["", "/staff", *(f"/{name}" for name in PAGES)]
LIVE = [name for name, (file, _) in PAGES.items() if file in ("desk/desk.html", "calls/calls.html")]
FIRST_PAGE_BYTES = 14 * 1024
# What people read or press: ink on what it lies on.
PAIRS = (
    ("ink", "paper"), ("ink", "card"), ("ink", "tint"), ("ink", "warn-tint"), ("ink", "bad-tint"), ("ink", "good-tint"),
    ("quiet", "paper"), ("quiet", "card"), ("link", "paper"), ("link", "card"), ("link", "tint"), ("on-deep", "deep"),
    ("on-deep", "deeper"), ("on-honey", "honey"), ("warn", "warn-tint"), ("warn", "card"), ("bad", "bad-tint"),
    ("bad", "card"), ("bad", "paper"), ("on-bad", "bad"), ("good", "card"), ("good", "good-tint"),
)  # fmt: skip
SEEN = (("edge", "card"), ("edge", "paper"), ("deep", "card"), ("focus", "paper"), ("focus", "card"))
NEWER_THAN_2017 = re.compile(r"\?\.[a-zA-Z(\[]|\?\?|catch\s*\{|\{\s*\.\.\.|\*\*=|for await|#\w+\s*[=(]")


class Outline(HTMLParser):
    """What a page is made of: its ids, and what refers to ids, files and signs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.refers: set[str] = set()
        self.files: set[str] = set()
        self.html: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "html":
            self.html = found
        if found.get("id"):
            self.ids.append(found["id"] or "")
        for name in ("for", "aria-labelledby", "aria-describedby", "data-opens"):
            self.refers.update((found.get(name) or "").split())
        self.files.update(v for v in (found.get("src"), found.get("href")) if v and v.startswith("/static/"))


def made(folder: Path, *, testing: bool) -> Flask:
    """The gallery asks no database; this one stays empty."""
    url = f"sqlite:///{folder / 'empty.db'}"
    return create_app(Config(secret_key="gallery-" + "0" * 40, database_url=url, testing=testing, limits=False))


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Flask:
    return made(tmp_path_factory.mktemp("gallery"), testing=True)


@pytest.fixture
def look(gallery):
    def open_page(address: str, language: str = "de") -> str:
        answer = gallery.test_client().get(f"/gallery{address}?language={language}")
        assert answer.status_code == 200, address
        return answer.text

    return open_page


@pytest.mark.parametrize("language", ["de", "en", "ar"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_is_whole(look, address, language):
    page = Outline(look(address, language))
    assert (page.html["lang"], page.html["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    assert len(page.ids) == len(set(page.ids))
    assert page.refers <= set(page.ids)
    signs = (ROOT / "static/pictograms.svg").read_text(encoding="utf-8")
    for file in page.files:
        parts = urlsplit(file)
        assert (ROOT / parts.path.lstrip("/")).is_file(), file
        assert not parts.fragment or f'id="{parts.fragment}"' in signs, file


@pytest.mark.parametrize(
    "name", [n for n, (file, _) in PAGES.items() if file in ("desk/desk.html", "calls/calls.html")]
)
def test_the_live_part_is_the_one_of_the_page(look, gallery, name):
    part = Outline(gallery.test_client().get(f"/gallery/{name}/now?language=de").text)
    assert part.ids
    assert set(part.ids) <= set(Outline(look(f"/{name}")).ids)


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_the_samples_are_called_as_in_the_file_of_the_centre(look, language):
    centre = tomllib.loads((ROOT / "booking/centres/ludwigsburg.toml").read_text(encoding="utf-8"))
    page = unescape(look("/topics", language))
    for named in (centre["centre"], *centre["topic"]):
        assert named["name"][language] in page


def test_an_unknown_page_is_not_found(gallery):
    assert gallery.test_client().get("/gallery/nothing").status_code == 404
    assert gallery.test_client().get("/gallery/nothing/now").status_code == 404


def test_the_first_page_is_light(look):
    """As sent: page, styles and script, each compressed."""
    page = look("/topics")
    files = [ROOT / urlsplit(f).path.lstrip("/") for f in Outline(page).files if f.endswith((".css", ".js"))]
    sizes = [len(gzip.compress(content)) for content in (page.encode(), *(file.read_bytes() for file in files))]
    assert len(sizes) == 5
    assert sum(sizes) <= FIRST_PAGE_BYTES


def test_a_real_installation_has_no_gallery(tmp_path):
    assert "gallery" not in made(tmp_path, testing=False).blueprints


# ── colours ───────────────────────────────────────────────────────────────────────────────────────────────────────


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6})\b", block))


def themes() -> list[dict[str, str]]:
    """Light, dark by the system's wish, dark by choice."""
    sheet = (ROOT / "static/base.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root[^{,]*\{([^}]*--paper[^}]*)\}", sheet)
    assert len(blocks) == 3
    return [tokens(block) for block in blocks]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_right():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("pair", PAIRS, ids=" on ".join)
def test_what_is_read_stands_out_seven_times(pair):
    for theme in themes():
        assert contrast(theme[pair[0]], theme[pair[1]]) >= 7, pair


@pytest.mark.parametrize("pair", SEEN, ids=" on ".join)
def test_borders_and_focus_stand_out_three_times(pair):
    for theme in themes():
        assert contrast(theme[pair[0]], theme[pair[1]]) >= 3, pair


def test_the_dark_theme_is_the_same_by_wish_and_by_choice():
    _light, wished, chosen = themes()
    assert wished == chosen


# ── scripts ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["live.js", "screen.js", "pairing.js"])
def test_a_screens_script_runs_in_old_televisions(name):
    text = re.sub(r"//.*", "", (ROOT / "static" / name).read_text(encoding="utf-8"))
    assert NEWER_THAN_2017.findall(text) == []


@pytest.mark.parametrize("text", ["a?.b", "a ?? b", "try {} catch {}", "({...a})", "a **= 2"])
def test_newer_script_is_noticed(text):
    assert NEWER_THAN_2017.search(text)


def sentences(script: str) -> list[str]:
    """Texts of three words or more."""
    code = re.sub(r"^\s*//.*$", "", script, flags=re.M)
    return re.findall(r"[\"'`]([A-Za-z]+[ ,]+[a-z]+[ ,]+[a-z][^\"'`\n]*)", code)


@pytest.mark.parametrize("path", sorted((ROOT / "static").glob("*.js")), ids=lambda path: path.name)
def test_scripts_hold_no_words_for_people(path):
    """Sentences come from the page, in its language."""
    assert sentences(path.read_text(encoding="utf-8")) == []


def test_words_in_a_script_are_noticed():
    assert sentences('show("No connection since noon")') == ["No connection since noon"]
