"""What a centre's file may say: every table, its keys, how each is read and what it is worth where it is left out."""

from functools import cache
from zoneinfo import available_timezones

from booking.domain import centre_values as read
from booking.domain.centre_checks import GROUP, OFFICE
from booking.domain.centre_values import At, Key, Wrong
from booking.domain.places import IN_PERSON, MODES
from booking.domain.roster import ALONE, CLOSURE_KINDS, SHIFT_KINDS, SHUT, TALKS, WALK_INS
from booking.domain.staff import ROLES, read_login

LAWS = ("DSGVO", "KDG", "DSG-EKD")
WAITING = "waiting"
# The topics that have a pictogram in static/pictograms.svg: whoever cannot read finds her way by it.
TOPICS = (
    "unsure", "residence", "benefits", "german", "school-training", "employment", "housing", "family-health", "letter",
)  # fmt: skip
# First parts of addresses that are the program's own (a test compares them with its addresses), and some that browsers
# and proxies ask for by themselves or that we may want.
RESERVED = frozenset({
    "api", "gallery", "livez", "practice", "readyz", "receipts", "screen", "sign-in", "socket.io", "static", "t",
    "admin", "favicon.ico", "healthz", "kiosk", "metrics", "robots.txt", "staff",
})  # fmt: skip


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: object, _at: At) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise Wrong("zone-unknown")
    return value


def _free_slug(value: object, at: At) -> str:
    if isinstance(value, str) and value in RESERVED:
        raise Wrong("slug-reserved")
    return str(read.slug(value, at))


def _login(value: object, _at: At) -> str:
    if not isinstance(value, str) or read_login(value) != value:
        raise Wrong("no-login")
    return value


