"""All addresses. Every page needs a sign-in (`SignInRequiredMiddleware`), except those on the way to it and /healthz."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from evalportal import views
from evalportal.accounts import forms
from evalportal.appearance import change_appearance
from evalportal.help import views as help_views
from evalportal.legal import views as legal
from evalportal.start import start
from evalportal.style_guide import style_guide

# The admin has no sign-in of its own: the one of the portal counts wrong passwords.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "Evaluationsportal: technische Verwaltung"
admin.site.site_title = "Technische Verwaltung"

reset_from_key = account.PasswordResetFromKeyView.as_view(form_class=forms.ResetPasswordKeyForm)

# Of allauth's pages only those that are needed: nobody signs up, addresses are kept by the administration.
account_patterns = [
    path("anmelden/", account.LoginView.as_view(form_class=forms.LoginForm), name="account_login"),
    path("angemeldet/", views.signed_in, name="signed_in"),
    path("abmelden/", account.logout, name="account_logout"),
    path("gesperrt/", account.account_inactive, name="account_inactive"),
    path("bestaetigen/", account.ReauthenticateView.as_view(form_class=forms.ReauthenticateForm), name="account_reauthenticate"),
    path("passwort/", account.PasswordChangeView.as_view(form_class=forms.ChangePasswordForm), name="account_change_password"),
    path("passwort/festlegen/", account.PasswordSetView.as_view(form_class=forms.SetPasswordForm), name="account_set_password"),
    path(
        "passwort/vergessen/",
        account.PasswordResetView.as_view(form_class=forms.ResetPasswordForm),
        name="account_reset_password",
    ),
    path("passwort/vergessen/gesendet/", account.password_reset_done, name="account_reset_password_done"),
    re_path(r"^passwort/neu/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", reset_from_key, name="account_reset_password_from_key"),
    path("passwort/neu/fertig/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]

urlpatterns = [
    path("", start, name="start"),
    path("barriere-melden/", legal.barrier_report, name="barrier_report"),
    path("barriere-melden/<str:reference>/", legal.barrier_report_sent, name="barrier_report_sent"),
    path("barrierefreiheit/", legal.accessibility, name="accessibility"),
    path("bewertungsschema/", views.rating_scheme, name="bewertungsschema"),
    path("stil/", style_guide, name="style_guide"),
    path("darstellung/", change_appearance, name="appearance"),
    path("datenschutz/", legal.privacy, name="privacy"),
    path("healthz", views.healthz, name="healthz"),
    path("hilfe/", help_views.index, name="help"),
    path("hilfe/glossar/", help_views.glossary, name="glossary"),
    path("hilfe/<slug:slug>/", help_views.page, name="help_page"),
    path("impressum/", legal.imprint, name="imprint"),
    path("konto/", include(account_patterns)),
    path("verwaltung/", admin.site.urls),
    path("", include("goals.urls")),
    path("", include("ratings.urls")),
]
