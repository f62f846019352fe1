"""A time that was chosen is kept for the browser that chose it, while its form is filled; without JavaScript."""

from booking.store import models as m
from booking.store.db import db
from tests.web.visiting import code_of, details_page, press, read, rows, said, worded

KEPT = "We keep this time for you until %(time)s."
OVER = "This time is no longer kept for you. If it is still free, you get it."
MONDAY = "2027-03-08"


def starts(client):
    page = read(client.get(f"/ludwigsburg/de/german/times?day={MONDAY}"))
    return page.form("start").offered["start"]


def only(app, login):
    """Nobody else helps with anything."""
    staff = next(row["id"] for row in rows(app, "staff") if row["login"] == login)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(m.StaffProgramme.__table__.delete().where(m.StaffProgramme.staff_id != staff))


def test_a_chosen_time_is_kept_and_whose_notice_holds_is_said_before_anything_is_asked(app, client, house):
    only(app, "m.ricci")
    details = details_page(client, topic="german", day=MONDAY, nth=1)
    words = read(details).words
    assert worded(app, KEPT, time="08:40") in words
    assert worded(app, "What you tell us is kept by %(carrier)s.", carrier="Caritas-Zentrum Ludwigsburg") in words
    assert worded(app, "The data protection law of the Catholic Church applies (KDG).") in words
    assert "datenschutz@caritas.example" in words
    assert "EKD" not in words, "only the one who will keep it"
    chosen = rows(app, "hold")[0]["starts_at"].isoformat()
    assert chosen not in starts(app.test_client())
    assert code_of(press(client, details, name=""))
    assert [row["hold_id"] for row in rows(app, "claim") if row["hold_id"]] == []


def test_it_is_kept_for_longer_on_request_and_said_when_it_is_over(app, client, house, watch):
    details = details_page(client, topic="german", day=MONDAY)
    watch.pass_by(minutes=5)
    keep = next(form for form in read(details).forms if "/keep" in form.action)
    longer = client.post(keep.action, data=keep.fields, follow_redirects=True)
    assert worded(app, KEPT, time="08:45") in read(longer).words
    watch.pass_by(minutes=10)
    over = client.get(details.request.url)
    assert worded(app, OVER) in read(over).words
    assert client.post(keep.action, data=keep.fields).status_code == 303  # too late, which the page then says
    assert code_of(press(client, details, name=""))


def test_who_goes_back_may_choose_the_same_time_again_or_another(app, client, house, watch):
    only(app, "m.ricci")
    free = starts(client)
    for nth in (0, 0, 1):
        details_page(client, topic="german", day=MONDAY, nth=nth)
        watch.pass_by(seconds=1)
    left = starts(app.test_client())
    assert free[1] not in left
    assert starts(client) == free
    assert len({row["device_hash"] for row in rows(app, "hold")}) == 1


def test_a_time_that_somebody_was_faster_with_is_not_kept(app, client, house):
    only(app, "m.ricci")
    page = client.get(f"/ludwigsburg/de/german/times?day={MONDAY}")
    first = read(page).form("start").offered["start"][0]
    details_page(app.test_client(), topic="german", day=MONDAY)
    late = press(client, page, start=first)
    assert worded(app, "Somebody else has just taken this time.") in read(late).words
    assert first not in read(late).form("start").offered["start"]
    assert len(rows(app, "hold")) == 1


def test_a_hold_of_another_topic_or_of_nobody_says_nothing(app, client, house):
    details = details_page(client, topic="german")
    other = client.get("/ludwigsburg/de/letter/details", query_string={**details.request.args, "age": "reached"})
    assert worded(app, KEPT, time="08:40") not in read(other).words
    without = client.get("/ludwigsburg/de/german/details", query_string={"start": details.request.args["start"]})
    assert (without.status_code, "08:40" in read(without).words) == (200, False)


def test_a_start_that_cannot_be_read_is_not_kept(app, client, house):
    page = client.get("/ludwigsburg/de/german/times")
    assert press(client, page, start="tomorrow").status_code == 422
    assert said(app, "start-unreadable")
    assert rows(app, "hold") == []
