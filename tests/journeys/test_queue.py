"""Bad network: what was entered waits in the browser until the server has acknowledged it, under its author's name."""

import pytest

from tests.journeys.own_sitting import ask, own_sitting, settled
from tests.journeys.story import wait_for

pytestmark = pytest.mark.journey

ADD = """([url, fields, label]) => window.parkQueue.add({url, fields: Object.entries(fields), label})"""
SAID = "window.said = []; window.parkQueue.on((event) => window.said.push([event.type, (event.item || {}).label]));"


@pytest.fixture(scope="module")
def sitting(running_park):
    return own_sitting(running_park, point="队列采样点", prefix="QU", people=4)


def temperature(sitting, number, value="36.5"):
    return [sitting.desk, {"text": value, "step": "temperature", "current": sitting.codes[number], "lane": "1"}]


def moves(park, sitting, number):
    return ask(
        park, f"SignUpMove.objects.filter(subject__code='{sitting.codes[number]}', to_status='measured').count()"
    )


def empty(page):
    settled(page)
    assert page.evaluate("async () => (await window.parkQueue.items()).length") == 0


def test_a_cut_loses_nothing_and_the_answer_that_was_never_heard_doubles_nothing(park, sitting):
    with park.person("易安", username="caiyang1") as clerk:
        page = clerk.goes_to("/testing/station/").page
        page.evaluate(SAID)

        # given no network: two temperatures are entered, wait, and say so
        clerk.context.set_offline(True)
        page.evaluate(ADD, [*temperature(sitting, 0), "体温一"])
        page.evaluate(ADD, [*temperature(sitting, 1), "体温二"])
        clerk.sees("待发 2 条，没有连上，连上后自动送出")
        clerk.context.set_offline(False)

        # then both arrive in their order and the strip goes away
        empty(page)
        page.locator("[data-queue-strip]").wait_for(state="hidden")
        answered = [label for kind, label in page.evaluate("window.said") if kind == "answered"]
        assert answered == ["体温一", "体温二"]

        # when the server did it but its answer is lost on the way, and the page is loaded anew
        taken, lost = [], []

        def swallow(route):
            if taken or route.request.method != "POST":
                route.continue_()
                return
            taken.append(route)  # at once: the queue may ask again while the server still answers
            lost.append(route.fetch().status)
            route.abort()

        page.route("**/testing/station/*/", swallow)
        page.evaluate(ADD, [*temperature(sitting, 2), "体温三"])
        wait_for(lambda: page.evaluate("window.parkQueue.misses") and lost, every=0.1)
        page.reload()
        empty(page)
        assert lost == [200]
    assert [moves(park, sitting, number) for number in range(3)] == [1, 1, 1]


def test_a_refusal_stays_to_be_reviewed_and_can_be_sent_again_or_given_up(park, sitting):
    with park.person("时雨", username="caiyang2") as clerk:
        page = clerk.goes_to("/testing/station/").page

        page.evaluate(ADD, ["/testing/station/nowhere/", {"text": "36.5"}, "没有这一场"])
        clerk.sees("1 条没有被接受，请核对", "这一页已经没有了，或不归您管")
        clerk.fits().presses("重试").sees("1 条没有被接受")
        page.reload()
        clerk.sees("1 条没有被接受")
        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("button", name="放弃").click()
        page.locator("[data-queue-strip]").wait_for(state="hidden")
        empty(page)


def test_somebody_elses_items_are_held_back_until_they_sign_in_again(park, sitting):
    with park.person("两个人一台电脑", username="caiyang1") as desk:
        page = desk.goes_to("/testing/station/").page

        # given one who entered something while the network was gone, and whose session then ended
        desk.context.set_offline(True)
        page.evaluate(ADD, [*temperature(sitting, 3), "体温四"])
        desk.sees("待发 1 条")
        cookies = [cookie for cookie in desk.context.cookies() if cookie["name"] != "sessionid"]
        desk.context.clear_cookies()
        desk.context.add_cookies(cookies)
        desk.context.set_offline(False)
        page.evaluate("window.parkQueue.send()")
        desk.sees("请重新登录，登录后自动送出", "去登录")

        # when a colleague signs in at the same machine, nothing is sent in the wrong name
        desk.signs_in("caiyang2", "Yuelu-2020-demo").goes_to("/testing/station/")
        desk.sees("另有 1 条是别的账号的，由本人登录后送出")
        page.evaluate("window.parkQueue.send()")
        assert moves(park, sitting, 3) == 0

        # then the author's own sign-in sends it
        with page.expect_navigation():
            page.evaluate("document.querySelector('form[action=\"/accounts/logout/\"]').submit()")
        desk.signs_in("caiyang1", "Yuelu-2020-demo").goes_to("/testing/station/")
        empty(page)
    by = ask(
        park,
        f"SignUpMove.objects.filter(subject__code='{sitting.codes[3]}', to_status='measured').values_list('by__username', flat=True)[0]",
    )
    assert by == "caiyang1"
