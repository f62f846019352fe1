"""The kiosk over HTTP: pairing, a number in four taps, check-in by code, and what the next visitor does not see."""

import pytest

from tests.web.visiting import (
    COUNSELLOR,
    LEAD,
    RECEPTION,
    book,
    code_of,
    form_token,
    link_of,
    press,
    read,
    rows,
    send,
    signed_in,
    worded,
)

SCREENS = "/ludwigsburg/desk/screens"
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@pytest.fixture
def desk(app, house):
    return signed_in(app, RECEPTION)


@pytest.fixture
def kiosk(app, desk, watch):
    """A paired kiosk, half an hour after the doors have opened."""
    device = app.test_client()
    known = {"headers": {"X-CSRFToken": form_token(device)}}
    begun = device.post("/kiosk/pairing", **known).json
    asked = {"json": {"secret": begun["secret"]}, **known}
    assert device.post("/kiosk/pairing/claim", **asked).json == {"paired": False}
    press(desk, desk.get(SCREENS), code=begun["code"], name="Eingang")
    assert device.post("/kiosk/pairing/claim", **asked).json == {"paired": True}
    watch.pass_by(minutes=60)
    return device


def switch(desk, name, on="yes"):
    kiosk_id = str(next(row["id"] for row in rows(desk.application, "screen") if row["kind"] == "kiosk"))
    return send(desk, f"{SCREENS}/{kiosk_id}/settings", {"switch": name, "on": on})


def follow(device, answer, part):
    assert answer.status_code == 200, answer.text
    return device.get(read(answer).link(part), follow_redirects=True)


def number(device, language="ar", need=""):
    """From the start to the number, as many taps as it takes."""
    answer = device.get("/kiosk")
    for part in (f"/kiosk/{language}/", "/number", "for=mbe"):
        answer = follow(device, answer, part)
    return press(device, answer, need=need)


def test_a_device_that_is_not_paired_shows_digits_and_nothing_else(app, desk):
    device = app.test_client()
    assert "data-begin-url" in device.get("/kiosk").text
    for path in ("/kiosk/de/", "/kiosk/de/number", "/kiosk/de/check-in", "/kiosk/door"):
        assert device.get(path).location == "/kiosk"
    device.set_cookie("kiosk", "made-up")
    assert "data-begin-url" in device.get("/kiosk").text


