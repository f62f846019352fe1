"""Invented data for the gallery: plausible, the same every time, of nobody."""

import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from flask import g, url_for
from werkzeug.datastructures import MultiDict

from booking.domain.places import LENGTHS, Wish
from booking.services import centres, own_data, taps
from booking.services import following as following_service
from booking.services.wishes import Asked, CarrierName
from booking.web import errors, following, i18n, info_pages, screen, strip_samples, waitlist_samples
from booking.web.forms import AgeForm, DetailsForm, FindForm, Form, PairForm, PhoneForm, TicketForm
from booking.web.staff import LinkForm, SignInForm

NOW = datetime(2027, 3, 16, 8, 12, tzinfo=UTC)  # a Tuesday, 9:12 in Ludwigsburg
# Names, topics and ways as in the file of a centre that comes with the program, in its spelling.
_FILE = tomllib.loads(centres.source("ludwigsburg").text)
CENTRE = Sample(
    id=1, step_free=False, modes=["in_person", "phone"], embedded_on=[],
    **{key: _FILE["centre"][key] for key in (
        "slug", "zone", "address", "phone", "languages", "erase_after_days", "name", "directions"
    )},
)  # fmt: skip
TOPICS = [
    Sample(id=i, slug=row["slug"], name=row["name"], minutes=45, age=27, until=date(2027, 4, 6), lengths=LENGTHS,
           bring=row.get("bring", {}))
    for i, row in enumerate(_FILE["topic"])
]  # fmt: skip
PROGRAMMES = [(i, row["name"]) for i, row in enumerate(_FILE["programme"], start=1)]
WISH = Wish("residence", "ar", None, people=3, woman=True, mode="phone", length="follow_up")
OWN = own_data.OwnData("Samira", "+49 1512 3456789", True, True, date(2027, 4, 16))
_TWO = (CarrierName("caritas", "Caritas"), CarrierName("awo", "AWO"))
ASKED = Asked(("de", "ar", "uk", "tr"), ("in_person", "phone"), 4, True, True, _TWO)
WALK_IN_HOURS = [(1, time(9), time(12)), (3, time(9), time(12)), (3, time(14), time(17))]
COUNSELLORS = ["Mona Probst", "Tarek Beispiel", "Olena Muster", "Ivo Vorlage"]
ROOMS = [(1, "1"), (2, "2"), (3, "Besprechung 3")]


def said(kind: str) -> str:
    """What the program says for a refusal, or for the reason of one."""
    return str(errors.TABLE[kind].sentence if kind in errors.TABLE else errors.REASONS[kind])


def minutes(count: int) -> datetime:
    return NOW + timedelta(minutes=count)


# ── visitors ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _offer(count: int) -> Sample:
    return Sample(
        start=minutes(count), url=url_for("appointments.details", topic="residence", start=minutes(count).isoformat())
    )


def _days() -> list[Sample]:
    days = [NOW.date() + timedelta(days=i) for i in range(1, 15)]
    return [Sample(day=day, times=day.day % 5 + 1, url=f"?day={day}") for day in days if day.weekday() < 5]


def _times(**more: Any) -> dict[str, Any]:
    return {
        "topic": TOPICS[1], "days": _days(), "chosen_day": None, "times": [], "refused": False, "action_url": "",
        "next_free": [_offer(1490), _offer(1535), _offer(2930)], "walk_in_hours": WALK_IN_HOURS, "wish": WISH, **more,
    }  # fmt: skip


def _day() -> dict[str, Any]:
    return _times(chosen_day=NOW.date() + timedelta(days=1), times=[_offer(1440 + 45 * i - 12) for i in range(7)])


def _age(wrong: bool) -> dict[str, Any]:
    typed = MultiDict({"age": "soon"}) if wrong else None
    errors = {"birthday": said("birthday-not-in-horizon")} if wrong else {}
    return {
        "topic": TOPICS[1], "age": 27, "until": TOPICS[1].until, "form": AgeForm(typed), "errors": errors,
        "action": url_for("appointments.times", topic="residence"),
    }  # fmt: skip


def _details(wrong: bool) -> dict[str, Any]:
    form = DetailsForm(formdata=None, data={"name": "Samira", "phone": "12", "reminders": True} if wrong else None)
    more: dict[str, Any] = {}
    if wrong:
        form.phone.errors = [said("phone-unreadable")]
        more = {
            "refusal": said("slot-taken"),
            "near": [_offer(1490), _offer(1535)],
        }
    return {"topic": TOPICS[1], "start": minutes(1490), "minutes": 45, "form": form, "wish": WISH, **more}


