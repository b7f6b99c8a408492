"""How the portal starts, or refuses to, told by real starts in a process of their own."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "SECRET_KEY": "x" * 60 + "0123456789",
    "FIELD_KEYS": "k1:" + base64.b64encode(os.urandom(32)).decode(),
    "INDEX_KEY": base64.b64encode(os.urandom(32)).decode(),
    "PORTAL_URL": "https://portal.park.example",
}
SHOW = "import json, sys; from parkportal import settings as s; print(json.dumps({n: getattr(s, n) for n in sys.argv[1:]}, default=str))"


def start(*names, **environment):
    """Read the settings as a fresh process would; the named values, or the last line of what it complains about."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    answer = subprocess.run(
        [sys.executable, "-c", SHOW, *names],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )
    if answer.returncode:
        return answer.stderr.strip().splitlines()[-1]
    return json.loads(answer.stdout)


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_stops_the_start_and_says_how_to_make_one(name, value):
    environment = {key: text for key, text in PRODUCTION.items() if key != name}
    complaint = start(**environment, **({name: value} if value is not None else {}))
    assert f"{name} is missing. Make one with: python -c " in complaint


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"])
@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "start"],
        ["manage.py", "check"],
        ["-m", "celery", "-A", "parkportal", "worker"],
        ["-m", "celery", "-A", "parkportal", "beat"],
        ["-m", "gunicorn", "parkportal.wsgi", "--bind", "127.0.0.1:0", "--log-level", "critical"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_whoever_starts_without_a_secret_reads_one_sentence(name, command, tmp_path):
    environment = {key: text for key, text in PRODUCTION.items() if key != name}
    environment |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "VAR_DIR": str(tmp_path)}
    stopped = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert stopped.returncode != 0
    said = (stopped.stdout + stopped.stderr).strip().splitlines()
    assert len(said) == 1 and said[0].startswith(f"{name} is missing. Make one with: python -c ")


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"])
def test_the_commands_that_the_sentences_name_make_keys_that_are_taken(name):
    environment = {key: text for key, text in PRODUCTION.items() if key != name}
    command = start(**environment).partition("Make one with: python -c '")[2].partition("', and set")[0]
    made = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.strip()
    assert start(name, **environment, **{name: made})[name] == made


SHORT = base64.b64encode(b"only-sixteen-byt").decode()
RIGHT = base64.b64encode(b"0" * 32).decode()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FIELD_KEYS", "nonsense", "has to be ID:BASE64 of 32 bytes"),
        ("FIELD_KEYS", f"k1:{SHORT}", "has to be ID:BASE64 of 32 bytes"),
        ("FIELD_KEYS", f"k1:{RIGHT},", "has to be ID:BASE64 of 32 bytes"),
        ("FIELD_KEYS", f":{RIGHT}", "has to be ID:BASE64 of 32 bytes"),
        ("FIELD_KEYS", f"k1:{RIGHT},k1:{RIGHT}", "names one key id twice"),
        ("INDEX_KEY", "no base 64", "has to be BASE64 of 32 bytes"),
        ("INDEX_KEY", SHORT, "has to be BASE64 of 32 bytes"),
    ],
)
def test_a_key_of_the_wrong_shape_stops_the_start_and_is_not_repeated(name, value, words):
    complaint = start(**{**PRODUCTION, name: value})
    assert complaint.startswith(f"{name} {words}") and ". Make one with: python -c " in complaint
    assert RIGHT not in complaint and SHORT not in complaint


