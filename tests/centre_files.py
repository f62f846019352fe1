"""A small centre's file, and what a test makes of it."""

from booking.services import centres
from booking.web.cli import wording

SMALL = """\
[centre]
slug = "here"
name = { de = "Hier", en = "Here", ar = "هنا" }
sms_name = "HERE"
zone = "Europe/Berlin"
region = "DE-BW"
address = "Gasse 1, Ort"
directions = { de = "Links", en = "Left", ar = "يسار" }
phone = "+49 30 23125 001"
languages = ["de", "en", "ar"]
interpreted = ["ar"]
interpreter_lead_minutes = 1440
horizon_days = 21
lead_minutes = 120
start_every_minutes = 15
buffer_minutes = 5
min_present = 1
min_reachable = 1
erase_after_days = 30

[[carrier]]
slug = "red"
name = "Red"
law = "KDG"

[[carrier]]
slug = "blue"
name = "Blue"
law = "DSGVO"

[[partner]]
slug = "youth"
name = { de = "Jugend", en = "Youth", ar = "شباب" }
address = "Weg 2"
phone = "+49 30 23125 002"

[[programme]]
slug = "young"
name = { de = "Jung", en = "Young", ar = "شباب" }
before_birthday = 27

[[programme]]
slug = "adult"
name = { de = "Alt", en = "Adult", ar = "بالغ" }
from_birthday = 27
refer_to = "youth"

[[topic]]
slug = "unsure"
name = { de = "Weiß nicht", en = "Not sure", ar = "لا أعرف" }
minutes = 30
programmes = ["young", "adult"]

[[topic]]
slug = "letter"
name = { de = "Brief", en = "Letter", ar = "رسالة" }
minutes = 15
programmes = ["adult"]

[[room]]
slug = "r1"
name = "1"
kind = "office"
seats = 3

[[room]]
slug = "r2"
name = "2"
kind = "office"
seats = 3

[[room]]
slug = "wait"
name = "Wait"
kind = "waiting"
seats = 9

[hours.open]
mon = ["09:00-12:00"]
tue = ["09:00-12:00", "12:00-17:00"]

[hours.walk_in]
tue = ["11:00-13:00"]

[[closure]]
first_day = 2027-05-07
last_day = 2027-05-07
carrier = "red"
reason = "Outing"

[[staff]]
login = "ada"
name = "Ada"
role = "counsellor"
carrier = "red"
duty = true
fte = 0.75
secret_since = 2026-01-01
programmes = ["young", "adult"]
languages = ["de", "ar"]
rooms = ["r1", "r2"]
shift = [
  { weekday = "mon", starts = "08:30", ends = "12:30", valid_from = 2026-01-01 },
  { weekday = "tue", starts = "08:30", ends = "17:30", valid_from = 2026-01-01 },
]

[[staff]]
login = "ben"
name = "Ben"
role = "counsellor"
carrier = "blue"
duty = true
fte = 0.5
programmes = ["adult"]
languages = ["de", "en"]
rooms = ["r2"]
last_day = 2030-12-31

[[staff.shift]]
weekday = "tue"
starts = "09:00"
ends = "12:00"
valid_from = 2026-01-01
valid_until = 2027-12-31

[[staff]]
login = "lea"
name = "Lea"
role = "lead"
duty = false
fte = 1
"""


def changed(*pairs: tuple[str, str]) -> str:
    """The small file with each first text replaced by the second."""
    text = SMALL
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def section(login: str) -> str:
    """All the file says of one person."""
    start = SMALL.index(f'[[staff]]\nlogin = "{login}"')
    end = SMALL.find("[[staff]]", start + 1)
    return SMALL[start:] if end < 0 else SMALL[start:end]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def mistakes(text: str) -> list[tuple[int, str, str]]:
    """Line, key and sentence of each."""
    return [(line, key, wording.mistake(kind, values)) for line, key, kind, values in centres.check(text)]
