"""A centre's own texts in more languages, at the end of its file: [texts.uk] "Ich weiß nicht" = "Не знаю".

Each stands beside the German it translates. When the German is changed, its translations no longer belong to anything:
they are named, and until they are renewed pages say the German.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from booking.domain.centre_values import Path

TEXTS = "texts"
GERMAN = "de"


def joined(data: Mapping[str, object]) -> dict[str, object]:
    """The file's data with every translation beside its German; what a text says itself goes before."""
    known = {tag: said for tag, said in _texts(data).items() if isinstance(said, dict)}
    return {name: value if name == TEXTS else _joined(value, known) for name, value in data.items()}


def unused(data: Mapping[str, object]) -> list[Path]:
    """Translations of a German that stands nowhere in the file."""
    german = {words for name, value in data.items() if name != TEXTS for words in _german(value)}
    return [
        (TEXTS, tag, words)
        for tag, said in _texts(data).items() if isinstance(said, dict)
        for words in said if words not in german
    ]  # fmt: skip


def _texts(data: Mapping[str, object]) -> dict[str, Any]:
    found = data.get(TEXTS)
    return found if isinstance(found, dict) else {}


def _joined(value: object, known: Mapping[str, Mapping[str, object]]) -> object:
    if isinstance(value, list):
        return [_joined(element, known) for element in value]
    if not isinstance(value, dict):
        return value
    german = value.get(GERMAN)
    if isinstance(german, str):
        own = {tag: said.get(german) for tag, said in known.items()}
        return {**{tag: words for tag, words in own.items() if isinstance(words, str)}, **value}
    return {name: _joined(part, known) for name, part in value.items()}


def _german(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for element in value:
            yield from _german(element)
    elif isinstance(value, dict):
        german = value.get(GERMAN)
        if isinstance(german, str):
            yield german
        for part in value.values():
            yield from _german(part)