def test_a_number_in_four_taps_with_what_she_needs(app, kiosk):
    answer = number(kiosk, need="step_free")
    (ticket,) = rows(app, "ticket")
    assert f"{ticket['number']:03d}" in read(answer).words
    assert (ticket["language"], ticket["needs"], ticket["kind"]) == ("ar", ["step_free"], "walk_in")
    assert [row["door"] for row in rows(app, "step")] == ["kiosk"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'dir="rtl"' in answer.text


def test_the_next_visitor_sees_nothing_of_the_last(kiosk, watch):
    number(kiosk)
    assert kiosk.get("/kiosk/ar/ticket").status_code == 200
    watch.pass_by(seconds=91)
    assert kiosk.get("/kiosk/ar/ticket").location == "/kiosk"
    number(kiosk)
    kiosk.get("/kiosk")
    assert kiosk.get("/kiosk/ar/ticket").location == "/kiosk"


def test_a_form_sent_twice_gives_one_number_and_nonsense_none(app, kiosk):
    page = kiosk.get("/kiosk/de/take")
    first, second = (press(kiosk, page, need="") for _ in range(2))
    assert read(first).words == read(second).words
    assert len(rows(app, "ticket")) == 1
    assert press(kiosk, page, need="small_child").status_code == 409
    assert press(kiosk, kiosk.get("/kiosk/de/take"), need="gold").status_code == 422
    assert press(kiosk, kiosk.get("/kiosk/de/take"), need="x" * 30).status_code == 422
    assert len(rows(app, "ticket")) == 1


def test_check_in_by_code_in_persian_digits_by_link_and_the_pad_without_javascript(app, kiosk, watch):
    confirmed = book(app.test_client(), day="2027-03-02")
    code = code_of(confirmed)
    typed = press(kiosk, kiosk.get("/kiosk/de/check-in"), code="123", press="4")
    assert read(typed).form("code").fields["code"] == "1234"
    typed = press(kiosk, typed, code="123", press="back")
    assert read(typed).form("code").fields["code"] == "12"
    assert rows(app, "ticket") == []
    answer = send(kiosk, "/kiosk/ar/check-in", {"code": code.translate(PERSIAN)}, follow_redirects=True)
    (ticket,) = rows(app, "ticket")
    assert f"{ticket['number']:03d}" in read(answer).words
    assert ticket["kind"] == "appointment"
    link = f"https://anlaufstelle.example/ludwigsburg/de/appointment/{link_of(confirmed)}"
    again = send(kiosk, "/kiosk/de/check-in", {"code": link}, follow_redirects=True)
    assert f"{ticket['number']:03d}" in read(again).words
    assert len(rows(app, "ticket")) == 1


def test_what_does_not_check_in_is_said_in_words(app, kiosk):
    def tried(code):
        answer = send(kiosk, "/kiosk/en/check-in", {"code": code})
        return answer.status_code, read(answer).words

    status, words = tried("1234")
    assert (status, worded(app, "The code has eight digits. Please check it.", "en") in words) == (422, True)
    assert tried("")[0] == 422
    status, words = tried("0000 0000")
    assert (status, "We do not find this code." in words) == (404, True)
    confirmed = book(app.test_client(), day="2027-03-04")
    status, words = tried(code_of(confirmed))
    assert (status, "another day: Thursday 4 March 2027" in words) == (409, True)
    cancelled = book(app.test_client(), day="2027-03-02")
    visitor = app.test_client()
    press(visitor, visitor.get(cancelled.request.path + "/cancel"))
    status, words = tried(code_of(cancelled))
    assert (status, "was cancelled" in words) == (409, True)
    assert rows(app, "ticket") == []


def test_a_shut_house_gives_no_number_but_says_when(app, kiosk, watch):
    page = kiosk.get("/kiosk/en/take")
    watch.pass_by(hours=12)
    assert "We are closed now." in read(kiosk.get("/kiosk/en/")).words
    assert kiosk.get("/kiosk/en/number").location == "/kiosk/en/"
    assert "We are closed now." in read(press(kiosk, page, need="")).words
    assert rows(app, "ticket") == []
    assert send(signed_in(app, LEAD), "/ludwigsburg/roster/closed-today").status_code == 303
    page = read(kiosk.get("/kiosk/en/"))
    assert "We are closed today." in page.words
    assert any(link.startswith("tel:") for link in page.links)
    assert not any("check-in" in link for link in page.links)


def test_once_the_queue_is_closed_for_today_the_kiosk_says_so_and_still_checks_in(app, desk, kiosk):
    page = kiosk.get("/kiosk/en/take")
    send(desk, "/ludwigsburg/desk/stop")
    for answer in (kiosk.get("/kiosk/en/"), press(kiosk, page, need="")):
        assert worded(
            app, "No more numbers are given today. In an emergency, please speak to us at the desk.", "en"
        ) in (read(answer).words)
        assert read(answer).link("/check-in")
    assert rows(app, "ticket") == []


def test_an_empty_desk_is_said_at_the_kiosk_and_counsellors_hear_who_came(app, desk, kiosk, watch):
    counsellor = signed_in(app, COUNSELLOR)
    number(kiosk)
    assert 'id="arrived"' not in counsellor.get("/ludwigsburg/calls/now").text
    assert switch(desk, "vacant").status_code == 303
    assert (
        worded(app, "Nobody is at the desk now. Please take a number here. We know that you are here.")
        in read(kiosk.get("/kiosk/de/")).words
    )
    (ticket,) = rows(app, "ticket")
    assert f"{ticket['number']:03d}" in counsellor.get("/ludwigsburg/calls/now").text.partition('id="arrived"')[2][:900]
    send(desk, "/ludwigsburg/desk/stop")
    assert "help" not in kiosk.get("/kiosk/de/").text.partition("</main>")[2].partition("leaving")[0]
    send(desk, "/ludwigsburg/desk/reopen")
    switch(desk, "vacant", "")
    assert 'id="arrived"' not in counsellor.get("/ludwigsburg/calls/now").text
    assert "data-prints" not in number(kiosk).text
    switch(desk, "prints")
    assert "data-prints" in number(kiosk).text


def test_the_picture_at_the_door_checks_in_a_phone_in_the_house_for_some_minutes(app, kiosk, house, watch):
    from booking import clock
    from booking.services import kiosks
    from booking.web.places import config

    with app.app_context():
        seen = kiosks.sign(house["ludwigsburg"], secret=config().secret_key, now=clock.now())
    confirmed, phone = book(app.test_client(), day="2027-03-02"), app.test_client()
    assert kiosk.get("/kiosk/door").text.count("<img") == 2
    page = phone.get(f"/ludwigsburg/here?t={seen}", headers={"Accept-Language": "ar"})
    assert read(page).html["lang"] == "ar"
    assert press(phone, page, code="1234").status_code == 422
    assert press(phone, page, code="").status_code == 422
    assert rows(app, "ticket") == []
    arrived = press(phone, page, code=code_of(confirmed))
    assert arrived.request.path.startswith("/t/ar/")
    assert len(rows(app, "ticket")) == 1
    assert phone.get(f"/balingen/de/here?t={seen}").status_code == 410
    watch.pass_by(minutes=10)
    old = phone.get(f"/ludwigsburg/de/here?t={seen}")
    assert (old.status_code, worded(app, "This picture has changed. Please scan it again.") in read(old).words) == (
        410,
        True,
    )
    assert press(phone, page, code=code_of(confirmed)).status_code == 422
