"""Files: known by their content, kept encrypted, given to their owner only, gone when their time is over."""

import io
import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from parkportal.records import files, parked, tasks
from parkportal.records.models import Parked, StoredFile
from parkportal.records.sniffing import sniff
from parkportal.states import Refused

PDF = b"%PDF-1.4\n1 0 obj\nendobj\n"


def picture(kind="JPEG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def owner(make_user):
    return make_user("squad")


def keep(data, owner, name="附件.pdf", **options):
    return files.keep(data, name=name, purpose="probe", owner=owner, **options)


@pytest.mark.django_db
def test_a_kept_file_comes_back_and_lies_encrypted_under_a_random_name(owner, tmp_path):
    stored = keep(PDF, owner, name="王小明的身份证.pdf")
    assert files.content(stored) == PDF
    on_disk = next(path for path in tmp_path.rglob("*") if path.is_file())
    assert b"%PDF" not in on_disk.read_bytes() and "王" not in str(on_disk)
    assert stored.content_type == "application/pdf"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "allow", "code"),
    [
        (b"", ("pdf",), "file_empty"),
        (b"MZ\x90\x00\x03", ("pdf", "xlsx"), "file_type"),
        (picture(), ("xlsx", "xls", "text"), "file_type"),
        (b"<html><script>alert(1)</script></html>", ("pdf", "png"), "file_type"),
        (b"\x89PNG\r\n\x1a\nnothing more", ("png",), "picture_broken"),
        (b"%PDF-" + b"x" * 200, ("pdf",), "file_too_large"),
    ],
)
def test_what_is_not_what_it_should_be_is_refused_in_words_and_not_kept(owner, data, allow, code):
    with pytest.raises(Refused) as refusal:
        keep(data, owner, name="表.xlsx", allow=allow, limit=150 if code == "file_too_large" else None)
    assert refusal.value.code == code and refusal.value.text
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_photo_loses_where_it_was_taken_and_its_too_many_pixels(owner):
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    raw = picture(size=(4200, 100), exif=exif)
    kept = files.content(keep(raw, owner, name="现场.jpg"))
    with Image.open(io.BytesIO(kept)) as image:
        assert max(image.size) == 3000 and not image.getexif()
    assert b"Maker of cameras" in raw and b"Maker of cameras" not in kept


@pytest.mark.django_db
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_drawn(owner):
    bomb = io.BytesIO()
    Image.new("1", (20000, 20000)).save(bomb, "PNG")
    with pytest.raises(Refused) as refusal:
        keep(bomb.getvalue(), owner, name="大图.png")
    assert refusal.value.code == "picture_too_large"


@pytest.mark.parametrize(
    ("name", "code", "clean"),
    [
        ("../../etc/passwd", "text", "passwd.csv"),
        ('a"b\r\nSet-Cookie: x.pdf', "pdf", "abSet-Cookie x.pdf"),
        ("名册.exe", "xlsx", "名册.xlsx"),
        ("\u202excod.exe", "pdf", "xcod.pdf"),
        ("", "png", "文件.png"),
        ("x" * 300 + ".xlsx", "xlsx", "x" * 95 + ".xlsx"),
    ],
)
def test_a_file_name_is_harmless_and_ends_as_its_type_does(name, code, clean):
    assert files.clean_name(name, code) == clean


@given(st.text(max_size=200))
def test_no_file_name_carries_a_path_or_a_control_character(name):
    clean = files.clean_name(name, "pdf")
    assert clean.endswith(".pdf") and len(clean) <= 100
    assert not set(clean) & set('/\\\r\n\0"<>')


@given(st.binary(max_size=400))
def test_any_bytes_are_of_one_known_type_or_none(data):
    assert sniff(data) in {None, "pdf", "png", "jpeg", "webp", "xlsx", "xls", "text", "zip"}


@pytest.mark.django_db
def test_the_owner_downloads_and_nobody_else_knows_the_address(client, make_user, sign_in, owner):
    stored = keep(PDF, owner, name="复工备案 2月.pdf")
    address = f"/records/files/{stored.token}/"
    assert client.get(address).status_code == 302
    sign_in(make_user("committee"))
    assert client.get(address).status_code == 404
    assert client.get(f"/records/files/{uuid.uuid4()}/").status_code == 404
    sign_in(owner)
    answer = client.get(address)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5")
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_only_pictures_and_pdf_open_in_the_page(client, sign_in, owner):
    sign_in(owner)
    photo, table = keep(picture(), owner, name="a.jpg"), keep(b"a,b\n1,2\n", owner, name="a.csv")
    assert client.get(f"/records/files/{photo.token}/?view=1")["Content-Disposition"].startswith("inline")
    assert client.get(f"/records/files/{table.token}/?view=1")["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db(transaction=True)
def test_what_has_expired_is_not_served_and_then_gone_from_the_disk(client, sign_in, owner, tmp_path):
    stored = keep(PDF, owner, expires_at=timezone.now() - timedelta(seconds=1))
    parked.put("probe", {"step": 1}, owner=owner, life=timedelta(seconds=-1))
    kept = keep(PDF, owner)
    sign_in(owner)
    assert client.get(f"/records/files/{stored.token}/").status_code == 404
    tasks.expire_parked()
    assert list(StoredFile.objects.all()) == [kept] and not Parked.objects.exists()
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.django_db
def test_sessions_that_are_over_are_thrown_away(client, sign_in, owner):
    sign_in(owner)
    Session.objects.create(session_key="over", session_data="x", expire_date=timezone.now() - timedelta(seconds=1))
    tasks.expire_parked()
    assert Session.objects.get().session_key == client.session.session_key


@pytest.mark.django_db
def test_a_draft_is_found_by_its_owner_or_by_its_token_and_by_nobody_else(make_user, owner):
    parked.put("filing", {"step": 1}, owner=owner, subject="7")
    parked.put("filing", {"step": 2}, owner=owner, subject="7")
    assert Parked.objects.count() == 1
    assert parked.get("filing", owner=owner, subject="7").content == {"step": 2}
    assert parked.get("filing", owner=owner, subject="8") is None
    assert parked.get("filing", owner=make_user("squad"), subject="7") is None
    assert parked.get("filing") is None
    open_draft = parked.begin("signup", {"name": "王小明"})
    assert parked.get("signup", token=open_draft.token).content == {"name": "王小明"}
    assert parked.get("signup", token=uuid.uuid4()) is None
    assert parked.get("signup", token=parked.begin("signup", {}, owner=owner).token) is None
    parked.drop("signup", token=open_draft.token)
    assert parked.get("signup", token=open_draft.token) is None


@pytest.mark.django_db
def test_the_uploads_own_type_and_name_are_not_believed(owner):
    upload = SimpleUploadedFile("x.xlsx", PDF, content_type="application/vnd.ms-excel")
    assert keep(upload, owner, name="x.xlsx").content_type == "application/pdf"