def _shown(state: str = "booked", **more: Any) -> dict[str, Any]:
    return {
        "appointment": _appointment(state), "is_new": False, "can_change": True, "ics_url": "#ics", "move_url": "#move",
        "cancel_url": "#cancel", "data_url": "#data", "back_url": "#back", "form": Form(formdata=None), **more,
    }  # fmt: skip


def _appointment(state: str) -> Sample:
    return Sample(
        id=7, code_spoken="4827 1935", starts_at=minutes(1490), ends_at=minutes(1535), state=state, interpreter=True,
        minutes=45, language="ar", topic=TOPICS[1].name, mode="in_person", bring=TOPICS[1].bring,
    )  # fmt: skip


def _find(wrong: bool) -> dict[str, Any]:
    form = FindForm(formdata=None, data={"code": "4827 1936", "last4": "5678"} if wrong else None)
    return {"form": form, "refusal": said("wrong-credentials") if wrong else None}


def _carrier(name: str, law: str) -> Sample:
    contact = f"datenschutz@traeger-{name.lower()}.example"
    return Sample(name=f"Träger {name}", law=law, address="Musterweg 2", privacy_contact=contact, authority="Aufsicht")


def _partner() -> Sample:
    return Sample(
        name={"de": "Jugendberatung Musterstadt"},
        address="Musterweg 1, 71634 Ludwigsburg",
        phone="+49 30 23125 402",
        languages=["de", "ar"],
    )


def _live(page: str) -> str:
    return url_for("gallery.live", page=page, language=g.page_language)


# ── staff ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def colleague(i: int, state: str, room: str | None) -> Sample:
    return Sample(
        id=i,
        name=COUNSELLORS[i],
        languages=[["de", "en", "ar"], ["de", "tr"], ["de", "uk", "ru"], ["de", "ro"]][i],
        state=state,
        room=room,
    )


def queue(count: int) -> list[Sample]:
    tags = ["ar", "uk", None, "tr", "fa-AF", "de", "ti", "ru", "ro", "ku", "sq", "en"]
    return [
        Sample(
            id=i, number_shown=f"{211 + i}", kind="appointment" if i % 4 == 0 else "walk_in", language=tags[i % 12],
            programme=PROGRAMMES[i % 3][1] if i % 3 else None, bound_to_name=COUNSELLORS[i % 3] if i % 4 == 0 else None,
            due_at=minutes(3 + i * 5) if i % 4 == 0 else None, taken_at=minutes(-47 + 4 * i), waiting_minutes=47 - 4 * i,
            still=(5 * i, 10 + 10 * i) if i < 11 else None, goes_first=i == 1, counts_more=i == 3,
        )
        for i in range(count)
    ]  # fmt: skip


def _arrivals(count: int, **more: Any) -> list[Sample]:
    return [
        Sample(**{
            "appointment_id": 30 + i, "starts_at": minutes(3 + 15 * i), "today": True, "code_spoken": f"{4827 + 31 * i} {1935 + 17 * i}",
            "name": None, "counsellor": COUNSELLORS[i % 4], "room": ROOMS[i % 3][1], "language": ["ar", "uk", "de", "fa"][i % 4],
            "state": "booked", **more,
        })
        for i in range(count)
    ]  # fmt: skip


def _messages(count: int) -> list[Sample]:
    states = ["off", "failed", "unknown", "expired"]
    return [
        Sample(id=i, kind=["confirmation", "reminder_eve", "moved"][i % 3], language="ar", state=states[i % 4],
               due_at=minutes(-60 * i), starts_at=minutes(1490 + 60 * i), code_spoken=f"{4827 + i} 1935")
        for i in range(count)
    ]  # fmt: skip


def _screens() -> list[Sample]:
    return [
        Sample(id=1, name="Wartezimmer", seen_at=minutes(0), silent=False),
        Sample(id=2, name="Flur", seen_at=minutes(-14), silent=True),
        Sample(id=3, name="Eingang", seen_at=None, silent=True),
    ]


