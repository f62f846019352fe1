"""The desk's hint that a number has another open appointment, from the box on the form to the notice."""

from tests.web.visiting import RECEPTION, book, read, rows, signed_in, worded

MOBILE = "0151 23456789"
HINT = "This number has another open appointment: %(day)s, %(time)s. Please ask whether both are needed."


def notices(app, desk):
    """How many hints each appointment's page shows."""
    words = worded(app, HINT, day="§", time="§").partition("§")[0].strip()
    pages = [f"/ludwigsburg/desk/appointments/{row['id']}" for row in rows(app, "appointment")]
    return [read(desk.get(page)).words.count(words) for page in pages]


def test_the_desk_sees_a_second_appointment_of_who_agreed(app, house):
    for _ in range(2):
        book(app.test_client(), phone=MOBILE, match=True)
    assert notices(app, signed_in(app, RECEPTION)) == [1, 1]


def test_without_the_tick_there_is_no_hint(app, house):
    book(app.test_client(), phone=MOBILE, match=True)
    book(app.test_client(), phone=MOBILE)
    assert notices(app, signed_in(app, RECEPTION)) == [0, 0]
