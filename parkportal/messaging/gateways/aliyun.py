"""The SendSms interface of Aliyun, signed with ACS3-HMAC-SHA256 (handbook §7).

SendSms is not idempotent: OutId carries the portal's reference, and QuerySendDetails is asked about it before a
second try. A number that the provider has not listed SMS_SETTLE_SECONDS after the attempt was never accepted.
"""

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

import httpx
from django.conf import settings
from django.utils import timezone

from parkportal.clock import SHANGHAI
from parkportal.messaging.gateways.base import Answer, NotHeard, NotReached, Receipt, RefusedByGateway

ALGORITHM = "ACS3-HMAC-SHA256"
VERSION = "2017-05-25"
BACK_OFF = {
    "isv.BUSINESS_LIMIT_CONTROL": ("发得太频繁", timedelta(minutes=5)),
    "isv.DAY_LIMIT_CONTROL": ("今天的条数用完了", timedelta(hours=1)),
    "isv.AMOUNT_NOT_ENOUGH": ("短信余额不足", timedelta(minutes=10)),
    "isv.OUT_OF_SERVICE": ("短信服务停用", timedelta(minutes=10)),
    "Throttling": ("发得太快", timedelta(seconds=30)),
}
FINAL = {
    "isv.MOBILE_NUMBER_ILLEGAL": "号码不对",
    "isv.BLACK_KEY_CONTROL_LIMIT": "内容被拦下",
    "isv.SMS_SIGNATURE_ILLEGAL": "签名没有通过审核",
    "isv.SMS_TEMPLATE_ILLEGAL": "模板没有通过审核",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板缺少内容",
}
UNDELIVERED = {
    "MOBILE_NOT_ON_SERVICE": "停机",
    "MOBILE_SEND_LIMIT": "对方当天收得太多",
    "NO_ROUTE": "没有通道",
    "REJECT_BY_USER": "对方拒收",
    "MK:0001": "空号",
    "MK:1008611": "空号",
    "DB:0141": "对方拒收",
}
SENT, REJECTED, ARRIVED = 1, 2, 3  # SendStatus of QuerySendDetails


def failure_words(code: str) -> str:
    """What staff read for a provider's error code."""
    return UNDELIVERED.get(code) or FINAL.get(code) or f"没有送到（{code[:40]}）"


def signed_headers(
    *, action: str, host: str, body: bytes, key: str, secret: str, date: str, nonce: str
) -> dict[str, str]:
    """The headers of one POST to `/` with a form body, signed as the provider recomputes it."""
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return {**headers, "authorization": f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"}


def form_body(fields: Mapping[str, str]) -> bytes:
    return "&".join(f"{quote(name, safe='')}={quote(fields[name], safe='')}" for name in sorted(fields)).encode()


class AliyunGateway:
    """Numbers and words travel in the body, never in an address."""

    def send(self, out_id: str, phone: str, text: str, template: str, params: dict[str, str]) -> Receipt:
        answer = self._call(
            "SendSms",
            {
                "PhoneNumbers": phone,
                "SignName": settings.SMS_SIGNATURE,
                "TemplateCode": settings.SMS_TEMPLATES.get(template, template),
                "TemplateParam": json.dumps(params, ensure_ascii=False, separators=(",", ":")),
                "OutId": out_id,
            },
        )
        return Receipt(provider_id=str(answer.get("BizId", "")))

    def find(self, out_id: str, *, phone: str, tried_at: datetime) -> Answer:
        """Looks through the number's list of that day, and of the next when the attempt was near midnight."""
        settled = timezone.now() - tried_at >= timedelta(seconds=settings.SMS_SETTLE_SECONDS)
        days = {tried_at.astimezone(SHANGHAI).date(), (tried_at + timedelta(minutes=5)).astimezone(SHANGHAI).date()}
        for day in sorted(days):
            for row in self._details(phone, day.strftime("%Y%m%d")):
                if row.get("OutId") == out_id:
                    return Answer(_receipt_of(row), sure=True)
        return Answer(None, sure=settled)

    def _details(self, phone: str, day: str) -> list[dict]:
        rows: list[dict] = []
        for page in range(1, 21):
            answer = self._call(
                "QuerySendDetails",
                {"PhoneNumber": phone, "SendDate": day, "PageSize": "50", "CurrentPage": str(page)},
            )
            found = (answer.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
            rows += found
            if len(found) < 50:
                break
        return rows

    def _call(self, action: str, fields: Mapping[str, str]) -> dict:
        body = form_body(fields)
        headers = signed_headers(
            action=action,
            host=urlsplit(settings.SMS_GATEWAY_URL).netloc,
            body=body,
            key=settings.SMS_ACCESS_KEY,
            secret=settings.SMS_ACCESS_SECRET,
            date=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            nonce=uuid.uuid4().hex,
        )
        try:
            reply = httpx.post(
                settings.SMS_GATEWAY_URL, content=body, headers=headers, timeout=settings.SMS_TIMEOUT_SECONDS
            )
            answer = reply.json()
        except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
            raise NotReached from exc
        except (httpx.HTTPError, ValueError) as exc:
            raise NotHeard from exc
        return _accepted(reply.status_code, answer)


def _accepted(status: int, answer: object) -> dict:
    """The answer when its Code is OK. Raises RefusedByGateway for a refusal, NotHeard for a fault on their side."""
    if not isinstance(answer, dict) or status >= 500:
        raise NotHeard
    code = str(answer.get("Code", ""))
    if code == "OK":
        return answer
    if code.split(".")[0] == "Throttling":
        code = "Throttling"
    if code in BACK_OFF:
        failure, again_after = BACK_OFF[code]
        raise RefusedByGateway(failure, again_after=again_after)
    raise RefusedByGateway(FINAL.get(code) or f"网关不接受（{code[:40]}）")


def _receipt_of(row: dict) -> Receipt:
    """A row of QuerySendDetails as a receipt."""
    status = row.get("SendStatus")
    error = str(row.get("ErrCode", ""))
    delivered = {ARRIVED: True, REJECTED: False}.get(status) if isinstance(status, int) else None
    return Receipt(
        provider_id=str(row.get("BizId", "")),
        delivered=delivered,
        failure=failure_words(error) if delivered is False else "",
    )
