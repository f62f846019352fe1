"""The rule of the house: in every open minute somebody is present, in walk-in periods somebody can be reached.

"Immer mindestens ein Fachberater präsent" (sources: Ludwigsburg). Present: marked for duty, rostered in the house, not
away. Reachable: also not in an appointment, and with a free room she may use. Everything here is sets of five-minute
steps, see domain/times.
"""

from collections.abc import Collection, Iterable

from booking.domain.roster import Opening


def at_least(count: int, masks: Iterable[int], everywhere: int) -> int:
    """The steps of `everywhere` that at least `count` of the masks have."""
    have = [everywhere] + [0] * count
    for mask in masks:
        for n in range(count, 0, -1):
            have[n] |= have[n - 1] & mask
    return have[count] & everywhere


def kept_for_walk_ins(opening: Opening, present: Collection[int]) -> int:
    """Walk-in steps whose last reachable counsellor is never sold.

    Where one counsellor alone covers the period by the roster, the centre says what it is for: `sold_alone`. So the
    rule never leaves a small centre with nothing to book.
    """
    alone = opening.walk_in & ~at_least(2, present, opening.walk_in)
    return opening.walk_in & ~(alone & opening.sold_alone)


def nobody_present(opening: Opening, present: Iterable[int], least: int) -> int:
    """Open steps in which fewer than `least` of those on duty are in the house; none where the rule is 0."""
    return opening.open_steps & ~at_least(least, present, opening.open_steps)
