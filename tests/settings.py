"""Settings of the tests: those of the portal, from a fixed environment instead of the machine's `.env`.

`DATABASE_URL` and `TEST_DATABASE` of the real environment count, so that the same tests run on PostgreSQL.
"""

import os

os.environ.setdefault("DATABASE_URL", "sqlite:///evalportal.sqlite3")
os.environ.update(
    SECRET_KEY="only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    DEBUG="false",
    HTTPS="false",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    CSRF_TRUSTED_ORIGINS="",
    EMAIL_URL="memorymail://",
    OWNER_NAME="Landkreis Osnabrück",
    TRUSTED_PROXY_COUNT="0",
    OWNER_ADDRESS="Teststraße 1\\n12345 Teststadt",
    OWNER_PHONE="01234 5678",
    OWNER_EMAIL="evaluation@kreis.example",
    OWNER_REPRESENTED_BY="die Landrätin",
    OWNER_VAT_ID="",
    OWNER_SUPERVISOR="Testministerium",
    PRIVACY_OFFICER="datenschutz@kreis.example",
    PRIVACY_AUTHORITY="Testaufsicht",
    PRIVACY_LEGAL_BASIS="§ 3 Testgesetz",
    PRIVACY_RETENTION="zehn Jahre",
    BARRIER_EMAIL="barrieren@kreis.example",
    BARRIER_ANSWER_WITHIN="vier Wochen",
    ARBITRATION_CONTACT="schlichtung@kreis.example",
    ARBITRATION_URL="https://schlichtung.kreis.example/",
    MONITORING_CONTACT="ueberwachung@kreis.example",
    ACCESSIBILITY_STATEMENT_DATE="2026-11-22",
    BARRIER_KEEP_MONTHS="12",
)

from evalportal.settings import *  # noqa: F403
from evalportal.settings import STORAGES as PORTAL_STORAGES

# Signing in is not what most tests are about; a real hasher would take most of their time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Static files are served from where they lie: no `collectstatic` before the tests.
STORAGES = {**PORTAL_STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
