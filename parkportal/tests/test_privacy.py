"""Encrypted columns, keyed look-up, masks (handbook §9), and the storage that encrypts."""

import base64
import io
import os

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.db import connection, models
from hypothesis import given
from hypothesis import strategies as st

from parkportal import privacy
from parkportal.accounts.models import User
from parkportal.origin import OriginField
from parkportal.privacy import EncryptedTextField, EncryptingStorage, Undecryptable
from parkportal.records import parked
from parkportal.records.models import Parked

PHONE = "13800138000"
NUMBER = "430104199001010019"


def key(key_id):
    return f"{key_id}:{base64.b64encode(os.urandom(32)).decode()}"


def stored_text(table, column, pk):
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" WHERE id = %s', [pk])
        return cursor.fetchone()[0]


@given(st.binary(max_size=2000))
def test_what_is_sealed_opens_in_its_place(plain):
    assert privacy.decrypt(privacy.encrypt(plain, context="a.b.c"), context="a.b.c") == plain


def test_the_same_text_is_sealed_differently_each_time():
    assert privacy.encrypt(b"x", context="a.b.c") != privacy.encrypt(b"x", context="a.b.c")


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_does_not_open(at, change):
    sealed = bytearray(privacy.encrypt(NUMBER.encode(), context="a.b.c"))
    sealed[at % len(sealed)] ^= change
    with pytest.raises(Undecryptable):
        privacy.decrypt(bytes(sealed), context="a.b.c")


@pytest.mark.django_db
class TestColumns:
    def test_the_database_holds_no_plain_text(self, make_user):
        user = make_user("squad", phone=PHONE)
        assert PHONE not in stored_text("accounts_user", "phone", user.pk)
        assert User.objects.get(pk=user.pk).phone == PHONE

    def test_empty_stays_empty(self, make_user):
        user = make_user("squad")
        assert stored_text("accounts_user", "phone", user.pk) == ""
        assert User.objects.get(pk=user.pk).phone == ""

    def test_a_value_moved_to_another_column_does_not_open(self, make_user):
        user = make_user("squad", phone=PHONE)
        draft = parked.put("scratch", {"phone": PHONE}, owner=user)
        with connection.cursor() as cursor:
            moved = stored_text("records_parked", "content", draft.pk)
            cursor.execute("UPDATE accounts_user SET phone = %s WHERE id = %s", [moved, user.pk])
        with pytest.raises(Undecryptable):
            User.objects.get(pk=user.pk)

    def test_a_sealed_column_cannot_be_filtered_by(self):
        with pytest.raises(FieldError):
            User.objects.filter(phone=PHONE).exists()
        with pytest.raises(FieldError):
            User.objects.filter(phone__contains="138").exists()

    def test_an_old_key_still_opens_and_the_first_one_seals(self, make_user, settings):
        old, new = key("k1"), key("k2")
        settings.FIELD_KEYS = old
        user = make_user("squad", phone=PHONE)
        settings.FIELD_KEYS = f"{new},{old}"
        reader = User.objects.get(pk=user.pk)
        assert reader.phone == PHONE
        reader.save()
        settings.FIELD_KEYS = new
        assert User.objects.get(pk=user.pk).phone == PHONE

    def test_without_its_key_a_value_does_not_open(self, make_user, settings):
        settings.FIELD_KEYS = key("k1")
        user = make_user("squad", phone=PHONE)
        for other in (key("k2"), key("k1")):
            settings.FIELD_KEYS = other
            with pytest.raises(Undecryptable):
                User.objects.get(pk=user.pk)

    def test_a_json_value_comes_back_whole(self, make_user):
        content = {"step": 2, "症状": ["咳嗽"], "none": None, "nested": {"a": [1, 2.5, True]}}
        draft = parked.put("scratch", content, owner=make_user("squad"))
        assert Parked.objects.get(pk=draft.pk).content == content
        assert "咳嗽" not in stored_text("records_parked", "content", draft.pk)


@pytest.mark.parametrize("setting", ["k1", "k1:", ":c2hvcnQ=", "k1:c2hvcnQ="])
def test_a_key_of_the_wrong_shape_stops_with_a_sentence(settings, setting):
    settings.FIELD_KEYS = setting
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        privacy.encrypt(b"x", context="a.b.c")


class TestLookUp:
    def test_the_same_number_written_otherwise_has_the_same_hash(self):
        digest = privacy.lookup_hash("43010419880229001X", kind="number")
        assert digest == privacy.lookup_hash(" ４３０１０４19880229001x ", kind="number")
        assert len(digest) == 32 and int(digest, 16)

    def test_a_phone_and_a_document_of_the_same_digits_differ(self):
        assert privacy.lookup_hash(PHONE, kind="phone") != privacy.lookup_hash(PHONE, kind="number")

    def test_another_key_gives_another_hash(self, settings):
        before = privacy.lookup_hash(PHONE, kind="phone")
        settings.INDEX_KEY = base64.b64encode(os.urandom(32)).decode()
        assert privacy.lookup_hash(PHONE, kind="phone") != before


