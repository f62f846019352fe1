"""Lines of TOML, files by path or slug, and regions."""

import tomllib
from collections.abc import Iterator

import pytest

from booking.domain.centres import BadCentre, Mistake
from booking.gateways import centre_files
from booking.gateways.centre_files import known_region, parse, shipped, source

ODD = '''\
# a comment with a = 1 and [brackets]
plain = 1
"quoted.key".sub = "x # no comment" # a comment
inline = { a = [1, 2], "b" = 'it' }
long = """
a = "not a key"
[not.a.table]
""\\" """"" # two quotes, then the end
list = [
  # comment ] }
  { a = 1, b = "]" }, # and } here
  [ 2027-01-01 10:00:00,
    3 ],
]

[one . two]
a.b.c = true
[[many]]
name = 1
[[many.deep]]
text = \'\'\'
line ' \'\'\'
[[many.deep]]
[[many]]
[[many.deep]]
here = ""
[many.table]
end = []
'''
WHERE = {
    ("plain",): 2,
    ("quoted.key",): 3,
    ("quoted.key", "sub"): 3,
    ("inline", "a", 1): 4,
    ("inline", "b"): 4,
    ("long",): 5,
    ("list",): 9,
    ("list", 0): 11,
    ("list", 0, "b"): 11,
    ("list", 1, 0): 12,
    ("list", 1, 1): 13,
    ("one", "two"): 16,
    ("one", "two", "a", "b", "c"): 17,
    ("many",): 18,
    ("many", 0): 18,
    ("many", 0, "deep", 0, "text"): 21,
    ("many", 0, "deep", 1): 23,
    ("many", 1): 24,
    ("many", 1, "deep", 0): 25,
    ("many", 1, "deep", 0, "here"): 26,
    ("many", 1, "table"): 27,
    ("many", 1, "table", "end"): 28,
}


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


def test_every_way_of_writing_toml_has_its_line():
    document = parse(ODD)
    assert document.data == tomllib.loads(ODD)
    assert {path: document.lines[path] for path in WHERE} == WHERE


@pytest.mark.parametrize("text", [ODD, ODD.replace("\n", "\r\n"), *(source(slug).text for slug in shipped())])
def test_every_value_has_a_line_and_nothing_else_has(text):
    document = parse(text)
    assert set(document.lines) == set(paths(document.data))


@pytest.mark.parametrize("slug", shipped())
def test_in_a_shipped_file_each_key_stands_on_its_line(slug):
    text = source(slug).text
    document, lines = parse(text), text.splitlines()
    for path, line in document.lines.items():
        if path and isinstance(path[-1], str):
            assert path[-1] in lines[line - 1], path


def test_what_is_missing_has_the_line_of_where_it_belongs():
    assert parse(ODD).line(("many", 1, "table", "missing", "more")) == 27
    assert parse(ODD).line(("missing",)) == 1


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \nc = 2", 2), ("a = 1\n\n[x", 3), ("a = 1\na = 2\n", 2), ('a = """', 1)]
)
def test_what_is_no_toml_is_one_mistake_with_its_line(text, line):
    with pytest.raises(BadCentre) as caught:
        parse(text)
    ((found, key, kind, values),) = caught.value.mistakes
    assert (found, key, kind) == (line, "", "no-toml")
    assert values["detail"]
    assert "(at" not in values["detail"]


def test_a_file_is_found_by_path_or_as_a_shipped_slug(tmp_path):
    assert shipped() == ["balingen", "ludwigsburg"]
    assert source("balingen").name == str(centre_files.SHIPPED / "balingen.toml")
    mine = tmp_path / "mine.toml"
    mine.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert source(str(mine)) == (str(mine), "a = 1\n")
    with pytest.raises(FileNotFoundError):
        source("nowhere")


def test_a_file_of_ones_own_is_preferred_to_a_shipped_one(tmp_path, monkeypatch):
    (tmp_path / "balingen").write_text("a = 1")
    monkeypatch.chdir(tmp_path)
    assert source("balingen").text == "a = 1"


def test_a_file_that_is_not_utf_8_names_the_line(tmp_path):
    file = tmp_path / "old.toml"
    file.write_bytes("a = 1\nb = 'Straße'\n".encode("latin-1"))
    with pytest.raises(BadCentre) as caught:
        source(str(file))
    assert caught.value.mistakes == [Mistake(2, "", "not-utf-8", {})]


@pytest.mark.parametrize(("region", "known"), [("DE-BW", True), ("DE", True), ("DE-XX", False), ("QQ", False)])
def test_a_region_is_known_if_its_holidays_are(region, known):
    assert known_region(region) is known
