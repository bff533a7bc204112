"""Django settings. What differs between places comes from the environment or from `var/secrets.json`."""

import os
from pathlib import Path

from tongxin.config import database, home

PACKAGE = Path(__file__).resolve().parent.parent
_secrets = home.secrets()

SECRET_KEY = _secrets["django_key"]
# By name: keys are rotated while the office is open.
TONGXIN_FIELD_KEYS = "tongxin.config.home.field_keys"
TONGXIN_INDEX_KEY = _secrets["index_key"]
TONGXIN_SIGNING_KEY = _secrets["signing_key"]

DEBUG = os.environ.get("TONGXIN_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("TONGXIN_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
# Where phones reach this server, when it knows (tongxin serve --lan): links and QR codes for them begin so.
TONGXIN_ADDRESS = os.environ.get("TONGXIN_ADDRESS", "")
CSRF_TRUSTED_ORIGINS = [host for host in os.environ.get("TONGXIN_ORIGINS", "").split(",") if host]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "tongxin.core",
    "tongxin.access",
    "tongxin.places",
    "tongxin.people",
    "tongxin.testing",
    "tongxin.containment",
    "tongxin.reports",
    "tongxin.exchange",
    "tongxin.simulation",
    "tongxin.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tongxin.access.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tongxin.access.middleware.ContentSecurityMiddleware",
    "tongxin.access.middleware.IdleMiddleware",
    "tongxin.access.middleware.ScopeMiddleware",
    "tongxin.access.middleware.SecondFactorMiddleware",
    "tongxin.access.middleware.MethodMiddleware",
]
if os.environ.get("TONGXIN_FIRST_RUN"):  # an empty register: every page leads to the first one
    MIDDLEWARE.insert(
        MIDDLEWARE.index("allauth.account.middleware.AccountMiddleware"),
        "tongxin.config.first_page.FirstRunMiddleware",
    )

ROOT_URLCONF = "tongxin.config.urls"
WSGI_APPLICATION = "tongxin.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongxin.access.context.actor",
            ],
            "builtins": ["tongxin.core.templatetags.tongxin"],
        },
    }
]

DATABASES = database.databases()
DATABASE_ROUTERS = ["tongxin.core.routing.OwnerMigrates"]

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "access_cache"}}

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tongxin.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
MFA_ADAPTER = "tongxin.access.adapters.SecondFactorAdapter"
# Who must have a second factor, on a register that is not a demo.
TONGXIN_SECOND_FACTOR_ROLES = tuple(
    filter(
        None,
        os.environ.get(
            "TONGXIN_SECOND_FACTOR_ROLES", "commander,auditor,operator,health_officer,legal_officer"
        ).split(","),
    )
)
TONGXIN_IDLE_MINUTES = int(os.environ.get("TONGXIN_IDLE_MINUTES", "60"))
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "同心 Tongxin"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s either way: clocks differ, and typing takes time (RFC 6238, 5.2)

SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("TONGXIN_HTTPS") == "1"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = home.home() / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
MEDIA_ROOT = home.home() / "uploads"
TONGXIN_FONTS = home.home() / "fonts"

DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# A list of 1,317 names must reach the desk that refuses it and tells the auditor (LE-14), not die as a bad request.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "tongxin.core.uploads.TooLargeStops",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
TONGXIN_UPLOAD_LIMIT = 64 * 1024 * 1024

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# Upstairs pulls; these are how a lower floor is told what an upper one knows, by name only.
TONGXIN_SCOPE_RESOLVER = "tongxin.places.queries.areas.paths_seen_by"
TONGXIN_AREA_NAMES = "tongxin.places.queries.names.names_of"
TONGXIN_POINTS = "tongxin.places.queries.sites.points_of"
TONGXIN_AREA_FINDER = "tongxin.places.queries.areas.find"
TONGXIN_REACTIONS = "tongxin.config.reactions.REACTIONS"

PROCRASTINATE_IMPORT_PATHS = ["tongxin.config.tasks"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Whoever asks for another host is answered 400; a line for each would fill the console of a server in a network.
    "loggers": {"django.security.DisallowedHost": {"level": "CRITICAL"}},
    "root": {"handlers": ["console"], "level": os.environ.get("TONGXIN_LOG", "WARNING")},
}
