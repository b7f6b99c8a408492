"""Encrypted fields, keyed look-up, masks, and the storage that encrypts what it keeps.

AES-256-GCM with associated data `app.model.field|key id` (a row's key is unknown at bulk insert), so a
value moved to another column does not decrypt. Look-ups go through a truncated HMAC-SHA256 over the
NFKC upper-case text. `FIELD_KEYS` is `id:base64,…`, the first one encrypts; `manage.py rekey` turns over.
"""

import base64
import hashlib
import hmac
import io
import json
import os
import unicodedata
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import JSONSerializer
from django.db import models

COMPOUND_SURNAMES = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 "
    "钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 "
    "呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 "
    "仲长 子书 子桑 即墨 达奚 褚师".split()
)


class Undecryptable(Exception):
    """The stored value does not belong to this column or its key is not in FIELD_KEYS."""


@cache
def _keys(setting: str) -> dict[str, AESGCM]:
    keys = {}
    for part in setting.split(","):
        key_id, _, encoded = part.strip().partition(":")
        raw = base64.b64decode(encoded)
        if not key_id or len(raw) not in {16, 24, 32}:
            raise ImproperlyConfigured("FIELD_KEYS: each key is ID:BASE64 of 32 bytes, separated by commas.")
        keys[key_id] = AESGCM(raw)
    return keys


def current_key_id() -> str:
    """The id of the key that encrypts now."""
    return next(iter(_keys(settings.FIELD_KEYS)))


def encrypt(plain: bytes, *, context: str) -> bytes:
    """`key id NUL nonce ciphertext`, bound to the context."""
    key_id = current_key_id()
    nonce = os.urandom(12)
    sealed = _keys(settings.FIELD_KEYS)[key_id].encrypt(nonce, plain, f"{context}|{key_id}".encode())
    return key_id.encode() + b"\0" + nonce + sealed


def decrypt(stored: bytes, *, context: str) -> bytes:
    """The plain bytes. Raises Undecryptable when the context or the key is not the right one."""
    key_id, _, rest = stored.partition(b"\0")
    key = _keys(settings.FIELD_KEYS).get(key_id.decode(errors="replace"))
    if key is None:
        raise Undecryptable(f"{context}: no such key")
    try:
        return key.decrypt(rest[:12], rest[12:], f"{context}|{key_id.decode()}".encode())
    except InvalidTag as exc:
        raise Undecryptable(context) from exc


def lookup_hash(text: str, *, kind: str) -> str:
    """A keyed hash of 32 hex digits that finds an encrypted value; `kind` keeps phones apart from numbers."""
    normal = unicodedata.normalize("NFKC", text).upper().strip()
    key = base64.b64decode(settings.INDEX_KEY)
    return hmac.new(key, f"{kind}\0{normal}".encode(), hashlib.sha256).hexdigest()[:32]


class EncryptedTextField(models.TextField):
    """Text that the database holds encrypted. Empty stays empty. It cannot be filtered by: keep a hash beside it."""

    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def _seal(self, text: str) -> str:
        return base64.b64encode(encrypt(text.encode(), context=self._context())).decode()

    def _open(self, stored: str) -> str:
        return decrypt(base64.b64decode(stored), context=self._context()).decode()

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return self._seal(value) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self._open(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class EncryptedJSONField(EncryptedTextField):
    """A JSON value that the database holds encrypted: wizard steps, drafts, previews, symptoms, travel."""

    _pyi_private_set_type: Any  # what the type checker's Django plug-in reads
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return self._seal(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return json.loads(self._open(value)) if value else None

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), cls=DjangoJSONEncoder, ensure_ascii=False)


class SealedSession:
    """How a session is written down: encrypted, since it keeps what was searched for last, and whose draft is open.

    A session whose key is gone is an empty one: the person signs in again.
    """

    context = "session"

    def dumps(self, kept: Any) -> bytes:
        return encrypt(JSONSerializer().dumps(kept), context=self.context)

    def loads(self, stored: bytes) -> Any:
        return JSONSerializer().loads(decrypt(stored, context=self.context))


class EncryptingStorage(FileSystemStorage):
    """Keeps every file encrypted under MEDIA_ROOT; nothing in it has an address of its own."""

    context = "storage"

    def _save(self, name: str, content: File) -> str:
        return super()._save(name, ContentFile(encrypt(content.read(), context=self.context)))

    def _open(self, name: str, mode: str = "rb") -> File:
        with super()._open(name, "rb") as sealed:
            return File(io.BytesIO(decrypt(sealed.read(), context=self.context)), name=name)

    def url(self, name: str | None) -> str:
        raise ValueError("stored files are served through the scope, they have no address")


def mask_id(number: str) -> str:
    """430***********1234 (3 + 4); a passport or permit keeps 2 + 2: E1*****67 (handbook §9)."""
    if len(number) >= 15:
        return number[:3] + "*" * (len(number) - 7) + number[-4:]
    if len(number) > 4:
        return number[:2] + "*" * (len(number) - 4) + number[-2:]
    return "*" * len(number)


def mask_phone(phone: str) -> str:
    """138****8000; anything shorter keeps its last two."""
    if len(phone) == 11:
        return phone[:3] + "****" + phone[-4:]
    return "*" * max(0, len(phone) - 2) + phone[-2:]


def mask_name(name: str) -> str:
    """王*, 欧阳**: the surname stays, each further character is a star; Latin names keep the first letter."""
    if not name:
        return ""
    if name[0].isascii():
        return name[0] + "*" * (len(name) - 1)
    keep = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    return name[:keep] + "*" * max(1, len(name) - keep)
