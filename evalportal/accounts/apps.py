from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "evalportal.accounts"
    label = "accounts"
    verbose_name = "Anmeldung"
    default_auto_field = "django.db.models.BigAutoField"