def test_several_keys_are_taken_when_they_are_turned_over():
    both = f"{PRODUCTION['FIELD_KEYS'].replace('k1', 'k2')}, {PRODUCTION['FIELD_KEYS']}"
    assert start("FIELD_KEYS", **{**PRODUCTION, "FIELD_KEYS": both})["FIELD_KEYS"] == both


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DATABASE_URL", "mysql://park:geheim@db.example/portal", "has to begin with postgres:// or sqlite:///"),
        ("DATABASE_URL", "geheim", "has to begin with postgres:// or sqlite:///"),
        ("DATABASE_URL", "postgres://park:geheim@db.example:many/portal", "cannot be read"),
        ("REDIS_URL", "geheim", "has to begin with redis:// or rediss://"),
        ("TRUSTED_PROXIES", "geheim", "cannot be read"),
        ("SMS_TEMPLATES", "geheim", "cannot be read"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_and_not_repeated(name, value, words):
    complaint = start(**{**PRODUCTION, name: value})
    assert f"{name} {words}" in complaint and "geheim" not in complaint


def test_the_demos_own_keys_are_no_keys_in_production():
    demo = start("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY", DEMO_MODE="1")
    for name, value in demo.items():
        assert f"{name} is missing" in start(**{**PRODUCTION, name: value})


def test_a_bare_machine_starts_the_demo_with_sqlite_and_a_broker_without_server(tmp_path):
    found = start(
        "DEMO_MODE", "DATABASES", "CELERY_BROKER_URL", "SECOND_FACTOR_REQUIRED", DEMO_MODE="1", VAR_DIR=str(tmp_path)
    )
    assert found["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert found["DATABASES"]["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert found["CELERY_BROKER_URL"].startswith("sqla+sqlite:///")
    assert found["SECOND_FACTOR_REQUIRED"] is False


def test_one_variable_each_switches_to_postgresql_and_redis():
    found = start(
        "DATABASES",
        "CELERY_BROKER_URL",
        "CACHES",
        **PRODUCTION,
        DATABASE_URL="postgres://park:pw@db.example:5432/portal",
        REDIS_URL="redis://:secret@broker.example:6379/0",
    )
    database = found["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql" and database["HOST"] == "db.example"
    assert database["CONN_MAX_AGE"] == 0 and database["OPTIONS"]["pool"]["max_size"] == 16
    assert found["CELERY_BROKER_URL"] == found["CACHES"]["default"]["LOCATION"]


def test_a_redis_without_a_password_is_refused_in_production():
    complaint = start(**PRODUCTION, REDIS_URL="redis://broker.example:6379/0")
    assert "REDIS_URL has no password" in complaint


@pytest.mark.parametrize("mode", ["DEMO_MODE", "DEBUG"])
def test_a_redis_on_ones_own_machine_may_have_none(mode):
    found = start("CELERY_BROKER_URL", REDIS_URL="redis://127.0.0.1:6379/0", **{mode: "1"})
    assert found["CELERY_BROKER_URL"] == "redis://127.0.0.1:6379/0"


def test_production_asks_for_https_second_factor_and_strict_cookies():
    names = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECOND_FACTOR_REQUIRED")
    found = start(*names, "SECURE_HSTS_SECONDS", "DEBUG", "DEMO_MODE", "ALLOWED_HOSTS", **PRODUCTION)
    assert all(found[name] for name in names) and found["SECURE_HSTS_SECONDS"] == 31536000
    assert not found["DEBUG"] and not found["DEMO_MODE"]
    assert "portal.park.example" in found["ALLOWED_HOSTS"] and "*" not in found["ALLOWED_HOSTS"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SMS_GATEWAY": "carrier-pigeon"}, "it may be mailbox or http"),
        ({"SMS_GATEWAY": "http"}, "needs SMS_GATEWAY_URL, SMS_ACCESS_KEY and SMS_ACCESS_SECRET"),
        ({"OUTBOX_LEASE_SECONDS": "5"}, "has to be longer than SMS_TIMEOUT_SECONDS"),
    ],
)
def test_a_gateway_that_cannot_work_stops_the_start(changes, words):
    assert words in start(**PRODUCTION, **changes)


def test_every_variable_that_the_settings_read_is_in_the_list():
    from re import findall

    places = (ROOT / "parkportal" / "settings.py", ROOT / "parkportal/dashboard/management/commands/start.py")
    source = "".join(path.read_text() for path in places)
    names = set(findall(r'env(?:iron)?\.\w+\(\s*"([A-Z_]+)"', source)) | {"SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"}
    listed = set(findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), flags=8))
    assert names <= listed
