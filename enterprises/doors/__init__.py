"""The database side of the two files that enterprises send."""

from enterprises.doors.register import REGISTER_DOOR, RegisterHoldings, squads, take_in_register
from enterprises.doors.roster import ROSTER_DOOR, RosterHoldings, employments_of, take_in_roster

__all__ = [
    "REGISTER_DOOR",
    "ROSTER_DOOR",
    "RegisterHoldings",
    "RosterHoldings",
    "squads",
    "take_in_register",
    "employments_of",
    "take_in_roster",
]
