"""What reception keeps beside the queue: alarms, days on which the queue is closed early, and numbers set aside."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.store.db import Base, Id
from booking.store.models.columns import centre, key, to


class Alarm(Base):
    """Somebody of staff needs the others at once. `room_id`: the quiet room, to which nobody is called until it is
    over; `from_room_id`: where help is needed, None: at the desk. One at a time in a centre."""

    __tablename__ = "alarm"
    __table_args__ = (
        Index("one_alarm_a_centre", "centre_id", unique=True,
              sqlite_where=text("released_at IS NULL"), postgresql_where=text("released_at IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    room_id: Mapped[int | None] = to("room.id")
    from_room_id: Mapped[int | None] = to("room.id")
    raised_at: Mapped[datetime]
    raised_by: Mapped[int] = to("staff.id")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = to("staff.id")
    released_at: Mapped[datetime | None]
    released_by: Mapped[int | None] = to("staff.id")


class QueueStop(Base):
    """The queue of a day takes nobody any more but a crisis, until it is opened again. One at a time."""

    __tablename__ = "queue_stop"
    __table_args__ = (
        Index("one_stop_a_day", "centre_id", "day", unique=True,
              sqlite_where=text("reopened_at IS NULL"), postgresql_where=text("reopened_at IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    day: Mapped[date]
    stopped_at: Mapped[datetime]
    stopped_by: Mapped[int] = to("staff.id")
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[int | None] = to("staff.id")


class PaperNumber(Base):
    """A number of the day's series, set aside for one desk (`staff_id`) to write by hand while the server is away.

    It becomes a ticket once, or is `void_at`, at night at the latest.
    """

    __tablename__ = "paper_number"
    __table_args__ = (
        UniqueConstraint("centre_id", "day", "number"),
        CheckConstraint("ticket_id IS NULL OR void_at IS NULL"),
    )
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    day: Mapped[date]
    number: Mapped[int]
    staff_id: Mapped[int] = to("staff.id")
    reserved_at: Mapped[datetime]
    ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("ticket.id", ondelete="CASCADE"), unique=True)
    void_at: Mapped[datetime | None]


class Whereabouts(Base):
    """What a counsellor says of herself today, beside the roster: "here", on a "break", or "away".

    `until`: when the roster counts again; None: until she says something else. Forgotten at night.
    """

    __tablename__ = "whereabouts"
    __table_args__ = (Index("whereabouts_newest", "centre_id", "day", "staff_id"), CheckConstraint("until > at"))
    id: Mapped[int] = key()
    centre_id: Mapped[int] = centre()
    day: Mapped[date]
    staff_id: Mapped[int] = to("staff.id")
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    until: Mapped[datetime | None]