def _desk(busy: bool = True, **more: Any) -> dict[str, Any]:
    colleagues = [
        colleague(0, "free", None),
        colleague(1, "called", "2"),
        colleague(2, "in_talk", "1"),
        colleague(3, "away", None),
    ]
    form = TicketForm(formdata=None)
    form.language.data, form.programme.data = "", ""
    return {
        "alarm": strip_samples.ALARM if busy else None, "undoing": Sample(step_id=1, words="222") if busy else None, "resting": [],
        "stopped": not busy, "full": busy, "paper_numbers": ["223", "224"],
        "queue": queue(12 if busy else 0), "arrivals": _arrivals(10 if busy else 0), "counsellors": colleagues if busy else [],
        "current": [Sample(number_shown="209", counsellor=COUNSELLORS[1], state="called", room="2", since=minutes(-1)),
                    Sample(number_shown="207", counsellor=COUNSELLORS[2], state="in_talk", room="1", since=minutes(-22))],
        "presence_gaps": [], "screens": _screens()[:2] if busy else [], "messages": _messages(3 if busy else 0), "sms_off": busy,
        "waiting": {"entries": 4, "offers": 2} if busy else {},
        "languages_spoken": [(tag, i18n.spoken()[tag]) for tag in CENTRE.languages], "programmes": PROGRAMMES, "form": form, "given": "222" if busy else None,
        "given_id": 9, "now_url": _live("desk" if busy else "desk-empty"), **more,
    }  # fmt: skip


def _move(**more: Any) -> dict[str, Any]:
    found = {
        "days": _times()["days"],
        "next_free": [minutes(1490 + 45 * i) for i in range(3)],
        "refusal": said("slot-taken"),
    }
    return {"appointment": _appointment("booked"), "code_spoken": "4827 1935", "chosen_day": None, **found, **more}


def _desk_searched() -> dict[str, Any]:
    gap = "12:00–12:30: nobody is here." if g.page_language != "de" else "12:00–12:30: Niemand ist da."
    return _desk(
        now_url=_live("desk-searched"),
        resting=[
            Sample(id=70, number_shown="205", state="parked", at=NOW),
            Sample(id=71, number_shown="198", state="missed", at=NOW),
        ],
        search="sam",
        found=[
            *_arrivals(2, name="Samira A.", code_spoken="4827 1935"),
            *_arrivals(1, appointment_id=40, name="Samir B.", today=False, starts_at=minutes(6 * 1440)),
        ],
        presence_gaps=[gap],
    )


def _line() -> dict[str, Any]:
    choices = Sample(programmes=PROGRAMMES, carriers=[("a", "Träger A")], counsellors=list(enumerate(COUNSELLORS)))
    ticket = Sample(id=5, state="waiting", language="ar", kind="short", appointment_id=None)
    return {"ticket": ticket, "number": "222", "choices": choices, "partners": [Sample(slug="p", name=_partner().name)]}


def _calls(state: str) -> dict[str, Any]:
    at_work = state in ("called", "in_talk")
    day = [
        Sample(starts_at=minutes(3 + 60 * i), ends_at=minutes(48 + 60 * i), language=["ar", "uk", "de"][i % 3], room="1",
               topic=TOPICS[i + 1].name, state=["arrived", "booked", "booked", "cancelled"][i % 4],
               appointment_id=7, because_sentence="" if i % 2 else "Least booked of 3: 42 % of the hours.")
        for i in range(5)
    ]  # fmt: skip
    return {
        "current": Sample(id=5, number_shown="211", state=state, room="1", language="ar", programme=PROGRAMMES[1][1],
                          kind="walk_in", calls=2, since=minutes(-4)) if at_work else None,
        "next_up": None if state == "empty" else Sample(number_shown="212", kind="appointment", language="uk", due_at=minutes(3)),
        "tapping": _tapping() if state == "free" else None, "tapping_number": "209",
        "undoing": Sample(step_id=1, words="211") if at_work else None, "waiting": 0 if state == "empty" else 11, "day": [] if state == "empty" else day, "room_choices": [Sample(slug=slug, words=f"{name} – 10:00" if state == "no-room" else name) for slug, name in ROOMS],
        "no_room": said("no-room") if state == "no-room" else None,
        "form": Form(formdata=None), "now_url": _live(f"calls-{state}"), "alarm": strip_samples.ALARM if state == "in_talk" else None,
    }  # fmt: skip


def _tapping() -> taps.Asked:
    topics, areas = [(row.slug, row.name) for row in TOPICS], [("musterstadt", {"de": "Musterstadt"})]
    return taps.Asked(4, 209, taps.Told(TOPICS[1].slug, 1, True, None, "ar", True), topics, areas)


def sign_in(wrong: bool) -> dict[str, Any]:
    return {
        "form": SignInForm(formdata=None),
        "refusal": said("wrong-credentials") if wrong else None,
    }


def _pair(wrong: bool) -> dict[str, Any]:
    form = PairForm(formdata=None)
    if wrong:
        form.code.errors = [said("pairing-unknown")]
    return {"screens": _screens() if wrong else [], "form": form, "revoke_form": Form(formdata=None)}


