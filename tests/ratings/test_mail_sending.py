"""The way out of the outbox, with a real SMTP server: every mail once, none lost, whatever the server or a crash does."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_string
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from ratings.mail.outbox import resend
from ratings.mail.sending import CLAIM, MAX_ATTEMPTS, claim, mark_uncertain, send_waiting
from ratings.models import MailState, OutgoingMail
from tests import factories as make
from tests.ratings.mails import MailServer, mail

# Senders commit each step, and threads and processes look at the same rows.
pytestmark = pytest.mark.django_db(transaction=True)

# One sender as a process of its own, on the database of the test.
SENDER = """
import sys, django
from django.conf import settings
django.setup()
from django.core.management import call_command
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", int(sys.argv[2]), 20
call_command("send_mail_queue", "--only-send")
"""


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    found = MailServer()
    found.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", found.port, 1
    yield found
    found.stop()


def sender_process(port: int) -> "subprocess.Popen[bytes]":
    arguments = [sys.executable, "-c", SENDER, str(connection.settings_dict["NAME"]), str(port)]
    return subprocess.Popen(arguments, cwd=portal.BASE_DIR, stdout=subprocess.DEVNULL)


def _same(moment: datetime) -> datetime:
    return moment


def states() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("state", flat=True))


def test_a_mail_goes_out_with_its_message_id_and_both_texts(server: MailServer) -> None:
    waiting = mail()
    assert send_waiting().sent == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.last_error) == (MailState.SENT, "")
    assert waiting.sent_at is not None
    assert server.received == [waiting.message_id]
    assert "text/plain" in server.texts[0]
    assert "text/html" in server.texts[0]
    assert send_waiting().sent == 0
    assert len(server.received) == 1


@pytest.mark.parametrize("answer", ["550 Unbekannt", "553 5.1.3 Keine Adresse"])
def test_a_recipient_refused_for_good_fails_at_once_and_holds_up_nobody(server: MailServer, answer: str) -> None:
    first, second = mail(), mail()
    server.refused[first.address] = answer
    result = send_waiting()
    assert (result.sent, result.failed, result.put_off) == (1, 1, 0)
    first.refresh_from_db()
    assert (first.state, first.attempts) == (MailState.FAILED, 1)
    assert answer in first.last_error
    assert send_waiting(now=lambda: timezone.now() + timedelta(days=9)).sent == 0
    assert server.received == [second.message_id]


@pytest.mark.parametrize("answer", ["450 Postfach voll", "550 5.7.1 Relaying denied", "530 Bitte anmelden"])
def test_a_recipient_refused_for_now_is_tried_again_until_an_end_and_holds_up_nobody(server: MailServer, answer: str) -> None:
    first, second = mail(), mail()
    server.refused[first.address] = answer
    result = send_waiting()
    assert (result.sent, result.put_off) == (1, 1)
    first.refresh_from_db()
    assert (first.state, first.attempts) == (MailState.WAITING, 1)
    assert answer in first.last_error
    assert send_waiting().put_off == 0, "the pause holds"
    later = timezone.now()
    for _ in range(MAX_ATTEMPTS - 1):
        later += timedelta(days=1)
        send_waiting(now=partial(_same, later))
    first.refresh_from_db()
    assert (first.state, first.attempts) == (MailState.FAILED, MAX_ATTEMPTS)
    assert send_waiting(now=lambda: later + timedelta(days=9)).sent == 0
    assert server.received == [second.message_id]


def test_a_temporary_refusal_of_the_text_is_tried_again_and_arrives_once(server: MailServer) -> None:
    mail()
    server.on_data = "refuse"
    assert send_waiting().put_off == 1
    assert states() == [MailState.WAITING]
    server.on_data = "accept"
    assert send_waiting(now=lambda: timezone.now() + timedelta(hours=1)).sent == 1
    assert len(server.received) == 1


@pytest.mark.parametrize("how", ["die", "hang"])
def test_a_server_that_dies_or_hangs_in_the_text_leaves_the_mail_uncertain(server: MailServer, how: str) -> None:
    """And the next mail goes on its own connection."""
    mail()
    server.on_data = how
    assert send_waiting().uncertain == 1
    assert states() == [MailState.UNCERTAIN]
    assert "nicht bekannt" in OutgoingMail.objects.get().last_error
    server.on_data = "stop"
    mail()
    server.on_data = "accept"
    assert send_waiting(now=lambda: timezone.now() + timedelta(days=1)).sent == 1
    assert states() == [MailState.UNCERTAIN, MailState.SENT]


def test_a_server_that_dies_before_the_text_leaves_nothing_open(server: MailServer) -> None:
    mail()
    server.die_on_rcpt = True
    assert send_waiting().put_off == 1
    assert states() == [MailState.WAITING]
    server.die_on_rcpt = False
    assert send_waiting(now=lambda: timezone.now() + timedelta(hours=1)).sent == 1


def test_a_server_that_never_answers_makes_no_mail_fail(settings: Any) -> None:
    mail()
    mail()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", silent.getsockname()[1], 1
        assert send_waiting().stopped
    assert send_waiting().stopped, "nobody listens any more"
    assert states() == [MailState.WAITING, MailState.WAITING]
    assert list(OutgoingMail.objects.values_list("attempts", flat=True)) == [0, 0]
    assert "nicht erreichbar" in OutgoingMail.objects.order_by("pk")[0].last_error
    with pytest.raises(CommandError, match="warten"):
        call_command("send_mail_queue", "--only-send", stdout=StringIO())


def test_two_senders_at_once_send_twenty_mails_once_each(server: MailServer) -> None:
    expected = sorted(mail().message_id for _ in range(20))
    problems: list[BaseException] = []
    together = threading.Barrier(2)

    def work() -> None:
        try:
            together.wait(timeout=10)
            send_waiting()
        except BaseException as problem:  # shown by the test, a thread swallows it
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert problems == []
    assert sorted(server.received) == expected
    assert set(states()) == {MailState.SENT}


def test_two_processes_at_once_send_twenty_mails_once_each(server: MailServer) -> None:
    expected = sorted(mail().message_id for _ in range(20))
    senders = [sender_process(server.port) for _ in range(2)]
    assert [sender.wait(timeout=60) for sender in senders] == [0, 0]
    assert sorted(server.received) == expected
    assert set(states()) == {MailState.SENT}


def test_one_killed_while_sending_leaves_its_mail_uncertain_and_loses_none(server: MailServer) -> None:
    """The mail whose fate is open is sent again only by hand; all others go out by themselves."""
    first, *others = [mail() for _ in range(4)]
    server.on_data = "hang"
    sender = sender_process(server.port)
    assert server.got_text.wait(timeout=30)
    sender.kill()
    sender.wait(timeout=10)
    server.on_data = "stop"
    first.refresh_from_db()
    assert first.state == MailState.SENDING
    server.on_data = "accept"
    assert send_waiting().sent == 3
    assert mark_uncertain(timezone.now()) == 0, "its claim still runs"
    later = timezone.now() + CLAIM + timedelta(minutes=1)
    result = send_waiting(now=lambda: later)
    assert (result.sent, result.uncertain) == (0, 1)
    first.refresh_from_db()
    assert first.state == MailState.UNCERTAIN
    person = make.user()
    assert resend(first.pk, user=person)
    assert not resend(first.pk, user=person), "only once"
    assert send_waiting().sent == 1
    assert sorted(set(server.received)) == sorted(item.message_id for item in (first, *others))
    assert server.received[-1] == first.message_id


def test_a_batch_goes_over_one_connection_and_on_when_the_server_ends_it(server: MailServer) -> None:
    expected = [mail().message_id for _ in range(5)]
    assert send_waiting().sent == 5
    assert server.connections == 1
    server.mails_per_connection = 2
    expected += [mail().message_id for _ in range(5)]
    result = send_waiting()
    assert (result.sent, result.put_off, server.connections) == (5, 0, 1 + 3)
    assert sorted(server.received) == sorted(expected)
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {0}


@pytest.mark.parametrize("fields", [{"subject": "Zwei\nZeilen"}, {"message_id": "<a@b>\nBcc: x@example.org"}])
def test_a_mail_that_cannot_be_written_fails_and_stops_no_other(server: MailServer, fields: dict[str, str]) -> None:
    broken, fine = mail(**fields), mail()
    result = send_waiting()
    assert (result.sent, result.failed) == (1, 1)
    assert states() == [MailState.FAILED, MailState.SENT]
    assert server.received == [fine.message_id]
    broken.refresh_from_db()
    assert broken.last_error


@pytest.mark.parametrize("address", ["ohne-at", "müller@example.org", "a b@example.org"])
def test_an_address_that_is_none_stops_no_other(server: MailServer, address: str) -> None:
    mail(recipient=make.user(email=address))
    fine = mail()
    assert send_waiting().sent >= 1
    assert fine.message_id in server.received
    assert len(server.received) == len(set(server.received))


def test_headers_and_the_message_id_of_a_second_try(server: MailServer, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL, settings.REPLY_TO_EMAIL = "Portal <portal@example.org>", "leitung@example.org"
    waiting = mail()
    server.on_data = "refuse"
    send_waiting()
    server.on_data = "accept"
    assert send_waiting(now=lambda: timezone.now() + timedelta(hours=1)).sent == 1
    headers = message_from_string(server.texts[0])
    assert headers["Message-ID"] == waiting.message_id
    assert headers["Auto-Submitted"] == "auto-generated"
    assert (headers["From"], headers["Reply-To"]) == ("Portal <portal@example.org>", "leitung@example.org")
    assert headers["To"] == waiting.address
    assert headers["Date"]


def test_one_killed_between_claim_and_text_loses_nothing(server: MailServer) -> None:
    """Nothing was handed over: the mail goes out by itself once the claim is over."""
    mails = [mail() for _ in range(2)]
    server.hang_on_rcpt = True
    sender = sender_process(server.port)
    assert server.got_rcpt.wait(timeout=60)
    sender.kill()
    sender.wait(timeout=10)
    server.hang_on_rcpt = False
    assert states() == [MailState.CLAIMED, MailState.WAITING]
    assert send_waiting().sent == 1
    assert send_waiting(now=lambda: timezone.now() + CLAIM + timedelta(minutes=1)).sent == 1
    assert sorted(server.received) == sorted(item.message_id for item in mails)


def test_a_claim_that_expired_before_the_text_is_taken_over(server: MailServer) -> None:
    mail()
    assert claim(timezone.now()) is not None
    assert claim(timezone.now()) is None
    assert send_waiting().sent == 0
    assert send_waiting(now=lambda: timezone.now() + CLAIM + timedelta(minutes=1)).sent == 1
    assert len(server.received) == 1


def test_a_sender_that_lost_its_claim_sends_nothing(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was slow, another one took over: the text must not go out."""
    mail()

    def taken_meanwhile(*args: Any, **kwargs: Any) -> Any:
        found = claim(*args, **kwargs)
        OutgoingMail.objects.update(claimed_by="somebody else")
        return found

    monkeypatch.setattr("ratings.mail.sending.claim", taken_meanwhile)
    assert send_waiting().sent == 0
    assert server.received == []
    assert states() == [MailState.CLAIMED]


def test_limit_and_what_the_command_says(server: MailServer) -> None:
    for _ in range(3):
        mail()
    out = StringIO()
    call_command("send_mail_queue", "--only-send", "--limit", "2", stdout=out)
    assert "2 gesendet" in out.getvalue()
    assert states().count(MailState.WAITING) == 1
    with pytest.raises(CommandError, match="ab 1"):
        call_command("send_mail_queue", "--limit", "0")


def test_only_failed_and_uncertain_mails_are_sent_again() -> None:
    for state in (MailState.WAITING, MailState.SENT):
        assert not resend(mail(state=state, sent_at=timezone.now()).pk, user=make.user())
