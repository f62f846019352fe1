"""What goes in and out of the JSON door, as pydantic models; the OpenAPI description is made from them."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from booking.web.answers import YEARS

Texts = dict[str, str]
Slug = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]+$")]
Short = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]  # no column holds a NUL
Instant = Annotated[
    AwareDatetime, Field(ge=datetime(YEARS.start, 1, 1, tzinfo=UTC), lt=datetime(YEARS.stop, 1, 1, tzinfo=UTC))
]
Answer = Literal["reached", "not-soon", "soon"]


# Whoever knows a key and what was sent with it is given what it made, so nobody must be able to guess it.
Key = Annotated[str, StringConstraints(min_length=16, max_length=200)]


class Input(BaseModel):
    """Unknown fields are refused: a misspelt consent must not be taken for none."""

    model_config = ConfigDict(extra="forbid")


class Age(Input):
    age: Answer | None = Field(None, description="Answer about the birthday in the topic's `age_question`.")


class AgeAnswer(Age):
    birthday: date | None = Field(None, description="With `soon`: that birthday. Used for routing, not stored.")


class Needs(Age):
    """What a visitor needs; all of it optional."""

    area: Short | None = Field(
        None, description="Where she lives, a slug of the topic's `areas`; empty: elsewhere. Needed if it has areas."
    )
    length: Literal["first", "follow_up", "short"] = "first"
    mode: Literal["in_person", "phone", "video"] = "in_person"
    people: int = Field(1, ge=1, le=20, description="Those who come, herself included.")
    woman: bool = Field(False, description="Counsellor and interpreter are women.")
    step_free: bool = False


class Wishes(Needs, AgeAnswer):
    """And what no address may hold, because addresses are written down."""

    same_counsellor_as: Short | None = Field(
        None, description="The private link of another appointment: only times of its counsellor."
    )


class Area(BaseModel):
    slug: str
    name: Texts


class Centre(BaseModel):
    slug: str
    name: Texts
    address: str
    phone: str
    zone: str
    languages: list[str]


class Centres(BaseModel):
    centres: list[Centre]


class Topic(BaseModel):
    slug: str
    name: Texts
    minutes: int
    age_question: int | None = Field(description="The birthday (27) that decides who is responsible; null: not asked.")
    areas: list[Area] = Field(description="Where one may live; empty: not asked.")


class Topics(BaseModel):
    topics: list[Topic]


class SlotQuery(Needs):
    topic: Short
    language: Annotated[str, StringConstraints(max_length=12)] = "de"


class SlotSearch(SlotQuery, Wishes):
    """The same, with what stands in no address."""


# Addresses end in logs and histories: these are sent in a body.
NOT_IN_ADDRESSES = frozenset(SlotSearch.model_fields.keys() - SlotQuery.model_fields.keys())


class Slots(BaseModel):
    topic: str
    minutes: int
    slots: list[datetime] = Field(description="Starts that can be booked now, ascending, UTC.")


class NewAppointment(Wishes):
    topic: Short
    language: Annotated[str, StringConstraints(max_length=12)] = "de"
    start: Instant
    name: Short = ""
    phone: Short = ""
    reminders: bool = Field(False, strict=True, description="Separate consent to reminders by SMS; needs a phone.")
    match: bool = Field(
        False, strict=True,
        description="Separate consent: staff may see that this number has another open appointment; needs a phone.",
    )  # fmt: skip
    hold: Short | None = Field(None, description="The token of what was held for this booking.")


class NewHold(Wishes):
    topic: Short
    language: Annotated[str, StringConstraints(max_length=12)] = "de"
    start: Instant
    device: Key = Field(description="Random, and the same for all holds of one browser: it has two at most.")


class Held(BaseModel):
    token: str = Field(description="Send it as `hold` with the booking.")
    topic: str
    carrier: str = Field(description="The carrier that will keep the visitor's data; show its notice first.")
    carrier_name: str
    starts_at: datetime
    ends_at: datetime
    interpreter: bool
    expires_at: datetime


class Move(AgeAnswer):
    start: Instant


class KeyHeader(BaseModel):
    idempotency_key: Key | None = Field(
        None, alias="Idempotency-Key",
        description="Random, 16 characters or more. For a day the same key with the same content is answered with what"
        " it made the first time; with other content it is refused. The keys of a staff token are its account's own.",
    )  # fmt: skip


class Reply(Input):
    answer: Literal["yes", "no"]


class Proposed(BaseModel):
    """A new time, where the old one cannot take place."""

    starts_at: datetime
    ends_at: datetime
    answer_by: datetime = Field(description="Until then it is held for her.")


class Appointment(BaseModel):
    state: str = Field(description="`proposed`: this time cannot take place, and another one waits for an answer.")
    starts_at: datetime
    ends_at: datetime
    interpreter: bool
    code: str | None
    topic: str
    proposed: Proposed | None = None


class BookedAppointment(Appointment):
    link: str = Field(description="Private: whoever has it can look at, move and cancel the appointment.")


class BoardCall(BaseModel):
    number: str
    room: str
    calls: int
    called: str
    age: int
    voice: str | None = Field(description="A language in which it is called aloud beside German, where she chose it.")


class Board(BaseModel):
    epoch: str
    version: int
    at: str
    clock: str
    open: bool
    closed_today: bool
    full_today: bool
    waiting: int
    calls: list[BoardCall]
    expected: tuple[int, int] | None = Field(description="From-to minutes for whoever comes now; null: not known.")
    alone: bool = Field(description="At most one counsellor is here: minutes would promise too much.")
    forecast_at: str | None
    line: dict[str, tuple[int, int | None, int | None]] = Field(
        description="By a ticket's tag: how many are before it, and its from-to minutes."
    )


class NewTicket(Input):
    language: Annotated[str, StringConstraints(max_length=12)] | None = None
    programme: Slug | None = Field(None, description="A programme's slug; null: please help me.")


class Arrival(Input):
    code: Short = Field(description="Eight digits, spaces allowed.")


class NewCall(Input):
    room: Slug | None = Field(
        None, description="The slug of a room of hers; null: the booked one, else the first that is free."
    )


class Ticket(BaseModel):
    id: int
    number: str
    kind: str
    state: str
    language: str | None
    room: str | None
    calls: int


class FieldError(BaseModel):
    field: str
    reason: str
    message: str


class Partner(BaseModel):
    name: Texts
    address: str
    phone: str
    languages: list[str] = Field(description="What is spoken there, as far as is known.")


class Problem(BaseModel):
    """RFC 9457; `kind` is stable, `title` is for people, in the language of `Accept-Language`."""

    type: str
    kind: str
    status: int
    title: str
    errors: list[FieldError] | None = None
    near: list[datetime] | None = None
    until: datetime | None = None
    room: str | None = None
    needed_at: datetime | None = None
    state: str | None = None
    number: int | None = None
    partner: Partner | None = Field(None, description="Of `no-programme`: who helps instead, where one is known.")
