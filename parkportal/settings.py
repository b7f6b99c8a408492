"""Every setting of the portal, read from the environment; `docs/settings.md` lists the names.

Three ways to run: DEMO_MODE=1 (the demo park, its own keys, no second factor), DEBUG=1 (development),
and production, where a missing secret stops the start with a sentence that says how to make one.
"""

import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from parkportal.starting import Environment, key_fault

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

DEMO_MODE = env.bool("DEMO_MODE", False)
DEBUG = env.bool("DEBUG", False)
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))

DEMO_KEYS = {
    "SECRET_KEY": "demo-only-not-a-secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH",
    "FIELD_KEYS": "demo:ZGVtby1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDAwMDE=",
    "INDEX_KEY": "ZGVtby1vbmx5LW5vdC1hLXNlY3JldC1pbmRleC0wMDE=",
}
HOW_TO_MAKE = {
    "SECRET_KEY": "python -c 'import secrets; print(secrets.token_urlsafe(50))'",
    "FIELD_KEYS": "python -c 'import base64, os; print(\"k1:\" + base64.b64encode(os.urandom(32)).decode())'",
    "INDEX_KEY": "python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'",
}


def secret(name: str) -> str:
    """The secret from the environment; the demo's own in demo or debug mode; otherwise the start stops."""
    value = env.str(name, "")
    if value and (DEMO_MODE or DEBUG or value != DEMO_KEYS[name]):
        if fault := key_fault(name, value):
            raise ImproperlyConfigured(f"{name} {fault}. Make one with: {HOW_TO_MAKE[name]}.")
        return value
    if DEMO_MODE or DEBUG:
        return DEMO_KEYS[name]
    raise ImproperlyConfigured(f"{name} is missing. Make one with: {HOW_TO_MAKE[name]}, and set it in the environment.")


SECRET_KEY = secret("SECRET_KEY")
FIELD_KEYS = secret("FIELD_KEYS")  # id:base64[,id:base64…]; the first one encrypts
INDEX_KEY = secret("INDEX_KEY")

PORTAL_URL = env.str("PORTAL_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", urlsplit(PORTAL_URL).hostname or ""])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PORTAL_URL])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)  # how many proxies in front add to X-Forwarded-For

INSTALLED_APPS = [
    "parkportal.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "template_partials",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "parkportal.apps.ShellConfig",
    "parkportal.records",
    "parkportal.messaging",
    "parkportal.accounts",
    "enterprises",
    "supplies",
    "testing",
    "investment",
    "parkportal.dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "parkportal.middleware.ChosenLanguage",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "parkportal.accounts.middleware.IdleSignOut",
    "parkportal.middleware.PrivatePages",
    "parkportal.middleware.NoZeroBytes",
    "parkportal.records.middleware.WordsOfThePage",
    "enterprises.middleware.FollowMerges",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "parkportal.urls"
WSGI_APPLICATION = "parkportal.wsgi.application"
AUTH_USER_MODEL = "accounts.User"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parkportal.accounts.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- database: SQLite (WAL) on a bare machine, PostgreSQL by DATABASE_URL ---------------------------------
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 2, "max_size": env.int("DATABASE_POOL", 16), "timeout": 20},
        "prepare_threshold": 0,  # plans are kept where parkportal.prepared asks for it, and nowhere else
    }
DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE_NAME", None)}
if "postgresql" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"]["TEMPLATE"] = env.str("TEST_DATABASE_TEMPLATE", None)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- cache and broker: in the process and in a file of its own, or Redis by REDIS_URL ----------------------
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL and urlsplit(REDIS_URL).scheme not in {"redis", "rediss"}:
    raise ImproperlyConfigured("REDIS_URL has to begin with redis:// or rediss://.")
