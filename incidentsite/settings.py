"""Settings. Everything that differs between installations comes from the environment.

docs/configuration.md lists the variables. Without DATABASE_URL and REDIS_URL the embedded
servers below DATA_DIR are used: the same software as in production, started by `manage.py up`.
"""

import sys
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

from incidentsite import admin_look, bootstrap, embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = bootstrap.data_dir()
DEBUG = env.bool("DEBUG", default=False)
SITE_NAME = env.str("SITE_NAME", default="Incidentsite")
SITE_URL = bootstrap.site_url(DATA_DIR)
SECRET_KEY = env.str("SECRET_KEY", default="") or bootstrap.secret_key(DATA_DIR)

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=bootstrap.allowed_hosts(env.str("HOST", default="127.0.0.1"), SITE_URL),
)
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# Networks of proxies that are believed when they say whose request it is (X-Forwarded-For).
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1"])
SECURE_COOKIES = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "incidentsite",
    "unfold",
    "unfold.contrib.simple_history",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_celery_beat",
    "django_htmx",
    "simple_history",
    "axes",
    "csp",
    "incidents",
    "warroom",
    "statuspage",
    "runbooks",
    "postmortems",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "incidents.web.middleware.RequestContextMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "incidentsite.urls"
ASGI_APPLICATION = "incidentsite.asgi.application"
APPEND_SLASH = False

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
                "incidents.web.context.site",
            ],
        },
    },
]

# Under ASGI each request has a thread of its own: connections last only in a pool.
POOL = env.int("DATABASE_POOL", default=0)
DATABASES = {
    "default": {
        **env.db_url_config(env.str("DATABASE_URL", default="") or embedded.database_url(DATA_DIR)),
        "CONN_MAX_AGE": 0 if POOL else 60,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DATABASES["default"].setdefault("OPTIONS", {})
if POOL:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": POOL, "timeout": 10}
DATABASES["default"]["OPTIONS"]["options"] = (
    f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=15_000)} -c lock_timeout=5000"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url(DATA_DIR)

AUTH_USER_MODEL = "incidents.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "web:sign_in"
LOGIN_REDIRECT_URL = "web:board"
# People sign in again after so long.
SESSION_COOKIE_AGE = round(env.float("SESSION_HOURS", default=12) * 3600)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_COOKIES else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Throttled per account and address, in PostgreSQL, so that it works with Valkey down.
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

# Messages a second that one key may send to each process; twice that in a burst.
INTAKE_RATE = env.float("INTAKE_RATE", default=10_000)
# Raw messages are kept this long; what they told lives on in alerts and facts.
EVENT_RETENTION_HOURS = env.float("EVENT_RETENTION_HOURS", default=1)
SIGNAL_RETENTION_DAYS = env.float("SIGNAL_RETENTION_DAYS", default=90)
# An offered role that nobody accepts in this time stays where it is.
ROLE_OFFER_MINUTES = env.float("ROLE_OFFER_MINUTES", default=5)
# More people than that only read in a room, unless they have a role in it; 0 is no limit.
ROOM_PEOPLE_LIMIT = env.int("ROOM_PEOPLE_LIMIT", default=0)
# Whoever does nothing in a room for so long is shown as away, and in the end leaves; 0 is never.
ROOM_AWAY_MINUTES = env.float("ROOM_AWAY_MINUTES", default=10)
ROOM_TIMEOUT_MINUTES = env.float("ROOM_TIMEOUT_MINUTES", default=240)
# More new incidents a minute from one sender are a storm, and become one.
STORM_INCIDENTS_PER_MINUTE = env.int("STORM_INCIDENTS_PER_MINUTE", default=20)
# A sender with more open alerts than that has further conditions counted, not listed.
OPEN_ALERTS_PER_INTEGRATION = env.int("OPEN_ALERTS_PER_INTEGRATION", default=10_000)
# What people attach in rooms lies here, under random names; every machine must see the same place.
FILES_DIR = Path(env.str("FILES_DIR", default=str(DATA_DIR / "files"))).resolve()
UPLOAD_MAX_BYTES = round(env.float("UPLOAD_MAX_MB", default=10) * 2**20)
UPLOADS_PER_INCIDENT = env.int("UPLOADS_PER_INCIDENT", default=100)
FILE_UPLOAD_HANDLERS = [
    "incidentsite.bodies.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Copies of status pages that are kept in a directory lie below this one.
MIRRORS_DIR = Path(env.str("MIRRORS_DIR", default=str(DATA_DIR / "mirrors"))).resolve()
# How many detection rules are asked at once.
DETECTION_CONCURRENCY = env.int("DETECTION_CONCURRENCY", default=10)
# How much text the shared document of an incident holds, and how much memory of its edits.
DOCUMENT_MAX_TEXT_BYTES = env.int("DOCUMENT_MAX_TEXT_BYTES", default=512 * 1024)
DOCUMENT_MAX_LOG_BYTES = env.int("DOCUMENT_MAX_LOG_BYTES", default=4 * 1024 * 1024)

# Mail goes out by EMAIL_URL, from EMAIL_FROM; what cannot be delivered comes back to EMAIL_BOUNCES.
EMAIL_URL = env.str("EMAIL_URL", default="")
EMAIL_FROM = env.str("EMAIL_FROM", default="")
EMAIL_BOUNCES = env.str("EMAIL_BOUNCES", default="")
# Text messages go out by a provider's address, with the fields it wants (docs/subscribers.md).
SMS_URL = env.str("SMS_URL", default="")
SMS_FIELDS = env.str("SMS_FIELDS", default="")
SMS_FORMAT = env.str("SMS_FORMAT", default="form")
SMS_AUTH = env.str("SMS_AUTH", default="")
# host:port inside that addresses given by strangers may lead to, beside the public internet.
OUTBOUND_ALLOWED = env.list("OUTBOUND_ALLOWED", default=[])

LANGUAGE_CODE = "en"
# What customers read; the console speaks English.
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
# Static files are served from the source tree, so that running needs no build step.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 60 if DEBUG else 3600

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [
                {
                    "address": embedded.with_database(REDIS_URL, 1),
                    "socket_connect_timeout": 1,
                }
            ]
        },
    }
}

