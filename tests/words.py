"""`make words`: collect the sentences, bring the catalogues up to date, and say what is missing or wrong."""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tests.house.source import ROOT

TRANSLATIONS = ROOT / "translations"
SOURCE_LANGUAGE = "en"
STAFF_LANGUAGES = frozenset({"de", "en"})
# What only staff read: German and English.
STAFF_ONLY = (
    "booking/web/desk.py", "booking/web/calls.py", "booking/web/staff.py", "booking/web/stops.py",
    "booking/web/paper.py",
    "booking/web/samples.py",
    "booking/web/gallery.py", "booking/web/cli/", "templates/desk/_", "templates/desk/desk.html",
    "templates/desk/appointment.html", "templates/desk/messages.html", "templates/desk/paper.html",
    "templates/desk/line.html", "templates/_components/queueing.html", "booking/web/undoing.py", "booking/web/aside.py",
    "templates/desk/age.html", "templates/desk/cancel.html", "templates/desk/move.html", "booking/web/changes.py",
    "templates/alarms/", "templates/calls/", "templates/staff/", "templates/reports/", "booking/web/reports.py",
    "booking/web/calibration.py", "booking/web/reasons.py",
    "templates/cover/", "booking/web/cover",
    "templates/calendars/", "booking/web/calendars.py", "templates/roster/", "booking/web/roster",
    "booking/web/strips.py", "templates/posters/",
    "templates/staff_base.html", "templates/_components/staff.html", "templates/screens/list.html",
    "templates/screens/texts.html", "booking/web/devices.py",
    "templates/gallery", "templates/practice/", "templates/desk/wait_", "booking/web/waitlist_desk.py",
)  # fmt: skip
# In the order of CLDR (zero one two few many other); the library's own formula has many and other the other way round.
PLURALS = {"ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"</?\w+[^>]*>")


def collected() -> Catalog:
    """Every sentence of the house, with the files it stands in."""
    catalog = blank("en")
    methods = [("booking/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
    options = {"templates/**.html": {"silent": "false"}, "templates/**.txt": {"silent": "false"}}
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(
        str(ROOT), methods, options, keywords=keywords, strip_comment_tags=True, directory_filter=_is_ours
    )  # fmt: skip
    for file, _line, words, _comments, _context in sorted(found, key=lambda one: (one[0], str(one[2]))):
        catalog.add(words, None, [(file, 0)])
    return catalog


def _is_ours(folder: str) -> bool:
    """The library's own filter would pass over folders that begin with an underscore, as the templates' parts do."""
    return not Path(folder).name.startswith(".")


def catalogue_path(language: str) -> Path:
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def languages() -> list[str]:
    return sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))


def read(language: str) -> Catalog:
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language.replace("@", "_"))


def staff_only(message: Message) -> bool:
    return all(file.startswith(STAFF_ONLY) for file, _line in message.locations)


def needed(language: str, pot: Catalog) -> list[Message]:
    """The sentences a language must have."""
    return [m for m in pot if m.id and (language in STAFF_LANGUAGES or not staff_only(m))]


def faults(language: str, catalog: Catalog, pot: Catalog) -> list[str]:
    """What is missing, fuzzy or has other placeholders and tags than the sentence it translates."""
    found = []
    for wanted in needed(language, pot):
        have = catalog.get(wanted.id)
        forms = list(have.string) if have and isinstance(have.string, tuple | list) else [have.string if have else ""]
        if not all(forms) or (wanted.pluralizable and len(forms) != catalog.num_plurals):
            found.append(f"{language}: missing: {wanted.id}")
        elif have is not None and have.fuzzy:
            found.append(f"{language}: fuzzy: {wanted.id}")
        else:
            found += [f"{language}: differs: {wanted.id}" for form in forms if not alike(wanted, str(form))]
    return found


def alike(message: Message, translated: str) -> bool:
    """Placeholders and tags as in the sentence; a plural form may leave the number out ("one person")."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    wanted, have = set(PLACEHOLDER.findall(ids[-1])), set(PLACEHOLDER.findall(translated))
    optional = {"num"} if message.pluralizable else set()
    return wanted - optional <= have <= wanted and sorted(TAG.findall(ids[-1])) == sorted(TAG.findall(translated))


def blank(language: str) -> Catalog:
    comment = "# The sentences of Anlaufstelle. `make words` keeps them in step with the code."
    new = Catalog(
        locale=language.replace("@", "_"), project="Anlaufstelle", version="1", charset="utf-8", fuzzy=False,
        header_comment=comment, last_translator="", language_team="", msgid_bugs_address="",
    )  # fmt: skip
    if language in PLURALS:
        new.mime_headers = [("Plural-Forms", PLURALS[language])]
    return new


def update(language: str, pot: Catalog) -> Catalog:
    """The catalogue with exactly the collected sentences; translations stay, nothing is guessed."""
    old = read(language)
    new = blank(language)
    for wanted in needed(language, pot):
        have = old.get(wanted.id)
        string = have.string if have else ""
        if language == SOURCE_LANGUAGE:
            string = wanted.id
        new.add(wanted.id, string, [(file, 0) for file, _line in wanted.locations])
    return new


def write(path: Path, catalog: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=110, sort_output=True, include_lineno=False, omit_header=False)
    stable = re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Last-Translator|Language-Team):[^\n]*\n',
        b"",
        path.read_bytes(),
    )
    path.write_bytes(stable)


def main() -> None:
    pot = collected()
    write(TRANSLATIONS / "messages.pot", pot)
    found = []
    for language in sys.argv[1:] or languages():
        if not catalogue_path(language).exists():
            write(catalogue_path(language), blank(language))
        catalog = update(language, pot)
        write(catalogue_path(language), catalog)
        found += faults(language, read(language), pot)
    print("\n".join(found) or f"All catalogues are complete: {', '.join(languages())}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
