"""责任上墙: who must be named, versions, print, photo, verification, coverage, and the page behind the QR code."""

import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from enterprises.actions import correct_enterprise, generate_board, outdate_board, post_board, verify_board
from enterprises.board_paper import board_address, board_pdf
from enterprises.duties import duties_of, gaps
from enterprises.models import Board
from enterprises.tests.factories import make_board, make_contact, make_enterprise, make_supervisor
from parkportal.clock import park_now
from parkportal.printing.tests.reading import codes, pages, text
from parkportal.records import figures
from parkportal.records.worklist import entries_for
from parkportal.states import AlreadyMoved, Refused

pytestmark = pytest.mark.django_db


def picture(name="wall.png", size=(40, 40)):
    out = io.BytesIO()
    Image.new("RGB", size, "#ccc").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def holders(**names):
    given = {"leader": "欧阳若水", "daily": "陆青禾", "officer": "莫清和", **names}
    words = {"leader": "领导小组组长", "daily": "日常疫情防控责任人", "officer": "园区督导帮扶人员"}
    return [
        {"code": code, "duty": words.get(code, code), "name": name, "phone": "", "content": ""}
        for code, name in given.items()
    ]


@pytest.fixture
def unit():
    return make_enterprise(
        name="湖南青禾检测有限公司",
        status="resumed",
        tags=["规上"],
        principal=("欧阳若水", "19900000001"),
        liaison=("陆青禾", "19900000002"),
        has_canteen=True,
    )


@pytest.fixture
def supervisor(unit):
    return make_supervisor(unit, name="莫清和")


@pytest.mark.parametrize(
    ("missing", "refused"),
    [("leader", True), ("daily", True), ("officer", True), ("publicity", False), ("canteen", False)],
)
def test_the_first_two_and_the_park_officer_are_mandatory(unit, committee, missing, refused):
    named = holders(publicity="祁月", disinfection="老广生", canteen="上官若水")
    lines = [line for line in named if line["code"] != missing]
    if refused:
        with pytest.raises(Refused) as problem:
            generate_board(enterprise=unit, holders=lines, by=committee)
        assert problem.value.code == "incomplete" and not Board.objects.exists()
    else:
        assert len(gaps(unit, generate_board(enterprise=unit, holders=lines, by=committee).holders)) == 1


def test_without_a_canteen_nobody_is_asked_for_one(unit):
    assert "canteen" in {duty.code for duty in duties_of(unit)}
    unit.has_canteen = False
    assert "canteen" not in {duty.code for duty in duties_of(unit)}
    assert gaps(unit, holders(publicity="祁月", disinfection="老广生")) == []


def test_a_new_version_voids_the_one_before_and_a_token_counts_once(unit, committee):
    token = uuid.uuid4()
    first = generate_board(enterprise=unit, holders=holders(), by=committee, token=token)
    assert generate_board(enterprise=unit, holders=holders(), by=committee, token=token) == first
    second = generate_board(enterprise=unit, holders=holders(), by=committee)
    first.refresh_from_db()
    assert (first.status, second.number, second.status) == ("void", 2, "generated")
    assert first.public_token != second.public_token


def test_the_life_of_a_board(unit, committee, supervisor):
    board = generate_board(enterprise=unit, holders=holders(), by=committee)
    with pytest.raises(Refused):
        verify_board(board=board, by=supervisor)
    token = uuid.uuid4()
    post_board(board=board, photo=picture(), by=committee, token=token)
    board = post_board(board=board, photo=picture(), by=committee, token=token)
    assert board.status == "posted" and board.photo is not None
    board = verify_board(board=board, by=supervisor)
    with pytest.raises(AlreadyMoved):
        verify_board(board=board, by=supervisor)
    assert [move.to_status for move in board.moves.all()] == ["generated", "posted", "verified"]


@pytest.mark.parametrize(
    ("field", "value", "is_outdated"),
    [("principal_name", "栾松年", True), ("liaison_name", "韦可", True), ("headcount", 12, False)],
)
def test_a_change_of_people_in_the_register_outdates_the_board(unit, committee, field, value, is_outdated):
    board = generate_board(enterprise=unit, holders=holders(), by=committee)
    correct_enterprise(enterprise=unit, data={field: value}, version=unit.version, by=committee)
    board.refresh_from_db()
    assert (board.outdated_at is not None) is is_outdated
    if is_outdated:
        post_board(board=board, photo=None, by=committee)
        with pytest.raises(Refused) as problem:
            verify_board(board=board, by=committee)
        assert problem.value.code == "outdated"


