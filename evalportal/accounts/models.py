from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person who signs in. Rights come from `goals.Membership`; people are deactivated, never deleted."""

    class Meta(AbstractUser.Meta):
        verbose_name = "Person"
        verbose_name_plural = "Personen"

    def __str__(self) -> str:
        return self.get_full_name() or self.username
