"""How the pages behave by themselves: fresh without a jolt, honest about a lost connection, quick under the hand."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.journeys.voices import VOICES

pytestmark = pytest.mark.browser

DESK, GLASS = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
LIVE_PART = re.compile(r"/now\b")
OPEN = '0{"sid":"e","upgrades":[],"pingInterval":5000,"pingTimeout":5000,"maxPayload":10000}'


class Socket:
    """The other end of the page's socket: `open` are the connections so far, `heard` what the page said."""

    def __init__(self, page: Page) -> None:
        self.open: list[WebSocketRoute] = []
        self.heard: list[str] = []
        self.answers = True
        page.route_web_socket("**/socket.io/**", self._connected)

    def _connected(self, ws: WebSocketRoute) -> None:
        self.open.append(ws)
        ws.on_message(lambda said: self._hear(ws, str(said)))
        if self.answers:
            ws.send(OPEN)

    def _hear(self, ws: WebSocketRoute, said: str) -> None:
        self.heard.append(said)
        if said == "40":
            ws.send('40{"sid":"s"}')

    def say(self, packet: str) -> None:
        self.open[-1].send(packet)


class Part:
    """What the server gives for the live part: the true one, changed by `change`; nothing while `down`."""

    def __init__(self, page: Page) -> None:
        self.change: Callable[[str], str] = lambda text: text
        self.down, self.asked = False, 0
        page.route(LIVE_PART, self._answer)

    def _answer(self, route: Route) -> None:
        self.asked += 1
        if self.down:
            route.abort()
        else:
            route.fulfill(body=self.change(route.fetch().text()), content_type="text/html; charset=utf-8")


class Desk:
    def __init__(self, visit, name: str = "desk", clock: bool = False) -> None:
        self.page = visit(name, size=DESK, prepare=lambda page: self._prepare(page, clock))
        self.wait_for(lambda: self.part.asked and "40" in self.socket.heard)

    def _prepare(self, page: Page, clock: bool) -> None:
        if clock:
            page.clock.install()
        self.socket, self.part = Socket(page), Part(page)

    def wait_for(self, true: Callable[[], object]) -> None:
        for _ in range(100):
            if true():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("did not happen within five seconds")

    def pass_time(self, until: Callable[[], object], most: int = 60) -> int:
        """Let the page's clock run, second by second; how many it took."""
        for second in range(most):
            if until():
                return second
            self.page.clock.run_for(1000)
            self.page.wait_for_timeout(30)
        raise AssertionError(f"did not happen within {most} seconds of the page")

    def change(self, old: str, new: str) -> None:
        """Something changes in the house, and the page hears of it."""
        self.part.change = lambda text: text.replace(old, new)
        with self.page.expect_response(LIVE_PART):
            self.socket.say('42["desk"]')


@pytest.fixture
def desk(visit) -> Desk:
    return Desk(visit)


# ── keys ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def sent_form(page: Page) -> list[str]:
    """The bodies of the forms that the page sends from now on; none of them is answered."""
    bodies: list[str] = []
    page.route(
        "**/desk/tickets", lambda route: (bodies.append(route.request.post_data or ""), route.fulfill(status=204))
    )
    return bodies


def test_three_keys_give_a_number_in_a_language(desk):
    bodies = sent_form(desk.page)
    for key in ("n", "a", "Enter"):
        desk.page.keyboard.press(key)
    desk.wait_for(lambda: bodies)
    assert "language=ar&" in bodies[0]


def test_two_keys_give_a_number_without(desk):
    bodies = sent_form(desk.page)
    for key in ("n", "Enter"):
        desk.page.keyboard.press(key)
    desk.wait_for(lambda: bodies)
    assert "language=&" in bodies[0]


def test_letters_choose_a_language_one_after_the_other(desk):
    checked = desk.page.locator("input[name=language]:checked")
    desk.page.keyboard.press("n")
    for key, chosen in (("r", "ru"), ("r", "ro")):
        desk.page.keyboard.press(key)
        expect(checked).to_have_value(chosen)
    desk.page.wait_for_timeout(1000)
    desk.page.keyboard.type("fa-a")
    expect(checked).to_have_value("fa-AF")
    desk.page.wait_for_timeout(1000)
    desk.page.keyboard.type("alb")  # as it is called on this page
    expect(checked).to_have_value("sq")


