"""Send the mails of the outbox by SMTP: each once, and none silently lost (issue 3, item 7).

A mail goes waiting → claimed → sending → sent. Every step is one conditional UPDATE that is committed at once, so two senders never have
the same mail. A claim that expired before the text was handed to the mail server is safe to take over. From `sending` on the fate of a
mail is open: when its sender never comes back it becomes „ungewiss“ and is sent again only by hand.
"""

import logging
import smtplib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import DatabaseError
from django.db.models import F, Q
from django.utils import timezone

from ratings.mail.still_due import bring_up_to_date
from ratings.models import MailState, OutgoingMail

# Much longer than one mail can take: connecting and each answer of the server have EMAIL_TIMEOUT.
CLAIM: Final = timedelta(minutes=15)
# Temporary refusals of one mail; after the last one it failed. Pauses: 5, 10, 20 … 1280 minutes, together almost two days.
MAX_ATTEMPTS: Final = 10
FIRST_PAUSE: Final = timedelta(minutes=5)
_SHUTTING_DOWN, _PERMANENT, _NOT_SIGNED_IN = 421, 500, 530

_LOST_SENDER: Final = (
    "Der Versand wurde abgebrochen, nachdem der Text an den Mailserver ging. Ob die Mail angekommen ist, ist nicht bekannt. "
    "Fragen Sie nach oder senden Sie sie erneut."
)
_logger = logging.getLogger(__name__)


class _ClaimLost(Exception):
    """Another sender took the mail over before its text went out."""


@dataclass
class Result:
    """What one run did. `stopped` says why it ended early: the mail server cannot be reached.

    `settled` are mails that were not sent because nothing in them still holds.
    """

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0
    settled: int = 0
    stopped: str = ""


def send_waiting(*, limit: int | None = None, now: Callable[[], datetime] = timezone.now) -> Result:
    """Send what waits, at most `limit` mails, over one connection, and return what happened. Call it outside of a transaction.

    Errors of the mail server are kept with the mail and never raised. Where the server cannot be reached at all the run ends, the
    mails wait and no attempt is counted: an outage makes no mail fail.
    """
    result = Result(uncertain=mark_uncertain(now()))
    connection = get_connection(fail_silently=False)
    worked_on = 0
    try:
        while (limit is None or worked_on < limit) and (mail := claim(now())):
            worked_on += 1
            message = _prepared(mail, connection, result, now)
            if message and not _deliver(mail, message, connection, result, now):
                break
    finally:
        _close(connection)
    return result


def claim(now: datetime) -> OutgoingMail | None:
    """Take the next mail that waits, or whose claim expired before it was sent, and return it; None if there is none."""
    ready = Q(state=MailState.WAITING) & (Q(not_before__isnull=True) | Q(not_before__lte=now))
    left_behind = Q(state=MailState.CLAIMED, claimed_until__lt=now)
    token = uuid.uuid4().hex
    while True:
        candidates = OutgoingMail.objects.filter(ready | left_behind)
        found = candidates.order_by("day", "pk").values_list("pk", flat=True).first()
        if found is None:
            return None
        mine = OutgoingMail.objects.filter(ready | left_behind, pk=found)
        if mine.update(state=MailState.CLAIMED, claimed_by=token, claimed_until=now + CLAIM):
            return OutgoingMail.objects.select_related("recipient").get(pk=found)


def mark_uncertain(now: datetime) -> int:
    """Turn mails whose sender never came back into „ungewiss“ and return their number. They are not sent again by themselves."""
    return OutgoingMail.objects.expired(now).update(state=MailState.UNCERTAIN, claimed_until=None, last_error=_LOST_SENDER)


def _prepared(mail: OutgoingMail, connection: Any, result: Result, now: Callable[[], datetime]) -> EmailMultiAlternatives | None:
    """Return the message as it is right now; None if there is nothing to send. A mail that cannot be written holds up no other."""
    try:
        if not bring_up_to_date(mail, timezone.localdate(now())):
            result.failed += mail.state == MailState.FAILED
            result.settled += mail.state != MailState.FAILED
            return None
        message = _message(mail, connection)
        message.message()
    except DatabaseError:
        raise
    except Exception as error:  # whatever is wrong with this mail, the next one can go
        _logger.exception("Mail %s cannot be written", mail.pk)
        _refused(mail, error, result, now(), final=isinstance(error, ValueError))
        return None
    return message


