"""What lies outside: SMS, calendars, public holidays, wording, passwords."""