def test_a_question_mark_shows_the_keys_which_can_be_switched_off(desk):
    dialog = desk.page.locator("#keys")
    desk.page.keyboard.press("?")
    expect(dialog).to_be_visible()
    shown = set(dialog.locator("kbd").all_inner_texts())
    on_page = {one.get_attribute("data-key") for one in desk.page.locator("[data-key]").all()}
    assert on_page <= shown
    dialog.locator("[data-keys-on]").uncheck()
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    desk.page.keyboard.press("n")
    expect(desk.page.locator("input[name=language]:focus")).to_have_count(0)


def test_a_key_typed_into_a_field_is_a_letter(desk):
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("np?")
    expect(desk.page.locator("#q")).to_have_value("np?")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#q")).not_to_be_focused()


@pytest.mark.parametrize(("state", "keys"), [("free", "n"), ("called", "rsdmpu"), ("in_talk", "dpu")])
def test_the_counsellors_keys_press_what_makes_sense_now(visit, state, keys):
    page = Desk(visit, f"calls-{state}").page
    enabled = page.locator("#current button:enabled")
    assert "".join(sorted(one.get_attribute("data-key") for one in enabled.all())) == "".join(sorted(keys))
    page.route("**/ludwigsburg/calls/**", lambda route: route.fulfill(status=204))
    with page.expect_request("**/ludwigsburg/calls/**"):
        page.keyboard.press(keys[0])


# ── once, and not twice ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_double_click_sends_once(visit):
    page, sent = visit("cancel"), []
    page.route("**/cancel*", lambda route: (sent.append(route.request.method), route.fulfill(status=204)))
    page.locator("main form button").dblclick()
    expect(page.locator("main form button")).to_be_disabled()
    assert sent == ["POST"]
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.locator("main form button")).to_be_enabled()


def test_the_pressed_time_is_sent_with_the_form(visit):
    page = visit("times-moving")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.locator("button[name=start]").first.click()
    assert "start=2027-03-17" in (sent.value.post_data or "")


# ── the live part ─────────────────────────────────────────────────────────────────────────────────────────────────

OLD, NEW = "4858 1952", "1111 2222"


def test_what_changed_is_shown_and_the_focus_stays(desk):
    desk.page.locator("#next-come-31").focus()
    desk.change(OLD, NEW)
    expect(desk.page.locator("#arrivals")).to_contain_text(NEW)
    expect(desk.page.locator("#next-come-31")).to_be_focused()


def test_what_did_not_change_is_left_alone(desk):
    row = desk.page.locator("#queue tbody tr").first.element_handle()
    desk.change(OLD, NEW)
    expect(desk.page.locator("#arrivals")).to_contain_text(NEW)
    assert row.evaluate("row => row.isConnected")


def test_nothing_moves_while_the_pointer_is_down(desk):
    desk.page.locator("#queue-title").hover()
    desk.page.mouse.down()
    desk.change(OLD, NEW)
    expect(desk.page.locator("#arrivals")).to_contain_text(OLD)
    desk.page.mouse.up()
    expect(desk.page.locator("#arrivals")).to_contain_text(NEW)


def test_nothing_moves_under_a_hand_about_to_press(desk):
    desk.page.locator("#next-come-32").hover()
    desk.change(OLD, NEW)
    expect(desk.page.locator("#arrivals")).to_contain_text(OLD)
    desk.page.locator("#queue-title").hover()
    expect(desk.page.locator("#arrivals")).to_contain_text(NEW)


def test_a_forgotten_pointer_does_not_keep_the_page_old(desk):
    desk.page.locator("#next-come-32").hover()
    desk.change(OLD, NEW)
    expect(desk.page.locator("#arrivals")).to_contain_text(NEW, timeout=8000)


def test_minutes_waited_grow_without_asking(visit):
    desk = Desk(visit, clock=True)
    minutes = desk.page.locator("#queue [data-since-instant]").first
    before, asked = int(minutes.inner_text()), desk.part.asked
    for pings in range(1, 16):
        desk.socket.say("2")
        desk.wait_for(lambda wanted=pings: desk.socket.heard.count("3") == wanted)
        desk.page.clock.run_for(5000)
    expect(minutes).to_have_text(str(before + 1))
    assert desk.part.asked == asked


def test_the_chosen_room_stays_chosen(visit):
    desk = Desk(visit, "calls-free")
    desk.page.locator("#room").select_option("2")
    desk.change(">212<", ">213<")
    expect(desk.page.locator("#next-up")).to_contain_text("213")
    expect(desk.page.locator("#room")).to_have_value("2")


