"""`check --deploy` in production mode is clean, and a missing secret stops the start with a sentence."""

import base64
import os
import secrets
import subprocess
import sys

PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "FIELD_KEYS": "k1:" + base64.b64encode(os.urandom(32)).decode(),
    "INDEX_KEY": base64.b64encode(os.urandom(32)).decode(),
    "PORTAL_URL": "https://portal.park.example",
    "ALLOWED_HOSTS": "portal.park.example",
}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], env={**kept, **environment}, capture_output=True, text=True
    )


def main() -> int:
    answer = run(PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    if answer.returncode:
        print(answer.stdout, answer.stderr)
        return 1
    for name in ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"):
        answer = run({key: value for key, value in PRODUCTION.items() if key != name}, "check")
        if answer.returncode == 0 or f"{name} is missing. Make one with" not in answer.stderr:
            print(f"a start without {name} did not stop with its sentence")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
