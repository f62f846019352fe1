"""Which parts make the application, and which door each blueprint stands behind."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from booking.config import Config
from booking.web import (
    alarms,
    api,
    appointments,
    aside,
    calendars,
    calibration,
    calls,
    changes,
    cover,
    desk,
    devices,
    doors,
    errors,
    following,
    gallery,
    headers,
    health,
    here,
    i18n,
    info_pages,
    kiosk,
    limits,
    paper,
    places,
    posters,
    practice,
    receipts,
    reports,
    roster,
    screen,
    staff,
    stops,
    visits,
    waitlist,
    waitlist_desk,
    wall,
    wishes,
)
from booking.web.doors import open_door

csrf = CSRFProtect()


def wire(app: Flask, config: Config) -> None:
    for part in (i18n, places, wishes, errors, headers):
        part.init(app)
    limits.init(app, config)
    csrf.init_app(app)
    _open_doors(app, config)
    api.describe(app)


def _open_doors(app: Flask, config: Config) -> None:
    """Every blueprint with the door that says who may pass."""
    open_door(app, appointments.blueprint, doors.ANYONE)
    open_door(app, visits.blueprint, doors.ANYONE)
    open_door(app, waitlist.blueprint, doors.ANYONE)
    open_door(app, waitlist_desk.blueprint, doors.RECEPTION)
    open_door(app, screen.blueprint, doors.ANYONE, board=doors.SCREEN, info=doors.SCREEN, voice=doors.SCREEN)
    open_door(app, following.blueprint, doors.ANYONE)
    open_door(app, kiosk.blueprint, doors.KIOSK, page=doors.ANYONE, begin=doors.ANYONE, claim=doors.ANYONE)
    open_door(app, here.blueprint, doors.ANYONE)
    open_door(app, health.health, doors.ANYONE)
    open_door(app, receipts.receipts, doors.ANYONE)
    anyone = dict.fromkeys(("sign_in", "sign_out", "link"), doors.ANYONE)
    open_door(app, staff.blueprint, doors.TEAM, account=doors.STAFF, **anyone)
    open_door(app, desk.blueprint, doors.RECEPTION)
    open_door(app, aside.blueprint, doors.RECEPTION)
    open_door(app, wall.blueprint, doors.ANYONE)
    open_door(app, paper.blueprint, doors.RECEPTION)
    open_door(app, stops.blueprint, doors.RECEPTION)
    open_door(app, devices.blueprint, doors.RECEPTION)
    open_door(app, info_pages.blueprint, doors.RECEPTION)
    open_door(app, changes.blueprint, doors.RECEPTION)
    open_door(app, alarms.blueprint, doors.VISITED, acknowledge=doors.COUNSELLING)
    open_door(app, calls.blueprint, doors.COUNSELLING)
    open_door(app, calendars.blueprint, doors.COUNSELLING, feed=doors.ANYONE)
    open_door(app, reports.blueprint, doors.LEADING)
    open_door(app, calibration.blueprint, doors.LEADING)
    open_door(app, posters.blueprint, doors.RECEPTION)
    open_door(app, cover.blueprint, doors.RECEPTION)
    open_door(app, roster.blueprint, doors.LEADING, page=doors.RECEPTION, absence=doors.RECEPTION,
              phoned=doors.RECEPTION)  # fmt: skip
    open_door(app, api.public, doors.ANYONE, board=doors.SCREEN)
    open_door(app, api.reception, doors.RECEPTION_TOKEN)
    open_door(app, api.counselling, doors.COUNSELLING_TOKEN)
    if config.testing or config.practice:
        open_door(app, gallery.blueprint, doors.ANYONE)
    if config.practice:
        open_door(app, practice.blueprint, doors.ANYONE)
    for blueprint in (screen.blueprint, receipts.receipts, api.public, api.reception, api.counselling):
        csrf.exempt(blueprint)  # no cookie of staff opens anything there
    for step in (appointments.age, appointments.times):  # who looks around gets no cookie before a time is chosen;
        csrf.exempt(
            step
        )  # and what one browser holds, another site cannot end: the device's cookie does not come along