# ── lost, and found again ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_lost_connection_is_said_and_heals(visit):
    desk = Desk(visit, clock=True)
    desk.part.down, desk.socket.answers = True, False
    desk.socket.open[-1].close()
    notice = desk.page.locator("#lost")
    expect(notice).to_be_visible()
    expect(notice).to_contain_text(re.compile(r"\b\d\d:\d\d\b"))
    desk.part.down = False
    desk.page.clock.run_for(10_000)
    expect(notice).to_be_hidden()


def test_without_a_socket_the_part_is_asked_for_every_ten_seconds_and_not_beside_one(visit):
    desk = Desk(visit, clock=True)
    desk.socket.answers = False
    desk.socket.open[-1].close()
    desk.wait_for(lambda: desk.part.asked == 2)
    for count in (3, 4):
        desk.page.clock.run_for(10_000)
        desk.wait_for(lambda wanted=count: desk.part.asked == wanted)


@pytest.mark.parametrize("packet", ["1", "41", '44{"message":"no"}'])
def test_a_socket_that_is_told_to_go_comes_back(visit, packet):
    desk = Desk(visit, clock=True)
    desk.socket.say(packet)
    desk.wait_for(lambda: desk.part.asked == 2)
    desk.pass_time(lambda: len(desk.socket.open) == 2, most=4)
    desk.wait_for(lambda: desk.part.asked >= 3)


def test_missing_pings_are_noticed(visit):
    desk = Desk(visit, clock=True)
    desk.socket.say("2")
    desk.wait_for(lambda: "3" in desk.socket.heard)
    desk.page.clock.run_for(9000)
    assert len(desk.socket.open) == 1
    desk.page.clock.run_for(3500)
    desk.wait_for(lambda: len(desk.socket.open) == 2)


@pytest.mark.parametrize(("chance", "wanted"), [(0.999, [2, 4, 8, 16, 30, 30]), (0, [1, 1, 1, 1, 1, 1])])
def test_tries_grow_apart_by_chance_but_never_beyond_half_a_minute(visit, chance, wanted):
    desk = Desk(visit, clock=True)
    desk.page.evaluate(f"Math.random = () => {chance}")
    desk.socket.answers = False
    desk.socket.open[-1].close()
    pauses = []
    for count in range(2, 2 + len(wanted)):
        pauses.append(desk.pass_time(lambda wanted=count: len(desk.socket.open) >= wanted))
        desk.socket.open[-1].close()
    assert all(second <= pause <= second + 2 for second, pause in zip(wanted, pauses, strict=True)), pauses


# ── the waiting room ──────────────────────────────────────────────────────────────────────────────────────────────


class Screen:
    def __init__(self, visit, *calls: dict, pages: list | None = None, **more) -> None:
        self.snapshot = {
            "epoch": "a", "version": 5, "at": "2027-03-16T08:12:00+00:00", "clock": "09:12", "open": True,
            "closed_today": False, "full_today": False, "waiting": 3, "calls": list(calls), "expected": [25, 40],
            "alone": False, "forecast_at": None, "line": {}, **more,
        }  # fmt: skip
        self.down, self.pages = False, pages or []
        self.page = visit("screen", size=GLASS, prepare=self._prepare)
        expect(self.page.locator("#clock")).to_have_text(self.snapshot["clock"])

    def _prepare(self, page: Page) -> None:
        page.clock.install()
        self.socket = Socket(page)
        page.add_init_script(VOICES)
        page.route("**/info", lambda route: route.fulfill(json={"pages": self.pages}))
        page.route("**/board", lambda route: route.abort() if self.down else route.fulfill(json=self.snapshot))

    def hear(self, **changes) -> None:
        self.snapshot = {**self.snapshot, "version": self.snapshot["version"] + 1, **changes}
        self.socket.say(f'42["board",{json.dumps(self.snapshot)}]')

    def chimes(self, count: int) -> None:
        expect(self.page.locator("#screen")).to_have_attribute("data-chimes", str(count))

    def later(self, seconds: int) -> None:
        """Second by second, so that what is promised meanwhile is kept meanwhile."""
        for _ in range(seconds):
            self.page.clock.run_for(1000)

    def silent(self) -> None:
        assert self.page.locator("#screen").get_attribute("data-chimes") is None


def call(number: str, room: str = "1", age: int = 1, calls: int = 1, voice: str | None = None) -> dict:
    called = {"called": f"t{number}{calls}", "age": age, "voice": voice}
    return {"number": number, "room": room, "calls": calls, **called}


