"""A shared unit opens without an account, expires, can be taken back, and counts its views."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from enterprises.tests.pages import drawn
from investment import actions
from investment.demo import drawing
from investment.models import Photo, ShareView, TimeRequest, Unit
from investment.tests.factories import make_lead, make_unit
from parkportal.clock import park_now
from parkportal.idempotency import new_token
from parkportal.records import files

pytestmark = pytest.mark.django_db


def picture(name):
    return SimpleUploadedFile(f"{name}.png", drawing(name))


@pytest.fixture
def officer(make_user):
    return make_user("investment", name="叶知秋")


@pytest.fixture
def link(officer):
    lead = make_lead(officer)
    return actions.share_unit(
        make_unit(title_en="Production floor"),
        by=officer,
        token=new_token(),
        lead=lead,
        language="en",
        offered_at=park_now() + timedelta(days=2),
        expires_at=park_now() + timedelta(days=10),
    )


def test_it_opens_in_english_and_counts(client, link):
    page = client.get(reverse("share:share", args=[link.address])).content.decode()
    assert "Building B3, floor 4" in page and "Production floor" in page and "This link works until" in page
    assert "Hallberg" not in page
    assert ShareView.objects.count() == 1


def test_a_page_with_pictures_counts_once_and_a_picture_when_it_is_opened(client, link, officer):
    raw = BytesIO()
    Image.new("RGB", (40, 30), "white").save(raw, "PNG")
    kept = files.keep(raw.getvalue(), name="图.png", purpose="unit-photo", owner=officer)
    photos = [Photo.objects.create(unit=link.unit, file=kept, position=n) for n in (1, 2)]
    page = client.get(reverse("share:share", args=[link.address])).content.decode()
    shown = [reverse("share:share_photo", args=[link.address, photo.pk]) for photo in photos]
    assert all(f'src="{address}"' in page and client.get(address).status_code == 200 for address in shown)
    assert link.opened == link.views.count() == 1
    assert f'href="{shown[1]}?opened=1"' in page and client.get(f"{shown[1]}?opened=1").status_code == 200
    assert (link.opened, link.views.count()) == (1, 2)


def test_it_opens_in_chinese_when_asked(client, link):
    page = client.get(reverse("share:share", args=[link.address]) + "?lang=zh-hans").content.decode()
    assert "B3栋 4 层 4A" in page


def test_unknown_expired_and_taken_back_look_the_same(client, link, officer):
    unknown = client.get(reverse("share:share", args=["x" * 22]))
    link.expires_at = park_now() - timedelta(minutes=1)
    link.save()
    expired = client.get(reverse("share:share", args=[link.address]))
    link.expires_at = park_now() + timedelta(days=1)
    link.save()
    actions.withdraw_link(link, by=officer)
    withdrawn = client.get(reverse("share:share", args=[link.address]))
    assert {unknown.status_code, expired.status_code, withdrawn.status_code} == {404}
    assert unknown.content == expired.content == withdrawn.content
    assert not ShareView.objects.exists()


def test_the_guest_asks_for_a_time_once(client, link):
    form = {"token": new_token(), "other": "2020-02-21T09:00", "note": "<b>early</b>", "lang": "en"}
    for _ in range(2):
        assert client.post(reverse("share:share_ask", args=[link.address]), form).status_code == 302
    asked = TimeRequest.objects.get()
    assert asked.wanted_at.isoformat().startswith("2020-02-21T08:00")  # nine in Berlin is eight in UTC


def test_what_the_guest_types_is_not_lost_when_the_time_is_not_understood(client, link):
    form = {"token": new_token(), "other": "next Tuesday", "note": "We need a crane", "lang": "en"}
    answer = client.post(reverse("share:share_ask", args=[link.address]), form)
    page = answer.content.decode()
    assert answer.status_code == 422 and "We need a crane" in page and 'href="#id_other"' in page
    assert not link.requests.exists() and not link.views.exists()


def test_a_photo_of_another_unit_is_not_shown(client, link, officer):
    other = make_unit(number="5A", floor=5)
    actions.add_photos(other, photos=[drawing("plan")], by=officer)
    photo = other.photos.get()
    assert client.get(reverse("share:share_photo", args=[link.address, photo.pk])).status_code == 404


class TestUnitCreate:
    def form(self, unit_building, **changes):
        return {
            "token": new_token(),
            "building": unit_building.pk,
            "floor": 3,
            "number": "3A",
            "area": "960",
            "rentable": "920",
            "status": "free",
            **changes,
        }

    def test_it_works_once(self, sign_in, officer):
        building = make_unit().building
        form = self.form(building)
        browser = sign_in(officer)
        for _ in range(2):
            assert browser.post(reverse("investment:unit_create"), form).status_code == 302
        assert Unit.objects.filter(number="3A").count() == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"rentable": "970"}, "不超过建筑面积"),
            ({"floor": 4, "number": "4A"}, "这层楼里已经有这个单元"),
            ({"area": "很大"}, "输入"),
        ],
    )
    def test_wrong_input_is_said_beside_the_field(self, sign_in, officer, changes, said):
        building = make_unit().building
        answer = sign_in(officer).post(reverse("investment:unit_create"), self.form(building, **changes))
        assert answer.status_code == 422 and said in answer.content.decode()
        assert Unit.objects.count() == 1

    def test_its_pictures_are_kept_and_the_guest_sees_them(self, client, sign_in, officer):
        form = self.form(make_unit().building, photos=[picture("plan"), picture("hall")])
        browser = sign_in(officer)
        page = browser.post(reverse("investment:unit_create"), form, follow=True).content.decode()
        unit = Unit.objects.get(number="3A")
        kept = list(unit.photos.all())
        assert len(kept) == 2
        for photo in kept:
            address = reverse("investment:unit_photo", args=[photo.pk])
            answer = browser.get(address)
            assert f'src="{address}"' in page and answer["Content-Type"].startswith("image/")
            assert Image.open(BytesIO(b"".join(answer))).size == Image.open(BytesIO(drawing("plan"))).size
        link = actions.share_unit(
            unit,
            by=officer,
            token=new_token(),
            lead=None,
            language="en",
            offered_at=None,
            expires_at=park_now() + timedelta(days=1),
        )
        guests = type(client)().get(reverse("share:share", args=[link.address])).content.decode()
        assert all(reverse("share:share_photo", args=[link.address, photo.pk]) in guests for photo in kept)

    def test_what_is_no_picture_is_said_beside_the_field_and_nothing_is_written(self, sign_in, officer):
        lying = SimpleUploadedFile("平面图.png", b"%PDF-1.4 not a picture")
        form = self.form(make_unit().building, photos=[picture("plan"), lying])
        page = sign_in(officer).post(reverse("investment:unit_create"), form)
        assert page.status_code == 422 and 'id="id_photos_error"' in page.content.decode()
        assert Unit.objects.count() == 1 and not Photo.objects.exists()

    def test_others_find_nothing(self, sign_in, make_user):
        for role in ("contact", "station", "warehouse"):
            assert sign_in(make_user(role)).get(reverse("investment:unit_create")).status_code == 404


class TestUnitEdit:
    @pytest.fixture
    def opened(self, sign_in, officer, make_user, client):
        """A unit that a second officer has opened before the first one let it stand with other facts."""
        unit = make_unit(area=Decimal(3000), rentable=Decimal(2800))
        path = reverse("investment:unit_edit", args=[unit.pk])
        said = {"building": unit.building.pk, "floor": 4, "number": "4A", "status": "free"}
        browser, other = sign_in(make_user("investment")), type(client)()
        typed = {**drawn(browser, path), **said, "area": "3000", "rentable": "2900", "tenant": "青禾"}
        sign_in(officer, other)
        theirs = {**drawn(other, path), **said, "area": "2500", "rentable": "2400", "status": "reserved"}
        assert other.post(path, theirs).status_code == 302
        return browser, path, typed, unit

    def test_the_second_sees_both_values_and_the_pictures_are_kept(self, opened):
        browser, path, typed, unit = opened
        answer = browser.post(path, {**typed, "photos": SimpleUploadedFile("plan.png", drawing("plan"))})
        rows = {row.name: (row.theirs, row.mine) for row in answer.context["rows"] if not row.is_same}
        assert rows == {
            "area": ("2,500", "3,000"), "rentable": ("2,400", "2,900"), "status": ("预留", "可租"), "tenant": ("", "青禾"),
        }  # fmt: skip
        assert "叶知秋" in answer.content.decode()
        assert "1 张照片收下了" in answer.content.decode()
        unit.refresh_from_db()
        assert (unit.area, unit.tenant, unit.photos.count()) == (2500, "", 1)
        assert browser.post(path, {**dict(answer.context["hidden"]), "keep_tenant": "mine"}).status_code == 302
        unit.refresh_from_db()
        assert (unit.area, unit.rentable, unit.status, unit.tenant) == (2500, 2400, "reserved", "青禾")
        assert unit.photos.count() == 1

    def test_halves_that_do_not_fit_are_said_and_not_written(self, opened):
        browser, path, typed, unit = opened
        answer = browser.post(path, typed)
        answer = browser.post(path, {**dict(answer.context["hidden"]), "keep_rentable": "mine", "keep_area": "theirs"})
        assert answer.status_code == 422 and "不超过建筑面积" in answer.content.decode()
        unit.refresh_from_db()
        assert (unit.area, unit.rentable) == (2500, 2400)