CELERY_BROKER_URL = embedded.celery_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 180,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "incidents.api.authentication.KeyAuthentication",
        "incidents.api.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["incidents.api.permissions.DeclaredAction"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "incidents.api.errors.problem",
    "UNAUTHENTICATED_USER": None,
    "STRICT_JSON": True,
}
# Requests a minute that one key, person or address may send to each web process.
API_RATE = env.int("API_RATE", default=3000)
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SITE_NAME} API",
    "DESCRIPTION": "Everything a person can do, for programs.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "IncidentState": "incidents.models.State",
        "IncidentCategory": "incidents.models.Category",
        "IncidentPriority": "incidents.models.Priority",
        "ActionPriority": "postmortems.models.action_item.Priority",
        "RunbookCategory": "runbooks.models.runbook.Category",
        "AlertState": "incidents.models.AlertState",
        "SignalState": "incidents.models.SignalState",
        "ActionState": "postmortems.models.ActionState",
        "PostMortemState": "postmortems.models.PostMortemState",
        "ActionKind": "postmortems.models.ActionKind",
        "SourceKind": "incidents.models.SourceKind",
        "RuleMode": "incidents.models.RuleMode",
        "BacktestState": "incidents.models.BacktestState",
        "ComponentState": "statuspage.models.ComponentState",
        "PublicState": "statuspage.models.PublicState",
        "SubscriberState": "statuspage.models.SubscriberState",
        "MaintenanceState": "statuspage.models.MaintenanceState",
        "PlannedState": "statuspage.models.PlannedState",
        "PageLanguage": "statuspage.models.Language",
        "TaskState": "warroom.models.TaskState",
        "HypothesisVerdict": "warroom.models.Verdict",
    },
}

UNFOLD = {
    "SITE_TITLE": SITE_NAME,
    "SITE_HEADER": SITE_NAME,
    "SITE_URL": "/",
    "SITE_SYMBOL": "crisis_alert",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}icon.svg"},
    ],
    "SHOW_HISTORY": True,
    "COLORS": admin_look.COLORS,
    "SIDEBAR": admin_look.SIDEBAR,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr},
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "axes": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        # Says each second that Valkey is away; warroom.realtime.listener says it once.
        "channels_redis": {"level": "CRITICAL"},
        "django.channels.server": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}

SILENCED_SYSTEM_CHECKS = ["axes.W003"]
TEST_RUNNER = "django.test.runner.DiscoverRunner"
