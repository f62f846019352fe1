"""Who is in the house, and so whose visitors wait for her rather than for a colleague who covers."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Protocol

from sqlalchemy.orm import Session

from booking.domain.queue import Waiting
from booking.domain.roster import NOT_PLANNED
from booking.services.steps import planning
from booking.services.steps.planning import House


class Called(Protocol):
    """A current ticket, as far as it tells who is here."""

    @property
    def counsellor_id(self) -> int: ...
    @property
    def called_at(self) -> datetime: ...


class Attendance:
    """One centre's present day. The roster is read when somebody is first asked about: often nobody is."""

    def __init__(
        self, session: Session, centre_id: int, day: date, now: datetime, current: Iterable[Called], *,
        house: House | None = None,
    ) -> None:  # fmt: skip
        """`current`: the day's tickets that are called or in a talk; `house`: today's, if it is known already."""
        self.session, self.centre_id, self.day, self.now = session, centre_id, day, now
        self._called = {ticket.counsellor_id: ticket.called_at for ticket in current}
        self._known = house

    def here(self, staff_id: int, at: datetime) -> bool:
        """Planned in the house at that instant of the day, and not away.

        Who called somebody while the plan has her elsewhere is here in spite of it, until that ticket ends. Who
        called as planned, and whose time ended since, is not: her next visitors can be covered for.
        """
        called_at = self._called.get(staff_id)
        contradicts = called_at is not None and not self._planned(staff_id, called_at)
        return contradicts or self._planned(staff_id, at)

    def unbound(self, tickets: Iterable[Waiting], caller_id: int) -> list[Waiting]:
        """The waiting tickets as this caller may see them: who waits for somebody away is bound to nobody."""
        return [t if self._waits(t, caller_id) else t._replace(bound_to=None) for t in tickets]

    def _waits(self, ticket: Waiting, caller_id: int) -> bool:
        """For her own counsellor, who is here now, or will be when the appointment begins."""
        if ticket.bound_to is None or ticket.bound_to == caller_id:
            return True
        at_its_time = max(self.now, ticket.due_at or self.now)
        return self.here(ticket.bound_to, self.now) or self.here(ticket.bound_to, at_its_time)

    def _planned(self, staff_id: int, at: datetime) -> bool:
        work = self._house.at_work.get(staff_id, NOT_PLANNED)
        return bool(work.house >> self._house.calendar.grid.floor(at) & 1)

    @cached_property
    def _house(self) -> House:
        return self._known or planning.today(self.session, self.centre_id, self.now)