def test_somebody_who_does_not_stand_on_the_board_outdates_nothing(unit, committee):
    generate_board(enterprise=unit, holders=holders(), by=committee)
    assert outdate_board(enterprise=unit, gone=["不在牌上"], by=committee) is None
    assert outdate_board(enterprise=unit, gone=["莫清和"], by=committee).outdated_reason


@pytest.mark.parametrize("size", ["A3", "A2"])
def test_the_print_carries_the_names_and_a_code_that_a_scanner_reads(unit, committee, size):
    board = generate_board(enterprise=unit, holders=holders(extra="阿卜杜热西提·买买提艾力·托合提"), by=committee)
    pdf = board_pdf(board, size)
    shown = text(pdf)
    assert "复工复产疫情防控责任" in shown and "欧阳若水" in shown and "第 1 版" in shown
    assert "阿卜杜热西提·" in shown and "托合提" in shown and "…" not in shown  # fitted, not cut
    assert shown.count("废") == 1  # the words at the foot, no stamp
    assert codes(pages(pdf, 100)[0]) == [board_address(board)]


def test_a_replaced_version_is_stamped(unit, committee):
    board = generate_board(enterprise=unit, holders=holders(), by=committee)
    generate_board(enterprise=unit, holders=holders(), by=committee)
    board.refresh_from_db()
    assert text(board_pdf(board, "A3")).count("废") == 2  # at the foot, and large across the page


def test_board_public_says_current_or_superseded_and_names_nobody(unit, committee, client):
    board = generate_board(enterprise=unit, holders=holders(), by=committee)
    door = reverse("enterprises_public:board_public", args=[board.public_token])
    page = client.get(door).content.decode()
    assert "现行有效" in page and "欧阳若水" not in page and "0731-88990139" in page
    second = generate_board(enterprise=unit, holders=holders(), by=committee)
    page = client.get(door).content.decode()
    assert "旧版作废" in page and f"第 {second.number} 版" in page
    assert "Superseded" in client.get(door, {"lang": "en"}).content.decode()
    assert client.get(reverse("enterprises_public:board_public", args=[uuid.uuid4()])).status_code == 404


class TestBoardCreate:
    def data(self, **changes):
        return {
            "token": str(uuid.uuid4()),
            "name_leader": "欧阳若水",
            "phone_leader": "138 0013 8000",
            "name_daily": "陆青禾",
            "name_officer": "莫清和",
            "duty_1": "仓库",
            "name_1": "老广生",
            **changes,
        }

    def test_it_makes_the_board_with_masked_phones_and_extra_rows(self, unit, sign_in):
        browser = sign_in(make_contact(unit))
        door = reverse("enterprises:board_create", args=[unit.pk])
        form = browser.get(door).context["form"]
        assert form["name_leader"].initial == "欧阳若水" and form["name_daily"].initial == "陆青禾"
        data = self.data()
        first = browser.post(door, data)
        assert browser.post(door, data)["Location"] == first["Location"]
        board = Board.objects.get()
        assert [(h["duty"], h["name"], h["phone"]) for h in board.holders] == [
            ("领导小组组长", "欧阳若水", "138****8000"),
            ("日常疫情防控责任人", "陆青禾", ""),
            ("园区督导帮扶人员", "莫清和", ""),
            ("仓库", "老广生", ""),
        ]

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name_leader": ""}, "name_leader"),
            ({"phone_leader": "12345"}, "phone_leader"),
            ({"name_daily": "<b>1</b>"}, "name_daily"),
            ({"name_1": ""}, "name_1"),
            ({"duty_1": ""}, "duty_1"),
            ({"name_leader": "长" * 60}, "name_leader"),
        ],
    )
    def test_bad_input_stays_beside_the_field_and_writes_nothing(self, unit, committee, sign_in, changes, field):
        answer = sign_in(committee).post(reverse("enterprises:board_create", args=[unit.pk]), self.data(**changes))
        assert answer.status_code == 422 and field in answer.context["form"].errors
        assert "莫清和" in answer.content.decode() and not Board.objects.exists()

    def test_the_form_of_an_outdated_board_begins_with_the_register(self, unit, committee, sign_in):
        generate_board(enterprise=unit, holders=holders(publicity="祁月"), by=committee)
        correct_enterprise(enterprise=unit, data={"principal_name": "栾松年"}, version=unit.version, by=committee)
        form = sign_in(committee).get(reverse("enterprises:board_create", args=[unit.pk])).context["form"]
        assert form["name_leader"].initial == "栾松年"
        assert form["name_publicity"].initial is not None