def _screen() -> dict[str, Any]:
    urls = {"board_url": url_for("gallery.board"), "info_url": url_for("gallery.info")}
    return {"shown_centre": CENTRE, "snapshot": SNAPSHOT, **urls, **screen.sounds()}


def _texts() -> dict[str, Any]:
    languages = info_pages.centre_languages(CENTRE.languages)
    form = info_pages.form(languages)
    return {
        "pages": [info_pages.Shown(1, i18n.directed(INFO), NOW.date())],
        "form": form,
        "languages_here": info_pages.named(languages),
    }


INFO = {
    "de": "Am Freitag ist Frauencafé um 10 Uhr. Kinder sind willkommen.",
    "en": "Women’s café on Friday at 10. Children are welcome.",
    "ar": "مقهى النساء يوم الجمعة الساعة 10. الأطفال مرحب بهم.",
}


SNAPSHOT: dict[str, Any] = {
    "epoch": "gallery", "version": 1, "at": NOW.isoformat(), "clock": "09:12", "open": True, "closed_today": False, "full_today": False, "waiting": 11,
    "calls": [{"number": n, "room": r, "calls": 1, "called": minutes(-i).isoformat(), "age": 60 * i, "voice": None}
              for i, (n, r) in enumerate((("211", "1"), ("209", "2"), ("208", "Besprechung 3"), ("204", "1")))],
    "expected": (40, 70), "alone": False, "forecast_at": NOW.isoformat(), "line": {},
}  # fmt: skip


def _follow(state: str = "waiting", before: int | None = None, **more: Any) -> dict[str, Any]:
    seen = {
        "id": 1, "centre_id": 1, "tag": "gallery", "number": "222", "state": state, "language": None, "voice": None,
        "room": None, "before": before, "minutes": None, "alone": False, **more,
    }  # fmt: skip
    here = following.context(following_service.Followed(**seen), "gallery")
    return {**here, "now": NOW, "now_url": _live("following")}


