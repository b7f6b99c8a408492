"""A text message provider on loopback, as strict as the real one: signature, date, nonce, fields; and as faulty as told.

Standard library only, so that the drill can run it as a process of its own:

    python loopback_gateway.py --key KEY --secret SECRET [--port 0]     prints its address on the first line

It is not idempotent, as the real SendSms is not: every accepted call is kept, also a second one with the same OutId.
`POST /control` with {"mode": …, "times": n, "seconds": s, "code": c} tells it how to behave for the next n sendings
(0: until told otherwise). Modes:
    normal   accept and answer
    delay    accept, wait, answer
    slow     wait, accept, answer
    drop     accept, close without an answer
    break    close without accepting and without an answer
    refuse   answer with `code`, accept nothing
    fault    accept, answer 500
    mute     questions (QuerySendDetails) get no answer
    unlisted questions do not find anything
`GET /accepted` gives all accepted calls.
"""

import argparse
import hashlib
import hmac
import json
import re
import threading
import time
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

SHANGHAI = timezone(timedelta(hours=8))
SIGNED_MUST = {"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}


class Provider:
    """What the server knows; locked, because every call has a thread."""

    def __init__(self, key="loopback-key", secret="loopback-secret"):
        self.key, self.secret = key, secret
        self.lock = threading.Lock()
        self.accepted, self.nonces, self.rejected = [], set(), []
        self.asked = 0
        self.behaviour = {"mode": "normal", "times": 0, "seconds": 0.0, "code": ""}

    def behave(self, mode, *, times=0, seconds=0.0, code=""):
        with self.lock:
            self.behaviour = {"mode": mode, "times": times, "seconds": seconds, "code": code}

    def next_behaviour(self, *modes):
        """The behaviour for this call if it is one of these modes; counts down."""
        with self.lock:
            now = dict(self.behaviour)
            if now["mode"] not in modes:
                return {"mode": "normal", "seconds": 0.0, "code": ""}
            if self.behaviour["times"]:
                self.behaviour["times"] -= 1
                if not self.behaviour["times"]:
                    self.behaviour = {"mode": "normal", "times": 0, "seconds": 0.0, "code": ""}
            return now

    def out_ids(self):
        with self.lock:
            return [call["OutId"] for call in self.accepted]

    def accept(self, fields):
        with self.lock:
            biz_id = f"biz{len(self.accepted) + 1:06d}"
            now = datetime.now(SHANGHAI)
            self.accepted.append({**fields, "BizId": biz_id, "Day": now.strftime("%Y%m%d"), "SendStatus": 1})
        return biz_id

    def problem_with(self, method, path, headers, body):
        """Why the request is not signed as the documentation of ACS3-HMAC-SHA256 asks, or nothing."""
        given = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if not given:
            return "MissingAuthorization"
        credential, signed, signature = given.groups()
        names = signed.split(";")
        if credential != self.key:
            return "InvalidAccessKeyId.NotFound"
        if names != sorted(names) or not SIGNED_MUST.issubset(names):
            return "IncompleteSignature"
        if hashlib.sha256(body).hexdigest() != headers["x-acs-content-sha256"]:
            return "ContentDigestMismatch"
        try:
            moment = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            return "InvalidTimeStamp.Format"
        if abs(datetime.now(UTC) - moment) > timedelta(minutes=15):
            return "InvalidTimeStamp.Expired"
        uri, _, query = path.partition("?")
        canonical_headers = "".join(name + ":" + headers.get(name, "").strip() + "\n" for name in names)
        canonical = "\n".join([method, uri, query, canonical_headers, signed, headers["x-acs-content-sha256"]])
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        wanted = hmac.new(self.secret.encode(), f"ACS3-HMAC-SHA256\n{digest}".encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, signature):
            return "SignatureDoesNotMatch"
        with self.lock:
            if headers["x-acs-signature-nonce"] in self.nonces:
                return "SignatureNonceUsed"
            self.nonces.add(headers["x-acs-signature-nonce"])
        return ""


def send_problem(fields):
    """The provider's own checks of SendSms."""
    if not fields.get("SignName"):
        return "isv.SMS_SIGNATURE_ILLEGAL"
    if not fields.get("TemplateCode"):
        return "isv.SMS_TEMPLATE_ILLEGAL"
    if not re.fullmatch(r"1[3-9]\d{9}", fields.get("PhoneNumbers", "")):
        return "isv.MOBILE_NUMBER_ILLEGAL"
    try:
        parameters = json.loads(fields.get("TemplateParam", ""))
    except ValueError:
        return "isv.INVALID_JSON_PARAM"
    if not all(isinstance(value, str) for value in parameters.values()):
        return "isv.INVALID_JSON_PARAM"
    return "" if fields.get("OutId") else "isv.INVALID_PARAMETERS"


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *args):
        pass

    def answer(self, status, content):
        payload = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def hang_up(self):
        self.close_connection = True

    def do_GET(self):
        if self.path == "/accepted":
            with self.provider.lock:
                found = list(self.provider.accepted)
            return self.answer(200, found)
        return self.answer(404, {"Code": "NotFound"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/control":
            order = json.loads(body)
            self.provider.behave(order.pop("mode"), **order)
            return self.answer(200, {"ok": True})
        headers = {name.lower(): value for name, value in self.headers.items()}
        problem = self.provider.problem_with("POST", self.path, headers, body)
        if problem:
            self.provider.rejected.append(problem)
            return self.answer(403, {"Code": problem, "Message": "signature", "RequestId": str(uuid.uuid4())})
        fields = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        action = headers["x-acs-action"]
        if action == "SendSms":
            return self.send_sms(fields)
        if action == "QuerySendDetails":
            return self.query(fields)
        return self.answer(404, {"Code": "InvalidAction.NotFound", "RequestId": str(uuid.uuid4())})

    def send_sms(self, fields):
        how = self.provider.next_behaviour("delay", "slow", "drop", "break", "refuse", "fault")
        mode = how["mode"]
        code = how["code"] if mode == "refuse" else send_problem(fields)
        if code:
            return self.answer(200, {"Code": code, "Message": "refused", "RequestId": str(uuid.uuid4())})
        if mode == "break":
            return self.hang_up()
        if mode == "slow":
            time.sleep(how["seconds"])
        biz_id = self.provider.accept(fields)
        if mode == "delay":
            time.sleep(how["seconds"])
        if mode == "drop":
            return self.hang_up()
        if mode == "fault":
            return self.answer(500, {"Code": "InternalError", "RequestId": str(uuid.uuid4())})
        return self.answer(200, {"Code": "OK", "Message": "OK", "BizId": biz_id, "RequestId": str(uuid.uuid4())})

    def query(self, fields):
        how = self.provider.next_behaviour("mute", "unlisted")
        with self.provider.lock:
            self.provider.asked += 1
            rows = [
                {name: call[name] for name in ("OutId", "BizId", "SendStatus")}
                | {"PhoneNum": call["PhoneNumbers"], "ErrCode": call.get("ErrCode", "")}
                for call in self.provider.accepted
                if call["PhoneNumbers"] == fields.get("PhoneNumber") and call["Day"] == fields.get("SendDate")
            ]
        if how["mode"] == "mute":
            return self.hang_up()
        if how["mode"] == "unlisted":
            rows = []
        size, page = int(fields["PageSize"]), int(fields["CurrentPage"])
        part = rows[(page - 1) * size : page * size]
        return self.answer(
            200,
            {"Code": "OK", "TotalCount": len(rows), "SmsSendDetailDTOs": {"SmsSendDetailDTO": part}, "Message": "OK"},
        )


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def running(provider, port=0):
    """The provider as a server in this process; yields its address."""
    server = Server(("127.0.0.1", port), type("BoundHandler", (Handler,), {"provider": provider}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", default="loopback-key")
    parser.add_argument("--secret", default="loopback-secret")
    arguments = parser.parse_args()
    with running(Provider(arguments.key, arguments.secret), arguments.port) as address:
        print(address, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