PHONE = read.matching(r"\+[1-9][0-9 ]{5,20}", "no-phone")
# A site in a security policy: nothing in it may end the policy or begin another rule.
ORIGIN = read.matching(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", "no-origin")
REGION = read.matching(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", "no-region")
SMS_NAME = read.matching(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", "no-sms-name")  # as senders have (domain.md R30)
BIRTHDAY = Key(read.whole(1, 99), None)
DAYS = {
    "first_day": Key(read.day, None),
    "last_day": Key(read.day, None),
}
CENTRE = {
    "slug": Key(_free_slug),
    "name": Key(read.words),
    "sms_name": Key(SMS_NAME),
    "zone": Key(_zone),
    "region": Key(REGION),
    "address": Key(read.text(200)),
    "directions": Key(read.words),
    "phone": Key(PHONE),
    "step_free": Key(read.flag, None),
    "languages": Key(read.each_once(read.language)),
    "interpreted": Key(read.each_once(read.language), ()),
    "interpreter_lead_minutes": Key(read.minutes(0, 30 * 24 * 60), 0),
    "modes": Key(read.each_once(read.one_of(*MODES)), (IN_PERSON,)),
    "embedded_on": Key(read.each_once(ORIGIN), ()),
    "horizon_days": Key(read.whole(1, 365)),
    "lead_minutes": Key(read.minutes(0, 30 * 24 * 60)),
    "start_every_minutes": Key(read.part_of_hour),
    "buffer_minutes": Key(read.minutes(0, 60)),
    "min_present": Key(read.whole(0, 9)),
    "min_reachable": Key(read.whole(0, 9)),
    "same_day_percent": Key(read.whole(0, 90), 0),
    "crisis_minutes": Key(read.minutes(0, 60), 0),
    "erase_after_days": Key(read.whole(1, 365)),
}
CARRIER = {
    "slug": Key(read.slug),
    "name": Key(read.text(120)),
    "law": Key(read.one_of(*LAWS)),
    "address": Key(read.text(200), ""),
    "privacy_contact": Key(read.text(200), ""),
    "authority": Key(read.text(200), ""),
}
PARTNER = {
    "slug": Key(read.slug),
    "name": Key(read.words),
    "address": Key(read.text(200)),
    "phone": Key(PHONE),
    "languages": Key(read.each_once(read.language), ()),
}
AREA = {
    "slug": Key(read.slug),
    "name": Key(read.words),
}
SITE = {
    "slug": Key(read.slug),
    "name": Key(read.words),
    "address": Key(read.text(200)),
    "outreach": Key(read.flag, False),
    **DAYS,
}
PROGRAMME = {
    "slug": Key(read.slug),
    "name": Key(read.words),
    "from_birthday": BIRTHDAY,
    "before_birthday": BIRTHDAY,
    **DAYS,
    "confidential": Key(read.flag, False),
    "refer_to": Key(read.slug, None),
    "areas": Key(read.each_once(read.slug), ()),
}
TOPIC = {
    "slug": Key(read.one_of(*TOPICS)),
    "name": Key(read.words),
    "minutes": Key(read.minutes(5, 240)),
    "follow_up_minutes": Key(read.minutes(5, 240), None),
    "short_minutes": Key(read.minutes(5, 240), None),
    "bring": Key(read.words, {}),
    "programmes": Key(read.each_once(read.slug)),
}
ROOM = {
    "slug": Key(read.slug),
    "name": Key(read.text(40)),
    "kind": Key(read.one_of(OFFICE, GROUP, WAITING)),
    "seats": Key(read.whole(1, 500)),
    "talks": Key(read.whole(1, 20), 1),
    "site": Key(read.slug, None),
    "step_free": Key(read.flag, None),
    "quiet": Key(read.flag, False),
    **DAYS,
}
HOURS = {
    "open": Key(read.week),
    "walk_in": Key(read.week, ()),
    "alone": Key(read.one_of(*ALONE), WALK_INS),
}
CLOSURE = {
    "first_day": Key(read.day),
    "last_day": Key(read.day),
    "carrier": Key(read.slug, None),
    "kind": Key(read.one_of(*CLOSURE_KINDS), SHUT),
    "starts": Key(read.time_of_day, None),
    "ends": Key(read.time_of_day, None),
    "reason": Key(read.text(80)),
}
SHIFT = {
    "weekday": Key(read.weekday),
    "starts": Key(read.time_of_day),
    "ends": Key(read.time_of_day),
    "valid_from": Key(read.day),
    "valid_until": Key(read.day, None),
    "kind": Key(read.one_of(*SHIFT_KINDS), TALKS),
    "every_weeks": Key(read.whole(1, 8), 1),
    "site": Key(read.slug, None),
}
STAFF = {
    "login": Key(_login),
    "name": Key(read.text(80)),
    "role": Key(read.one_of(*ROLES)),
    "carrier": Key(read.slug, None),
    "duty": Key(read.flag),
    "woman": Key(read.flag, None),
    "fte": Key(read.share),
    "secret_since": Key(read.day, None),
    **DAYS,
    "programmes": Key(read.each_once(read.slug), ()),
    "languages": Key(read.each_once(read.language), ()),
    "rooms": Key(read.each_once(read.slug), ()),
    "shift": Key(read.many(read.table(SHIFT)), ()),
}
INTERPRETER = {
    "slug": Key(read.slug),
    "name": Key(read.text(80)),
    "languages": Key(read.each_once(read.language)),
    "woman": Key(read.flag, None),
    "lead_minutes": Key(read.minutes(0, 30 * 24 * 60), 0),
    **DAYS,
    "hours": Key(read.week),
}
FILE = read.table(
    {
        "texts": Key(read.texts, {}),
        "centre": Key(read.table(CENTRE)),
        "carrier": Key(read.many(read.table(CARRIER))),
        "partner": Key(read.many(read.table(PARTNER)), ()),
        "area": Key(read.many(read.table(AREA)), ()),
        "site": Key(read.many(read.table(SITE)), ()),
        "programme": Key(read.many(read.table(PROGRAMME))),
        "topic": Key(read.many(read.table(TOPIC))),
        "room": Key(read.many(read.table(ROOM))),
        "hours": Key(read.table(HOURS)),
        "closure": Key(read.many(read.table(CLOSURE)), ()),
        "interpreter": Key(read.many(read.table(INTERPRETER)), ()),
        "staff": Key(read.many(read.table(STAFF)), ()),
    }
)
