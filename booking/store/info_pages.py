"""What the screens show between calls."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from booking.store import models as m


class InfoPage(NamedTuple):
    """`words`: by language."""

    id: int
    words: dict[str, str]
    last_day: date | None


def of_centre(session: Session, centre_id: int, day: date) -> list[InfoPage]:
    """Those that are not over on that day, oldest first."""
    rows = session.execute(
        select(m.InfoPage.id, m.InfoPage.words, m.InfoPage.last_day)
        .where(m.InfoPage.centre_id == centre_id, or_(m.InfoPage.last_day.is_(None), m.InfoPage.last_day >= day))
        .order_by(m.InfoPage.id)
    )
    return [InfoPage._make(row) for row in rows]


def count(session: Session, centre_id: int) -> int:
    return session.scalar(select(func.count()).where(m.InfoPage.centre_id == centre_id)) or 0


def drop_over(session: Session, centre_id: int, day: date) -> None:
    session.execute(delete(m.InfoPage).where(m.InfoPage.centre_id == centre_id, m.InfoPage.last_day < day))


def add(session: Session, centre_id: int, words: dict[str, str], last_day: date | None) -> None:
    session.execute(insert(m.InfoPage).values(centre_id=centre_id, words=words, last_day=last_day))


def remove(session: Session, centre_id: int, page_id: int) -> bool:
    gone = delete(m.InfoPage).where(m.InfoPage.centre_id == centre_id, m.InfoPage.id == page_id)
    return bool(session.execute(gone).rowcount == 1)  # type: ignore[attr-defined]
