"""Settings of the portal. Everything that differs between machines comes from the environment or from `.env`."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from evalportal.environment import Environment
from evalportal.legal.owner import read_owner

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing. Set it in the environment or in .env; `manage.py demo` writes one for trying the portal out."
    )
ALLOWED_HOSTS = env.texts("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.texts("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "evalportal",
    "evalportal.accounts",
    "goals",
    "ratings",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page of 134 Maßnahmen is a tenth of its size compressed. What compression could give away (BREACH) is covered twice: Django
    # masks the token of every form anew and lengthens every answer by random bytes.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "evalportal.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "evalportal.urls"
WSGI_APPLICATION = "evalportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

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
                "evalportal.context_processors.frame",
            ],
        },
    }
]
FORM_RENDERER = "evalportal.forms.KernRenderer"

# SQLite: write-ahead log and IMMEDIATE transactions, so that writers wait instead of failing (FACTS.md, "SQLite").
DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'evalportal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
    # A file, because the browser tests have a server thread beside the test's own connection.
    DATABASES["default"]["TEST"] = {"NAME": env.text("TEST_DATABASE", default=str(BASE_DIR / "test.sqlite3"))}

# The rate limits of the sign-in count here; all workers must see the same counts (FACTS.md, "Sign-in").
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "evalportal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # that mail would offer to sign up
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Evaluationsportal] "
# Whoever reports a barrier has no account. Per address, and for all together, so that nobody floods the mailbox behind it.
ACCOUNT_RATE_LIMITS = {"report_barrier": "10/h/ip,200/d/key"}
# How many proxies stand in front of the server; rate limits count the address that the last of them reports.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", default=0)

LANGUAGE_CODE = "de"
TIME_ZONE = "Europe/Berlin"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["evalportal.formats"]

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "evalportal.staticfiles.NpmFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "evalportal.stylesheets.PortalStorage"
    },
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # nobody else needs them

vars().update(env.mail("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"))
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="evaluationsportal@localhost")
# Who gets the answers to mails of the portal, if not the sender.
REPLY_TO_EMAIL = env.text("REPLY_TO_EMAIL")
# Seconds for connecting to the mail server and for each of its answers; well below `ratings.mail.sending.CLAIM`.
EMAIL_TIMEOUT = env.number("EMAIL_TIMEOUT", default=30)
# Where the links of mails lead; no request says it when a mail is written by a timer.
_host = next((host for host in ALLOWED_HOSTS if not host.startswith(("*", "."))), "localhost")
BASE_URL = env.text("BASE_URL", default="http://localhost:8000" if DEBUG else f"https://{_host}").rstrip("/")

# What the frame of every page names as its owner.
OWNER_NAME = env.text("OWNER_NAME", default="Landkreis Osnabrück")
# What Impressum, Datenschutz and Erklärung zur Barrierefreiheit say of it. A copy that is tried out shows values marked as „Beispiel“.
try:
    OWNER = read_owner(env.lines, name=OWNER_NAME, example=DEBUG)
except ValueError as error:
    raise ImproperlyConfigured(str(error)) from error
# Months after which a reported barrier is deleted (`manage.py tidy_up`).
BARRIER_KEEP_MONTHS = env.number("BARRIER_KEEP_MONTHS", default=12)

SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "evalportal.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
if not DEBUG:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = env.flag("HTTPS", default=True)
    SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", default=31_536_000 if SECURE_SSL_REDIRECT else 0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # KERN's icons are data URLs
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: [] for feature in ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# A form of a Maßnahme holds a few thousand words; 5 MB leaves room and stops the rest.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