Context = Callable[[], dict[str, Any]]
# page → its template and what it shows
PAGES: dict[str, tuple[str, Context]] = {
    "topics": ("appointments/topics.html", lambda: {"topics": TOPICS, "walk_in_hours": WALK_IN_HOURS}),
    "length": ("appointments/length.html", lambda: {"topic": TOPICS[1]}),
    "needs": ("appointments/needs.html", lambda: {"topic": TOPICS[1], "wish": WISH, "asked": ASKED}),
    "times-unspoken": ("appointments/times.html", lambda: _times(days=[], next_free=[], unspoken=True)),
    "age": ("appointments/age.html", lambda: _age(False)),
    "age-refused": ("appointments/age.html", lambda: _age(True)),
    "times": ("appointments/times.html", _times),
    "times-day": ("appointments/times.html", _day),
    "times-refused": ("appointments/times.html", lambda: _times(refused=True)),
    "times-moving": ("appointments/times.html", lambda: _times(moving=True, appointment=_appointment("booked"))),
    "times-none": ("appointments/times.html", lambda: _times(days=[], next_free=[])),
    "referral": ("appointments/referral.html", lambda: {"partner": _partner()}),
    "referral-unknown": ("appointments/referral.html", lambda: {"partner": None}),
    "details": ("appointments/details.html", lambda: _details(False)),
    "details-refused": ("appointments/details.html", lambda: _details(True)),
    "booked": ("appointments/show.html", lambda: _shown(is_new=True)),
    "appointment": ("appointments/show.html", lambda: _shown()),
    "appointment-moved": ("appointments/show.html", lambda: _shown(is_moved=True)),
    "appointment-by-code": ("appointments/show.html", lambda: _shown(by_code=True)),
    "appointment-late": ("appointments/show.html", lambda: _shown(can_change=False)),
    "appointment-cancelled": ("appointments/show.html", lambda: _shown("cancelled")),
    "appointment-missed": ("appointments/show.html", lambda: _shown("missed")),
    "cancel": ("appointments/cancel.html", _shown),
    "find": ("appointments/find.html", lambda: _find(False)),
    "find-refused": ("appointments/find.html", lambda: _find(True)),
    "data": ("appointments/data.html", lambda: {**_shown(), "own": OWN, "form": PhoneForm(formdata=None), "done": "agree"}),
    "data-none": ("appointments/data.html", lambda: {**_shown(), "own": own_data.NOTHING, "form": PhoneForm(formdata=None)}),
    "accessibility": ("appointments/accessibility.html", dict),
    **waitlist_samples.PAGES,
    "embedded": ("appointments/topics.html", lambda: {"topics": TOPICS, "walk_in_hours": WALK_IN_HOURS, "embedded": True}),
    "privacy": ("appointments/privacy.html", lambda: {"carriers": [_carrier("A", "KDG"), _carrier("B", "DSGVO")]}),
    "centres": ("appointments/centres.html", lambda: {"centres": [CENTRE], "centre": None}),
    "error": ("error.html", lambda: {"kind": "not-found", "sentence": said("not-found"), "staff": None}),
    "failed": ("failed.html", lambda: {"sentence": said("failed")}),
    "once-more": ("once_more.html", lambda: {"fields": [("name", "Samira")]}),
    "sign-in": ("staff/sign_in.html", lambda: {**sign_in(False), "staff": None}),
    "sign-in-refused": ("staff/sign_in.html", lambda: {**sign_in(True), "staff": None}),
    "link": ("staff/link.html", lambda: {"name": "Mona Probst", "needs_password": False, "form": LinkForm(formdata=None), "staff": None}),
    "link-password": ("staff/link.html", lambda: {"name": "Mona Probst", "needs_password": True, "form": LinkForm(formdata=None), "staff": None}),
    "desk": ("desk/desk.html", _desk),
    "desk-empty": ("desk/desk.html", lambda: _desk(False)),
    "desk-searched": ("desk/desk.html", _desk_searched),
    "desk-appointment": ("desk/appointment.html", lambda: {"appointment": _appointment("booked"), "code_spoken": "4827 1935", "person": Sample(name="Samira A.", phone="+49 151 23456789")}),
    "desk-appointment-moved": ("desk/appointment.html", lambda: {"appointment": _appointment("booked"), "code_spoken": "4827 1935", "person": None, "can_change": True, "done": "moved"}),
    "desk-cancel": ("desk/cancel.html", lambda: {"appointment": _appointment("booked"), "code_spoken": "4827 1935", "refusal": said("too-busy")}),
    "desk-move": ("desk/move.html", lambda: _move()),
    "desk-move-day": ("desk/move.html", lambda: _move(chosen_day=NOW.date() + timedelta(days=1), times=[minutes(1440 + 45 * i - 12) for i in range(7)])),
    "desk-age": ("desk/age.html", lambda: {**_age(True), "appointment": _appointment("booked"), "code_spoken": "4827 1935"}),
    "desk-line": ("desk/line.html", lambda: _line()),
    "desk-slip-partner": ("desk/slip.html", lambda: {"number": "222", "partner": _partner(), "walk_in_hours": WALK_IN_HOURS, "now": NOW}),
    "desk-messages": ("desk/messages.html", lambda: {"messages": _messages(5), "sms_off": True}),
    "ticket": ("desk/ticket.html", lambda: {"number": "222", "ticket": Sample(taken_at=NOW), "address": "#page", "picture": following_service.picture("https://anlaufstelle.example/t/" + "x" * 33)}),
    "following": ("following/page.html", lambda: _follow(before=3, minutes=(25, 40))),
    "following-alone": ("following/page.html", lambda: _follow(before=2, alone=True, voice=g.page_language)),
    "following-next": ("following/page.html", lambda: _follow(before=1, minutes=(0, 5))),
    "following-called": ("following/page.html", lambda: _follow("called", room="Besprechung 3")),
    "following-missed": ("following/page.html", lambda: _follow("missed")),
    "following-parked": ("following/page.html", lambda: _follow("parked")),
    "following-withdrawn": ("following/page.html", lambda: _follow("withdrawn")),
    "following-refused": ("following/page.html", lambda: _follow("refused")),
    "following-give-up": ("following/give_up.html", lambda: _follow(before=3, minutes=(25, 40))),
    "following-done": ("following/page.html", lambda: _follow("done")),
    "following-over": ("following/over.html", lambda: {"centre": None}),
    "calls-free": ("calls/calls.html", lambda: _calls("free")),
    "calls-no-room": ("calls/calls.html", lambda: _calls("no-room")),
    "calls-called": ("calls/calls.html", lambda: _calls("called")),
    "calls-in_talk": ("calls/calls.html", lambda: _calls("in_talk")),
    "calls-empty": ("calls/calls.html", lambda: _calls("empty")),
    "screens": ("screens/list.html", lambda: _pair(True)),
    "screens-empty": ("screens/list.html", lambda: _pair(False)),
    "pairing": ("screens/pairing.html", lambda: {"staff": None}),
    "screen": ("screens/screen.html", _screen),
    "screens-texts": ("screens/texts.html", _texts),
    "screen-offline": ("screens/offline.html", lambda: {"sentences": [(tag, i18n.PAGES[tag].direction, screen.listen(tag)) for tag in i18n.PAGES]}),
}  # fmt: skip