@pytest.mark.parametrize(
    ("mask", "text", "shown"),
    [
        (privacy.mask_id, "430104199001011234", "430***********1234"),
        (privacy.mask_id, "430104900101001", "430********1001"),
        (privacy.mask_id, "E12345667", "E1*****67"),
        (privacy.mask_id, "H12345678", "H1*****78"),
        (privacy.mask_id, "AB12", "****"),
        (privacy.mask_id, "", ""),
        (privacy.mask_phone, "13800138000", "138****8000"),
        (privacy.mask_phone, "10086", "***86"),
        (privacy.mask_phone, "", ""),
        (privacy.mask_name, "王芳", "王*"),
        (privacy.mask_name, "陆青禾", "陆**"),
        (privacy.mask_name, "欧阳青禾", "欧阳**"),
        (privacy.mask_name, "欧阳", "欧*"),
        (privacy.mask_name, "䶮", "䶮*"),
        (privacy.mask_name, "Anna Berg", "A********"),
        (privacy.mask_name, "", ""),
    ],
)
def test_masks(mask, text, shown):
    assert mask(text) == shown


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_a_masked_number_keeps_its_length_and_seven_characters(number):
    shown = privacy.mask_id(number)
    assert len(shown) == 18 and shown.count("*") == 11 and shown[:3] + shown[-4:] == number[:3] + number[-4:]


KINDS = ("phone", "mobile", "number", "address", "symptom", "travel", "journey", "email", "guardian", "declared")
NOBODYS = {
    "enterprises.enterprise.address": "of a firm",
    "supplies.place.address": "of a warehouse",
    "investment.building.address": "of a building",
    "investment.sharelink.address": "the token of a link",
    "enterprises.greeting.addressee": "whom a letter is for: a kind",
    "investment.unit.number": "of a unit",
    "testing.report.number": "of a report",
    "records.auditentry.address": "from where somebody with an account acted",
}


def test_no_column_of_such_a_kind_lies_plain():
    """ID numbers, phones, addresses, symptoms, travel (design): by the names that such columns have here."""
    plain = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_config.name.split(".")[0]
        in {"parkportal", "enterprises", "supplies", "testing", "investment"}
        for field in model._meta.local_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        and not isinstance(field, EncryptedTextField | OriginField)
        and any(kind in field.name for kind in KINDS)
        and not field.name.endswith("_hash")
    }
    assert plain == NOBODYS.keys()


class PlainBytes:
    """Reads what a session's serializer wrote, as whoever has a copy of the table and the signing key could."""

    def loads(self, data):
        return data


@pytest.mark.django_db
class TestSessions:
    def stored(self):
        return signing.loads(Session.objects.get().session_data, salt=SessionStore().key_salt, serializer=PlainBytes)

    def test_what_was_searched_for_lies_encrypted(self, client, sign_in, make_user):
        sign_in(make_user("committee"))
        client.post("/search/", {"q": NUMBER})
        assert NUMBER in client.session.values()
        assert NUMBER.encode() not in self.stored() and self.stored().startswith(b"t1\0")

    def test_without_its_key_a_session_is_empty_and_the_person_signs_in_again(
        self, client, sign_in, make_user, settings
    ):
        sign_in(make_user("committee"))
        assert client.get("/accounts/profile/").status_code == 200
        settings.FIELD_KEYS = key("k2")
        assert client.get("/accounts/profile/")["Location"].startswith("/accounts/login/")


class TestStorage:
    @pytest.fixture
    def storage(self, tmp_path):
        return EncryptingStorage(location=tmp_path)

    def test_a_file_comes_back_and_the_disk_holds_none_of_it(self, storage, tmp_path):
        text = "姓名,证件号码\n陆青禾,".encode() + NUMBER.encode()
        name = storage.save("ab/cd", ContentFile(text))
        assert storage.open(name).read() == text
        on_disk = (tmp_path / name).read_bytes()
        assert NUMBER.encode() not in on_disk and "陆青禾".encode() not in on_disk

    def test_a_file_that_is_read_in_pieces_is_kept_whole(self, storage):
        big = os.urandom(3_000_000)
        name = storage.save("big", File(io.BytesIO(big), name="big"))
        assert storage.open(name).read() == big

    def test_a_tampered_file_does_not_open(self, storage, tmp_path):
        name = storage.save("x", ContentFile(b"hello"))
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        with pytest.raises(Undecryptable):
            storage.open(name)

    def test_a_stored_file_has_no_address(self, storage):
        with pytest.raises(ValueError, match="scope"):
            storage.url("x")