def _deliver(
    mail: OutgoingMail, message: EmailMultiAlternatives, connection: Any, result: Result, now: Callable[[], datetime]
) -> bool:
    """Hand one mail to the server and keep what happened; False if the server cannot be reached and the run has to end.

    A connection that served other mails may be ended by the server at any time: then the mail is tried on a new one at once.
    """
    for _ in range(2):
        try:
            fresh = connection.open() is not False
        except (OSError, smtplib.SMTPException) as error:
            result.stopped = _words(error)
            _give_back(mail, f"Der Mailserver ist nicht erreichbar: {result.stopped}")
            return False
        if not _send(mail, message, connection, result, now, again=not fresh):
            break
    return True


def _send(
    mail: OutgoingMail,
    message: EmailMultiAlternatives,
    connection: Any,
    result: Result,
    now: Callable[[], datetime],
    *,
    again: bool,
) -> bool:
    """Send one mail over an open connection. True if the connection was over before the text and it may be tried `again`."""
    handed_over = False

    def before_text() -> None:
        nonlocal handed_over
        if not _mine(mail, MailState.CLAIMED).update(state=MailState.SENDING, claimed_until=now() + CLAIM):
            raise _ClaimLost
        handed_over = True

    try:
        _tell_before_data(connection, before_text)
        message.send()
    except _ClaimLost:
        _close(connection)
    except (smtplib.SMTPException, OSError, ValueError) as error:
        _close(connection)
        if again and not handed_over and _is_over(error):
            return True
        # A disconnection before the text and a „no“ at any time are certain; if the connection breaks after it, nobody knows.
        if handed_over and isinstance(error, smtplib.SMTPServerDisconnected | OSError) and not _is_answer(error):
            _leave_open(mail, error)
            result.uncertain += 1
        else:
            _refused(mail, error, result, now(), final=_is_final(error))
    else:
        _mine(mail, MailState.SENDING, MailState.UNCERTAIN).update(
            state=MailState.SENT, sent_at=now(), claimed_until=None, last_error=""
        )
        result.sent += 1
    return False


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
        reply_to=[settings.REPLY_TO_EMAIL] if settings.REPLY_TO_EMAIL else None,
        connection=connection,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _is_answer(error: Exception) -> bool:
    """The server spoke: it refused the mail or a part of it."""
    return isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)


def _answer(error: Exception) -> tuple[int, str]:
    """Return code and text of the server's answer, (0, "") if there is none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return code, _decoded(text)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code, _decoded(error.smtp_error)
    return 0, ""


def _is_over(error: Exception) -> bool:
    """The connection has ended, or the server announces with 421 that it ends it."""
    return _answer(error)[0] == _SHUTTING_DOWN or (isinstance(error, OSError) and not _is_answer(error))


def _is_final(error: Exception) -> bool:
    """Trying again would not help: the mail cannot be written, or its recipient or text is refused for good (5xx, RFC 5321).

    Refusals for the sake of the sender (5.7: not allowed, not signed in) concern all mails and may be mended in time.
    """
    if isinstance(error, ValueError | smtplib.SMTPNotSupportedError):
        return True
    code, text = _answer(error)
    if isinstance(error, smtplib.SMTPSenderRefused) or not isinstance(
        error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError
    ):
        return False
    return code >= _PERMANENT and code != _NOT_SIGNED_IN and not text.startswith("5.7.")


def _mine(mail: OutgoingMail, *states: MailState) -> Any:
    return OutgoingMail.objects.filter(pk=mail.pk, claimed_by=mail.claimed_by, state__in=states)


def _give_back(mail: OutgoingMail, error: str) -> None:
    _mine(mail, MailState.CLAIMED).update(state=MailState.WAITING, claimed_by="", claimed_until=None, last_error=error)


def _refused(mail: OutgoingMail, error: Exception, result: Result, now: datetime, *, final: bool) -> None:
    final = final or mail.attempts + 1 >= MAX_ATTEMPTS
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
    code, text = _answer(error)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"Der Mailserver nimmt die Adresse nicht an: {code} {text}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"Der Mailserver antwortet: {code} {text}"
    if isinstance(error, TimeoutError):
        return "Der Mailserver antwortet nicht."
    if isinstance(error, ConnectionRefusedError):
        return "Der Mailserver nimmt keine Verbindung an."
    return " ".join(str(error).split())[:500] or type(error).__name__


def _decoded(answer: "bytes | str") -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return " ".join(text.split())[:500]