def test_pages_of_a_foreign_board_do_not_exist(unit, committee, sign_in, make_user):
    board = make_board(unit)
    doors = [
        reverse("enterprises:board_create", args=[unit.pk]),
        reverse("enterprises:board_detail", args=[board.pk]),
        reverse("enterprises:board_print", args=[board.pk, "A3"]),
        reverse("enterprises:board_photo", args=[board.pk]),
        reverse("enterprises:board_post", args=[board.pk]),
    ]
    for stranger in (make_contact(make_enterprise()), make_supervisor(make_enterprise()), make_user("warehouse")):
        browser = sign_in(stranger)
        assert [browser.get(door).status_code for door in doors] == [404] * 5
        assert browser.post(reverse("enterprises:board_verify", args=[board.pk])).status_code == 404
    browser = sign_in(committee)
    assert browser.get(reverse("enterprises:board_print", args=[board.pk, "A9"])).status_code == 404


def test_board_post_takes_a_picture_and_nothing_else(unit, committee, supervisor, sign_in):
    board = generate_board(enterprise=unit, holders=holders(), by=committee)
    browser = sign_in(make_contact(unit))
    door = reverse("enterprises:board_post", args=[board.pk])
    token = str(uuid.uuid4())
    for wrong in (None, SimpleUploadedFile("wall.png", b"%PDF-1.4 no picture"), SimpleUploadedFile("a.png", b"")):
        answer = browser.post(door, {"token": token, **({"photo": wrong} if wrong else {})})
        assert answer.status_code == 422
    board.refresh_from_db()
    assert board.status == "generated"
    for _ in range(2):
        assert browser.post(door, {"token": token, "photo": picture()}).status_code == 302
    board.refresh_from_db()
    assert board.status == "posted"
    assert browser.get(reverse("enterprises:board_photo", args=[board.pk]))["Content-Type"] == "image/png"
    # its own enterprise does not verify it; the supervisor does
    verify = reverse("enterprises:board_verify", args=[board.pk])
    assert browser.post(verify).status_code == 404
    assert sign_in(supervisor).post(verify, {"token": str(uuid.uuid4())}).status_code == 302
    board.refresh_from_db()
    assert board.status == "verified"


def test_coverage_by_tag_lists_the_missing_and_sets_the_not_resumed_apart(unit, committee, sign_in):
    hung = make_enterprise(name="湖南砚池泊精密机械有限公司", status="resumed", tags=["规上", "重点"])
    make_board(hung)
    waiting = make_enterprise(name="长沙鹿回坪信息技术有限公司", tags=["重点"])
    small = make_enterprise(name="长沙归帆湾置业有限公司", status="resumed", tags=["中小"])
    browser = sign_in(committee)
    page = browser.get(reverse("enterprises:board_list"))
    assert {row["label"]: (row["due"], row["done"], row["missing"]) for row in page.context["coverage"]} == {
        "规上": (2, 1, 1),
        "重点": (1, 1, 0),
        "中小": (1, 0, 1),
    }
    assert list(page.context["page_obj"]) == [unit]
    for tab, expected in (("not_resumed", [waiting]), ("done", [hung]), ("waiting", [hung]), ("outdated", [])):
        shown = browser.get(reverse("enterprises:board_list"), {"tab": tab})
        assert list(shown.context["page_obj"]) == expected
        assert {code: count for code, _, count in shown.context["tabs"]}[tab] == len(expected)
    value = figures.get("boards_due_posted").value(park_now())
    assert (value.numerator, value.denominator) == (1, 2)
    assert small not in figures.get("boards_due_posted").rows(park_now())


@pytest.mark.both
@pytest.mark.parametrize("many", [1, 60])
def test_board_list_takes_as_many_statements_for_many_as_for_one(committee, sign_in, statements, many):
    for n in range(many):
        make_board(make_enterprise(name=f"湖南上墙{n}号有限公司", status="resumed", tags=["规上"]))
    browser = sign_in(committee)
    door = reverse("enterprises:board_list") + "?tab=done"
    assert statements(lambda: browser.get(door)) <= 12


def test_the_worklist_leads_through_the_life_of_a_board(unit, committee, supervisor):
    contact = make_contact(unit)

    def verbs(user):
        return [entry.verb for entry in entries_for(user) if entry.kind == "责任牌"]

    assert verbs(contact) == ["生成"]
    board = generate_board(enterprise=unit, holders=holders(), by=committee)
    assert verbs(contact) == ["登记张贴"] and verbs(supervisor) == []
    post_board(board=board, photo=picture(), by=contact)
    assert verbs(contact) == [] and verbs(supervisor) == ["核验"]
    outdate_board(enterprise=unit, gone=["陆青禾"], by=committee)
    assert verbs(contact) == ["换新版"] and verbs(supervisor) == []
