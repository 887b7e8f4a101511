"""Send the mails of the outbox by SMTP: each once, and none silently lost (issue 3, item 7).

A mail goes waiting → claimed → sending → sent. Every step is one conditional UPDATE that is committed at once, so two senders never have
the same mail. A claim that expired before the text was handed to the mail server is safe to take over. From `sending` on the fate of a
mail is open: when its sender never comes back it becomes „ungewiss“ and is sent again only by hand.
"""

import smtplib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import F, Q
from django.utils import timezone

from ratings.models import MailState, OutgoingMail

# Much longer than one mail can take: connecting and each answer of the server have EMAIL_TIMEOUT.
CLAIM: Final = timedelta(minutes=15)
# Refusals of the mail server for this mail; after the last one it failed. Pauses: 5, 10, 20, 40, 80 minutes.
MAX_ATTEMPTS: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=5)

_LOST_SENDER = (
    "Der Versand wurde abgebrochen, nachdem der Text an den Mailserver ging. Ob die Mail angekommen ist, ist nicht bekannt. "
    "Fragen Sie nach oder senden Sie sie erneut."
)


class _ClaimLost(Exception):
    """Another sender took the mail over before its text went out."""


@dataclass
class Result:
    """What one run did. `stopped` says why it ended early: the mail server cannot be reached."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0
    stopped: str = ""


def send_waiting(*, limit: int | None = None, now: Callable[[], datetime] = timezone.now) -> Result:
    """Send what waits, at most `limit` mails, and return what happened. Call it outside of a transaction.

    Errors of the mail server are kept with the mail and never raised. Where the server cannot be reached at all the run ends, the
    mails wait and no attempt is counted: an outage makes no mail fail.
    """
    result = Result(uncertain=mark_uncertain(now()))
    connection = get_connection(fail_silently=False)
    worked_on: set[int] = set()
    try:
        while limit is None or len(worked_on) < limit:
            mail = claim(now(), without=worked_on)
            if mail is None:
                break
            worked_on.add(mail.pk)
            try:
                connection.open()
            except (OSError, smtplib.SMTPException) as error:
                result.stopped = _words(error)
                _give_back(mail, f"Der Mailserver ist nicht erreichbar: {result.stopped}")
                break
            _send(mail, connection, result, now)
    finally:
        _close(connection)
    return result


def claim(now: datetime, *, without: "set[int] | frozenset[int]" = frozenset()) -> OutgoingMail | None:
    """Take the next mail that waits, or whose claim expired before it was sent, and return it; None if there is none."""
    ready = Q(state=MailState.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=now))
    left_behind = Q(state=MailState.CLAIMED, claimed_until__lt=now)
    token = uuid.uuid4().hex
    while True:
        candidates = OutgoingMail.objects.filter(ready | left_behind).exclude(pk__in=without)
        found = candidates.order_by("day", "pk").values_list("pk", flat=True).first()
        if found is None:
            return None
        mine = OutgoingMail.objects.filter(ready | left_behind, pk=found)
        if mine.update(state=MailState.CLAIMED, claimed_by=token, claimed_until=now + CLAIM):
            return OutgoingMail.objects.get(pk=found)


def mark_uncertain(now: datetime) -> int:
    """Turn mails whose sender never came back into „ungewiss“ and return their number. They are not sent again by themselves."""
    return OutgoingMail.objects.expired(now).update(state=MailState.UNCERTAIN, claimed_until=None, last_error=_LOST_SENDER)


def _send(mail: OutgoingMail, connection: Any, result: Result, now: Callable[[], datetime]) -> None:
    handed_over = False

    def before_text() -> None:
        nonlocal handed_over
        if not _mine(mail, MailState.CLAIMED).update(state=MailState.SENDING, claimed_until=now() + CLAIM):
            raise _ClaimLost
        handed_over = True

    try:
        _tell_before_data(connection, before_text)
        _message(mail, connection).send()
    except _ClaimLost:
        _close(connection)
    except smtplib.SMTPServerDisconnected as error:
        # Before the text nothing can have arrived; after it nobody knows.
        _close(connection)
        if handed_over:
            _leave_open(mail, error)
            result.uncertain += 1
        else:
            _refused(mail, error, result, now())
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # The server said no (or the mail cannot be written at all): it was certainly not accepted.
        certain = isinstance(error, smtplib.SMTPException | ValueError) or not handed_over
        _close(connection)
        if certain:
            _refused(mail, error, result, now())
        else:
            _leave_open(mail, error)
            result.uncertain += 1
    else:
        _mine(mail, MailState.SENDING, MailState.UNCERTAIN).update(
            state=MailState.SENT, sent_at=now(), claimed_until=None, last_error=""
        )
        result.sent += 1


def _tell_before_data(connection: Any, before_text: Callable[[], None]) -> None:
    """Have `before_text` called just before the text goes out; at once with a backend that is no SMTP (console, tests)."""
    server = getattr(connection, "connection", None)
    if not isinstance(server, smtplib.SMTP):
        before_text()
        return
    data = type(server).data

    def watched(text: bytes) -> tuple[int, bytes]:
        before_text()
        return data(server, text)

    server.data = watched  # type: ignore[method-assign, assignment]


def _message(mail: OutgoingMail, connection: Any) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.address],
        connection=connection,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _mine(mail: OutgoingMail, *states: MailState) -> Any:
    return OutgoingMail.objects.filter(pk=mail.pk, claimed_by=mail.claimed_by, state__in=states)


def _give_back(mail: OutgoingMail, error: str) -> None:
    _mine(mail, MailState.CLAIMED).update(state=MailState.WAITING, claimed_by="", claimed_until=None, last_error=error)


def _refused(mail: OutgoingMail, error: Exception, result: Result, now: datetime) -> None:
    final = mail.attempts + 1 >= MAX_ATTEMPTS
    written = _mine(mail, MailState.CLAIMED, MailState.SENDING).update(
        state=MailState.FAILED if final else MailState.WAITING,
        attempts=F("attempts") + 1,
        not_before=now + FIRST_PAUSE * 2**mail.attempts,
        claimed_by="",
        claimed_until=None,
        last_error=_words(error),
    )
    if written:
        result.failed += final
        result.put_off += not final


def _leave_open(mail: OutgoingMail, error: Exception) -> None:
    text = (
        f"Die Verbindung brach ab, nachdem der Text an den Mailserver ging ({_words(error)}). "
        "Ob die Mail angekommen ist, ist nicht bekannt."
    )
    _mine(mail, MailState.SENDING).update(state=MailState.UNCERTAIN, claimed_until=None, last_error=text)


def _close(connection: Any) -> None:
    """Drop the connection whatever its state; Django leaves a broken one standing and would use it for the next mail."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        connection.connection = None


def _words(error: Exception) -> str:
    """Return the answer of the server, or what went wrong, on one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return f"Adresse abgelehnt: {code} {_decoded(answer)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"Der Mailserver antwortet: {error.smtp_code} {_decoded(error.smtp_error)}"
    return " ".join(str(error).split())[:500] or type(error).__name__


def _decoded(answer: "bytes | str") -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())[:500]