if REDIS_URL and not (DEMO_MODE or DEBUG) and not urlsplit(REDIS_URL).password:
    raise ImproperlyConfigured(
        "REDIS_URL has no password. Set requirepass in Redis and use redis://:PASSWORD@HOST:6379/0."
    )
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
CELERY_BROKER_URL = REDIS_URL or env.str("BROKER_URL", f"sqla+sqlite:///{VAR_DIR / 'broker.sqlite3'}")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "parkportal.messaging.tasks.sweep", "schedule": env.float("OUTBOX_SWEEP_SECONDS", 10.0)},
    "jobs-sweep": {"task": "parkportal.records.tasks.sweep_jobs", "schedule": 60.0},
    "figures-refresh": {"task": "parkportal.dashboard.tasks.refresh_figures", "schedule": 60.0},
    "figures-freeze": {"task": "parkportal.dashboard.tasks.freeze_due_days", "schedule": 300.0},
    "reminders": {"task": "parkportal.dashboard.tasks.remind", "schedule": env.float("REMIND_SECONDS", 300.0)},
    "doubles-scan": {"task": "enterprises.tasks.look_for_doubles", "schedule": 6 * 3600.0},
    "supplies-reminders": {"task": "supplies.tasks.remind_unsigned", "schedule": 600.0},
    "supplies-covers": {"task": "supplies.tasks.refresh_all_covers", "schedule": 60.0},
    "supplies-unread": {"task": "supplies.tasks.remind_unread", "schedule": 600.0},
    "parked-expire": {"task": "parkportal.records.tasks.expire_parked", "schedule": 3600.0},
    "table-sizes": {"task": "parkportal.dashboard.tasks.learn_table_sizes", "schedule": 6 * 3600.0},
    "nightly-invariants": {"task": "parkportal.dashboard.tasks.check_invariants", "schedule": 6 * 3600.0},
}

# --- sign-in ---------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "parkportal.accounts.backends.PortalBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "parkportal.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "parkportal.accounts.passwords.MixedCharacters"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "dashboard:home"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "parkportal.guards.client_address"
AXES_SENSITIVE_PARAMETERS = ["username", "password"]
SECOND_FACTOR_TRIES = 5
OTP_TOTP_ISSUER = "岳麓高新区工作台"
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0  # tries are counted and limited in accounts.second_factor
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", not DEMO_MODE)
IDLE_SECONDS = env.int("IDLE_SECONDS", 30 * 60)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SERIALIZER = "parkportal.privacy.SealedSession"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "parkportal.guards.csrf_failure"

# --- browser ---------------------------------------------------------------------------------------------
HTTPS = not (DEMO_MODE or DEBUG) and PORTAL_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- language and time -----------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
FORMAT_MODULE_PATH = ["parkportal.formats"]

# --- files -----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "parkportal.privacy.EncryptingStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or DEMO_MODE or env.bool("TESTING_STATIC", False)
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG or DEMO_MODE
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD_LIMIT_BYTES = 20 * 1024 * 1024

# --- messages --------------------------------------------------------------------------------------------
SMS_GATEWAY = env.str("SMS_GATEWAY", "mailbox")  # mailbox | http
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", "")
SMS_ACCESS_KEY = env.str("SMS_ACCESS_KEY", "")
SMS_ACCESS_SECRET = env.str("SMS_ACCESS_SECRET", "")
SMS_SIGNATURE = env.str("SMS_SIGNATURE", "岳麓高新区")
SMS_TEMPLATES = env.dict(
    "SMS_TEMPLATES", default={}
)  # the provider's template code of each purpose: result_notice=SMS_1
SMS_PUSH_TOKEN = env.str("SMS_PUSH_TOKEN", "")  # part of the address to which the provider pushes receipts
SMS_TIMEOUT_SECONDS = env.float("SMS_TIMEOUT_SECONDS", 10.0)
SMS_SETTLE_SECONDS = env.float("SMS_SETTLE_SECONDS", 60.0)  # after this the provider's "not found" is believed
OUTBOX_LEASE_SECONDS = env.float("OUTBOX_LEASE_SECONDS", 60.0)
if OUTBOX_LEASE_SECONDS <= SMS_TIMEOUT_SECONDS:
    raise ImproperlyConfigured("OUTBOX_LEASE_SECONDS has to be longer than SMS_TIMEOUT_SECONDS.")
if SMS_GATEWAY not in {"mailbox", "http"}:
    raise ImproperlyConfigured(f"SMS_GATEWAY is {SMS_GATEWAY!r}; it may be mailbox or http.")
if SMS_GATEWAY == "http" and not (SMS_GATEWAY_URL and SMS_ACCESS_KEY and SMS_ACCESS_SECRET):
    raise ImproperlyConfigured("SMS_GATEWAY=http needs SMS_GATEWAY_URL, SMS_ACCESS_KEY and SMS_ACCESS_SECRET.")
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "portal@park.invalid")

# --- the park --------------------------------------------------------------------------------------------
PARK_NAME = "长沙岳麓高新区"
PARK_SHORT_NAME = "岳麓高新区"
DEMO_PARK_START = "2020-02-18T17:40:00+08:00"

# --- logs: no personal data; request lines carry the path without its query, faults their kind and place ----
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "parkportal.logs.WithoutWords",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"parkportal": {"level": env.str("LOG_LEVEL", "INFO")}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