def test_a_call_is_shown_large_with_those_before(visit):
    screen = Screen(visit, call("014", "3"), call("013", "2", 200))
    expect(screen.page.locator("#number")).to_have_text("014")
    expect(screen.page.locator("#room")).to_have_text("3")
    expect(screen.page.locator("#earlier li")).to_have_count(1)
    expect(screen.page.locator("#waiting")).to_have_text("3")


def test_loading_the_page_rings_no_bell_and_a_new_call_rings_once(visit):
    screen = Screen(visit, call("014"), call("013", age=20))
    expect(screen.page.locator("#number")).to_have_text("014")
    screen.silent()
    screen.hear(calls=[call("016"), call("015"), call("014")])
    screen.chimes(1)
    screen.hear(waiting=4)
    expect(screen.page.locator("#waiting")).to_have_text("4")
    screen.chimes(1)
    screen.later(10)
    screen.hear(calls=[call("016", calls=2), call("015")])
    screen.chimes(2)


def test_a_number_is_said_in_german_and_in_the_language_its_holder_chose_one_after_the_other(visit):
    screen = Screen(visit)
    screen.hear(calls=[call("014", "3", voice="ar")])
    screen.hear(calls=[call("015", "R 2"), call("014", "3", voice="ar")])
    screen.chimes(1)
    screen.later(2)
    assert screen.page.evaluate("said") == ["de-DE: Nummer 0 1 4. Zimmer 3."]
    screen.later(12)
    said = screen.page.evaluate("said")
    assert [one.partition(":")[0] for one in said] == ["de-DE", "ar_EG", "de-DE"]
    assert "0 1 4" in said[1]
    assert said[2] == "de-DE: Nummer 0 1 5. Zimmer R 2."
    assert screen.page.evaluate("most") == 1
    screen.chimes(2)


def test_a_language_without_a_voice_is_not_said_and_does_not_hold_up_the_next(visit):
    screen = Screen(visit)
    screen.hear(calls=[call("014", voice="en")])
    screen.later(6)
    assert len(screen.page.evaluate("said")) == 1
    screen.hear(calls=[call("015"), call("014", voice="en")])
    screen.chimes(2)


def test_between_calls_the_house_speaks_in_german_and_one_more_language_at_a_time(visit):
    texts = [["de", "ltr", "Kommen Sie zum Frauencafé."], ["en", "ltr", "Come to the café."], ["ar", "rtl", "أهلا"]]
    screen = Screen(visit, call("014", age=110), call("013", age=300), pages=[texts])
    info, second = screen.page.locator("#info"), screen.page.locator("#info-second")
    expect(info).to_be_hidden()
    screen.snapshot["calls"][0]["age"] = 121
    screen.later(6)
    expect(info).to_contain_text("Frauencafé")
    expect(second).to_have_text("Come to the café.")
    expect(screen.page.locator("#earlier li")).to_have_count(2)
    screen.later(16)
    expect(second).to_have_attribute("dir", "rtl")
    screen.hear(calls=[call("015"), *screen.snapshot["calls"]])
    expect(info).to_be_hidden()
    expect(screen.page.locator("#number")).to_have_text("015")


@pytest.mark.parametrize(
    ("more", "said"),
    [({}, "etwa 25–40 Min."), ({"alone": True}, "kann es lange dauern"), ({"expected": None}, ""),
     ({"expected": [0, 0]}, ""), ({"open": False}, "")],
)  # fmt: skip
def test_whoever_comes_now_reads_how_long_it_takes(visit, more, said):
    screen = Screen(visit, call("014"), **more)
    place = screen.page.locator("#expected")
    expect(place).to_contain_text(said) if said else expect(place).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_number_can_be_read_from_eight_metres(visit, language, width, height):
    """A glass of 43 inches is 535 mm high (or wide), and letters of 32 mm are read at eight metres (a 250th of it)."""
    page = visit("screen", language, size={"width": width, "height": height})
    expect(page.locator("#number")).to_have_text("211")
    letter = "one => parseFloat(getComputedStyle(one).fontSize) * 0.71 / Math.min(innerWidth, innerHeight) * 535"
    for part in ("#number", "#room", "#earlier [data-number]"):
        assert page.locator(part).first.evaluate(letter) >= 32, part
    assert page.locator("#number").evaluate(letter) > 130
    beside = "one => one.scrollWidth > one.clientWidth + 1"
    assert not page.locator(".glass").evaluate(beside)


def test_an_old_call_rings_no_bell(visit):
    screen = Screen(visit)
    screen.hear(calls=[call("014", age=61)])
    expect(screen.page.locator("#number")).to_have_text("014")
    screen.silent()


