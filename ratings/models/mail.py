from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from goals.permissions import access_for
from goals.roles import Role
from ratings.models.round import ReportingRound

if TYPE_CHECKING:
    from datetime import datetime

    from evalportal.accounts.models import User


class MailKind(models.TextChoices):
    """What a mail can be about, the most pressing first; a digest names its items in this order."""

    RETURNED = "returned", "Bericht zurückgegeben oder Rückfrage gestellt"
    OVERDUE = "overdue", "Abgabefrist überschritten (wöchentlich)"
    DEADLINE = "deadline", "Abgabefrist in 14, 3 und 0 Tagen"
    REMINDER = "reminder", "Erinnerung durch die Evaluationsleitung"
    OPENED = "opened", "Berichtsrunde eröffnet"
    FINISHED = "finished", "Alles abgestimmt oder Runde abgeschlossen"

    @classmethod
    def optional(cls) -> list["MailKind"]:
        """Those that a person can switch off (issue 3, item 7: all but „returned“)."""
        return [kind for kind in cls if kind != cls.RETURNED]


class MailState(models.TextChoices):
    """Where a mail of the outbox is. Up to CLAIMED nothing has been handed to the mail server; from SENDING on its fate may be open.

    DROPPED is a failed or uncertain one that is not to be sent again: a person said so, or what it says is settled by now.
    """

    WAITING = "waiting", "wartet"
    CLAIMED = "claimed", "wird vorbereitet"
    SENDING = "sending", "wird gesendet"
    SENT = "sent", "gesendet"
    FAILED = "failed", "gescheitert"
    UNCERTAIN = "uncertain", "ungewiss"
    DROPPED = "dropped", "erledigt"


class MailPreference(models.Model):
    """Whether a person wants mails of one kind; without a row they do."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_preferences", verbose_name="Person")
    kind = models.CharField("Anlass", max_length=20, choices=MailKind)
    wanted = models.BooleanField("gewünscht", default=True)

    class Meta:
        verbose_name = "Wunsch zu Benachrichtigungen"
        verbose_name_plural = "Wünsche zu Benachrichtigungen"
        ordering = ["user", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="mail_preference_once"),
            # „returned“ is among the kinds that are not optional, so it has no row at all.
            models.CheckConstraint(condition=Q(kind__in=MailKind.optional()), name="mail_preference_kind_optional"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'ja' if self.wanted else 'nein'}"


class OutgoingMailQuerySet(models.QuerySet):
    def visible_to(self, user: "User") -> Self:
        """Mails about rounds of Konzepte in which `user` is Evaluationsleitung."""
        everywhere, concept_ids = access_for(user).concepts_of({Role.COORDINATOR})
        if everywhere:
            return self
        return self.filter(Q(pk__in=MailItem.objects.filter(round__concept__in=concept_ids).values("mail")))

    def expired(self, now: "datetime") -> Self:
        """Handed to the mail server by a process that never came back: nobody knows whether they arrived."""
        return self.filter(state=MailState.SENDING, claimed_until__lt=now)

    def troubled(self, now: "datetime") -> Self:
        """Failed and uncertain ones, which only a person can send again."""
        stuck = Q(state=MailState.SENDING, claimed_until__lt=now)
        return self.filter(Q(state__in=[MailState.FAILED, MailState.UNCERTAIN]) | stuck)


class OutgoingMail(models.Model):
    """One mail of the outbox: everything a person is told on one day. Written in `ratings.mail.outbox`, sent in `ratings.mail.sending`.

    `claimed_by` is the token of the sender that works on it until `claimed_until`; `attempts` counts those that the mail server refused.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="outgoing_mails", verbose_name="Empfänger/in"
    )
    address = models.EmailField("Adresse")
    day = models.DateField("Tag")
    subject = models.CharField("Betreff", max_length=200)
    text = models.TextField("Text")
    html = models.TextField("HTML")
    message_id = models.CharField("Message-ID", max_length=200, unique=True)
    is_example = models.BooleanField("Beispieldaten", default=False)
    state = models.CharField("Stand", max_length=10, choices=MailState, default=MailState.WAITING)
    not_before = models.DateTimeField("nächster Versuch frühestens", null=True, blank=True)
    claimed_by = models.CharField("in Arbeit bei", max_length=40, blank=True)
    claimed_until = models.DateTimeField("in Arbeit bis", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("abgelehnte Versuche", default=0)
    last_error = models.TextField("letzter Fehler", blank=True)
    created_at = models.DateTimeField("angelegt")
    sent_at = models.DateTimeField("gesendet", null=True, blank=True)
    resent_at = models.DateTimeField("von Hand erneut in Auftrag gegeben", null=True, blank=True)
    resent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="erneut gesendet durch"
    )

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "ausgehende Mail"
        verbose_name_plural = "ausgehende Mails"
        ordering = ["-day", "-pk"]
        indexes = [models.Index(fields=["state", "not_before"], name="mail_by_state")]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "day"], name="mail_once_per_day"),
            models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_valid"),
            models.CheckConstraint(condition=~Q(address=""), name="mail_address_given"),
            models.CheckConstraint(
                condition=~Q(state__in=[MailState.CLAIMED, MailState.SENDING]) | Q(claimed_until__isnull=False),
                name="mail_claim_expires",
            ),
            models.CheckConstraint(condition=~Q(state=MailState.SENT) | Q(sent_at__isnull=False), name="mail_sent_has_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.day:%d.%m.%Y})"

    @property
    def can_be_resent(self) -> bool:
        return self.state in (MailState.FAILED, MailState.UNCERTAIN)


class MailItem(models.Model):
    """One matter of a mail. `key` names the occasion (this deadline, this return): a person is told of it once.

    `reports` are the ids of the reports it is about: those that the person no longer owes are left out when the mail goes out.
    """

    mail = models.ForeignKey(OutgoingMail, models.CASCADE, related_name="items", verbose_name="Mail")
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="Empfänger/in")
    round = models.ForeignKey(ReportingRound, models.PROTECT, related_name="+", verbose_name="Berichtsrunde")
    kind = models.CharField("Anlass", max_length=20, choices=MailKind)
    key = models.CharField("Schlüssel", max_length=120)
    title = models.CharField("Überschrift", max_length=250)
    text = models.TextField("Text")
    links = models.JSONField("Verweise", default=list, help_text="Paare aus Bezeichnung und Pfad.")
    reports = models.JSONField("Berichte", default=list, blank=True, help_text="Schlüssel der Berichte, um die es geht.")

    class Meta:
        verbose_name = "Anlass einer Mail"
        verbose_name_plural = "Anlässe von Mails"
        ordering = ["mail", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="mail_item_once"),
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="mail_item_kind_valid"),
        ]

    def __str__(self) -> str:
        return self.title
