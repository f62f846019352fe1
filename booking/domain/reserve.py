"""What is kept back from booking, so that whoever walks in finds somebody.

The rule of the house: in a walk-in period the last counsellor who could still see somebody is never sold (reference:
"immer mindestens ein Fachberater präsent").
"""

from booking.domain.places import Counsellor, Plan, Room


class Reserve:
    """The steps at which a booking of one counsellor in one room would leave nobody reachable for walk-ins.

    Leave-one-out over (counsellor, room): somebody else with duty must be free, in another room she may use. Steps at
    which nobody is reachable anyway are a gap for the lead, not a reason to refuse a booking.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by_room: dict[int, dict[int, int]] = {}

    def steps(self, counsellor: Counsellor, room: Room) -> int:
        if self._plan.min_reachable == 0:
            return 0
        now = self._others(0)[0]
        left = self._others(room.id).get(counsellor.id, self._others(room.id)[0])
        return self._plan.walk_in_steps & now & ~left

    def _others(self, room: int) -> dict[int, int]:
        """For the house with one more talk in `room` (0: as it is): who is reachable at all (key 0) and without each
        one."""
        if room not in self._by_room:
            self._by_room[room] = self._leave_one_out(room)
        return self._by_room[room]

    def _leave_one_out(self, room: int) -> dict[int, int]:
        on_duty = [c for c in self._plan.counsellors if c.duty]
        reach = [self._reachable(c, room) for c in on_duty]
        before = [0]
        for mask in reach:
            before.append(before[-1] | mask)
        found = {0: before[-1]}
        after = 0
        for i in range(len(on_duty) - 1, -1, -1):
            found[on_duty[i].id] = before[i] | after
            after |= reach[i]
        return found

    def _reachable(self, counsellor: Counsellor, taken: int) -> int:
        rooms = 0
        for id_ in counsellor.rooms:
            room = self._plan.rooms.get(id_)
            if room is not None:
                rooms |= room.with_one_more if id_ == taken else room.free[0]
        return counsellor.free & rooms