def test_an_older_snapshot_is_not_shown_but_one_of_a_new_epoch_is(visit):
    screen = Screen(visit, call("014"))
    screen.hear(version=4, calls=[call("012")])
    screen.hear(version=5, waiting=9)
    expect(screen.page.locator("#waiting")).to_have_text("9")
    screen.hear(version=4, calls=[call("011")])
    screen.hear(version=1, epoch="b", calls=[call("500")])
    screen.later(6)  # an answer that was on its way from before is set right by the next question
    expect(screen.page.locator("#number")).to_have_text("500")


def test_a_screen_without_contact_says_so_and_heals(visit):
    screen = Screen(visit, call("014"))
    screen.down = True
    screen.page.clock.run_for(14_000)
    expect(screen.page.locator("#stale")).to_be_hidden()
    screen.page.clock.run_for(6_000)
    expect(screen.page.locator("#stale")).to_contain_text("09:12")
    expect(screen.page.locator("#screen")).to_have_class(re.compile("stale"))
    screen.down = False
    screen.page.clock.run_for(5_000)
    expect(screen.page.locator("#stale")).to_be_hidden()
    screen.silent()


def test_a_socket_that_closes_and_stays_closed_is_said_within_seconds(visit):
    screen = Screen(visit, call("014"))
    screen.down, screen.socket.answers = True, False
    screen.socket.open[-1].close()
    screen.page.clock.run_for(4_000)
    expect(screen.page.locator("#stale")).to_be_hidden()
    for _ in range(10):  # the page may notice the closed socket only now
        if not screen.page.locator("#stale").is_visible():
            screen.page.clock.run_for(1_000)
    expect(screen.page.locator("#stale")).to_contain_text("09:12")
    screen.down = False
    screen.page.clock.run_for(5_000)
    expect(screen.page.locator("#stale")).to_be_hidden()


def test_a_closed_socket_is_no_lost_connection_while_the_board_answers(visit):
    screen = Screen(visit, call("014"))
    screen.socket.answers = False
    screen.socket.open[-1].close()
    for _ in range(12):
        with screen.page.expect_response("**/board"):
            screen.page.clock.run_for(5_000)
        expect(screen.page.locator("#stale")).to_be_hidden()


@pytest.mark.parametrize(("is_open", "shown"), [(True, "#nobody"), (False, "#closed")])
def test_with_nobody_called_the_screen_is_calm(visit, is_open, shown):
    screen = Screen(visit, open=is_open)
    expect(screen.page.locator(".stage > :visible")).to_have_count(1)
    expect(screen.page.locator(shown)).to_be_visible()


def test_a_new_screen_shows_its_digits_and_begins_when_it_is_paired(visit):
    begun, paired, busy = [], [], []

    def claim(route: Route) -> None:
        route.fulfill(json={"paired": bool(paired)}, status=429 if busy else 200)

    def begin(route: Route) -> None:
        route.fulfill(json={"code": f"04291{7 - len(begun)}", "secret": "s", "seconds": 600})
        begun.append(1)

    def prepare(page: Page) -> None:
        page.clock.install()
        page.route("**/screen/pairing", begin)
        page.route("**/screen/pairing/claim", claim)

    page = visit("pairing", size=GLASS, prepare=prepare)
    expect(page.locator("#digits")).to_have_text("042 917")
    busy.append(1)
    page.clock.run_for(2000)
    expect(page.locator("#lost")).to_be_visible()
    busy.clear()
    page.clock.run_for(2000)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#digits")).to_have_text("042 917")
    page.clock.fast_forward(600_000)
    expect(page.locator("#digits")).to_have_text("042 916")
    paired.append(1)
    with page.expect_navigation():
        page.clock.run_for(2000)
    expect(page.locator("#digits")).to_have_text("042 915")


def test_a_number_prints_itself(visit):
    stub = "window.print = () => { document.documentElement.dataset.printed = 'yes' }"
    page = visit("ticket", prepare=lambda page: page.add_init_script(stub))
    expect(page.locator("html")).to_have_attribute("data-printed", "yes")


def test_the_desk_fits_its_glass_with_twelve_waiting_and_ten_appointments(visit):
    """1366 × 768, four counsellors: nothing of the lists is below an edge."""
    page = visit("desk", size={"width": 1366, "height": 768})
    boxes = "['queue-scroll', 'arrivals-scroll'].map((id) => document.getElementById(id))"
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.evaluate(f"{boxes}.every((box) => box.scrollHeight <= box.clientHeight)")
    assert page.locator("#queue tbody tr").count() == 12
    assert page.locator("#arrivals li").count() == 10
