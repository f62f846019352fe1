"""What a visit can be about, which programmes a topic belongs to, and the areas somebody may live in."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from booking.store import models as m

topic, of_topic, programme, area = (t.__table__.c for t in (m.Topic, m.TopicProgramme, m.Programme, m.Area))


class TopicRow(NamedTuple):
    """`minutes` of a first talk; the others None where it takes no other time."""

    id: int
    slug: str
    name: dict[str, str]
    minutes: int
    follow_up_minutes: int | None
    short_minutes: int | None
    bring: dict[str, str]


class AreaRow(NamedTuple):
    id: int
    slug: str
    name: dict[str, str]


_TOPIC_ROW = select(*(topic[name] for name in TopicRow._fields))
_TOPIC = _TOPIC_ROW.where(topic.centre_id == bindparam("centre"), topic.slug == bindparam("slug"), topic.offered)
_TOPIC_PROGRAMMES = (
    select(of_topic.programme_id).where(of_topic.topic_id == bindparam("topic")).order_by(of_topic.programme_id)
)


def topics(session: Session, centre_id: int) -> list[TopicRow]:
    rows = session.connection().execute(
        _TOPIC_ROW.where(topic.centre_id == centre_id, topic.offered).order_by(topic.position, topic.id)
    )
    return [TopicRow._make(row) for row in rows]


def topic_by_slug(session: Session, centre_id: int, slug: str) -> TopicRow | None:
    row = session.connection().execute(_TOPIC, {"centre": centre_id, "slug": slug}).first()
    return TopicRow._make(row) if row else None


def topic_by_id(session: Session, topic_id: int) -> TopicRow:
    """Also one that is no longer offered: what is booked keeps its topic."""
    return TopicRow._make(session.connection().execute(_TOPIC_ROW.where(topic.id == topic_id)).one())


def topic_programmes(session: Session, topic_id: int) -> tuple[int, ...]:
    return tuple(session.connection().execute(_TOPIC_PROGRAMMES, {"topic": topic_id}).scalars())


def programmes_by_topic(session: Session, centre_id: int) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    rows = select(of_topic.topic_id, of_topic.programme_id).where(of_topic.centre_id == centre_id)
    for topic_id, programme_id in session.connection().execute(rows.order_by(of_topic.topic_id, of_topic.programme_id)):
        found[topic_id] = (*found.get(topic_id, ()), programme_id)
    return found


def referral(session: Session, programme_ids: Iterable[int]) -> int | None:
    """The partner named by the first of these programmes that names one."""
    rows = session.connection().execute(
        select(programme.refer_to).where(programme.id.in_(tuple(programme_ids)), programme.refer_to.is_not(None))
        .order_by(programme.id)
    )  # fmt: skip
    return rows.scalars().first()


def areas(session: Session, centre_id: int) -> list[AreaRow]:
    """Where visitors live, as the centre orders them."""
    rows = select(area.id, area.slug, area.name).where(area.centre_id == centre_id).order_by(area.position, area.id)
    return [AreaRow._make(row) for row in session.connection().execute(rows)]
