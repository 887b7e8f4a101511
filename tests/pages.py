"""Every page of the portal and what stands behind its address: for all tests that walk over the pages.

A new page is a row in PAGES and, if its address has arguments, one in the dictionary of `build_world`.
"""

from typing import Any

from django.urls import URLPattern, URLResolver
from django.utils import timezone

from ratings.appendix import freeze, live_appendix
from ratings.models import AgendaOrigin, Meeting, ReportingRound
from ratings.states import RoundState
from tests import factories as make
from tests.ratings.mails import mail

ROLES = ("nobody", "reader", "reporter", "approver", "board", "recorder", "coordinator")
# A GET: 2 shown, 3 led on, 4 not there for this person (404), F forbidden with the reason (403), P only POST (405),
# S to the sign-in. In the order of ROLES. The people here have no password, so changing it leads on to setting one.
PAGES = {
    "account_change_password": "S333333",
    "account_inactive": "2222222",
    "account_login": "2333333",
    "account_logout": "S222222",
    "account_reauthenticate": "SFFFFFF",
    "account_reset_password": "2222222",
    "account_reset_password_done": "2222222",
    "account_reset_password_from_key": "2222222",
    "account_reset_password_from_key_done": "2222222",
    "account_set_password": "S222222",
    "appearance": "PPPPPPP",
    "accessibility": "2222222",
    "barrier_report": "2222222",
    "barrier_report_sent": "2222222",
    "bewertungsschema": "S222222",
    "glossary": "S222222",
    "goals:concept": "S222222",
    "goals:concept_create": "SFFFFF2",
    "goals:concept_import": "SFFFFF4",
    "goals:concept_table": "S222222",
    "goals:concept_template": "SFFFFF2",
    "goals:concepts": "S222222",
    "healthz": "2222222",
    "help": "S222222",
    "help_page": "2222222",
    "imprint": "2222222",
    "privacy": "2222222",
    "ratings:agree": "S333333",
    "ratings:board": "SFFF333",
    "ratings:chapter": "S4FF222",
    "ratings:chapter_autosave": "SPPPPPP",
    "ratings:chapter_preview": "SPPPPPP",
    "ratings:chapters": "S4FF222",
    "ratings:chart": "S422222",
    "ratings:charts": "S422222",
    "ratings:concept_data": "SFFFFF2",
    "ratings:concept_edit": "SFFFFF2",
    "ratings:concept_part": "SFFFFF2",
    "ratings:concept_part_new": "SFFFFF2",
    "ratings:concept_units": "SFFFFF2",
    "ratings:concept_update": "SFFFFF4",
    "ratings:concept_upload": "SFFFFF2",
    "ratings:continuation": "SFFFFF2",
    "ratings:deputies": "SF22FF2",
    "ratings:evaluation_report": "S4FF222",
    "ratings:export": "S422222",
    "ratings:extensions": "S4FFFF2",
    "ratings:history": "S422222",
    "ratings:import_data": "S4FFFF2",
    "ratings:import_preview": "S444444",
    "ratings:import_reports": "S422444",
    "ratings:inquiry": "S433333",
    "ratings:mail_preferences": "S222222",
    "ratings:mail": "SFFFFF2",
    "ratings:mail_resend": "SPPPPPP",
    "ratings:mail_withdraw": "SPPPPPP",
    "ratings:mails": "SFFFFF2",
    "ratings:measure": "S222222",
    "ratings:meeting": "S444222",
    "ratings:meeting_agenda": "S444333",
    "ratings:meeting_item": "S444222",
    "ratings:meeting_minutes": "S444222",
    "ratings:meetings": "S4FF222",
    "ratings:my_reports": "S222222",
    "ratings:overview": "S422222",
    "ratings:overview_current": "S333333",
    "ratings:remind": "S4FFFF2",
    "ratings:report": "S422332",
    "ratings:report_autosave": "SPPPPPP",
    "ratings:report_step": "SPPPPPP",
    "ratings:report_unchanged": "S433333",
    "ratings:responsibilities": "SFFFFF2",
    "ratings:reports_workbook": "S422444",
    "ratings:returns": "S4FF222",
    "ratings:returns_current": "S4FF333",
    "ratings:round": "S422222",
    "ratings:round_close": "S4FFFF3",
    "ratings:round_create": "SFFFFF2",
    "ratings:round_edit": "S4FFFF2",
    "ratings:round_log": "S4FFFF2",
    "ratings:round_step": "S4FFFF3",
    "ratings:round_sync": "S4FFFF2",
    "ratings:rounds": "S222222",
    "ratings:saved_view": "SFFFFF2",
    "ratings:saved_views": "S222222",
    "ratings:short_link": "S333333",
    "ratings:search": "S222222",
    "ratings:supplement": "S4FFFF2",
    "ratings:supplement_open": "SFFFFF3",
    "ratings:unanimous": "S4FFF22",
    "ratings:unit": "SFFFFF2",
    "ratings:unit_create": "SFFFFF2",
    "ratings:units": "SFFFFF2",
    "signed_in": "S222222",
    "start": "S222222",
    "style_guide": "4444444",
}
SIGNS = {200: "2", 301: "3", 302: "3", 403: "F", 404: "4", 405: "P"}


def names(patterns: list[Any], prefix: str = "") -> set[str]:
    """The names of all addresses below these patterns, with their namespace; without those of the admin."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            if pattern.namespace != "admin":
                found |= names(pattern.url_patterns, prefix + space)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(prefix + pattern.name)
    return found


def build_world() -> dict[str, Any]:
    """A Konzept with a released round and a running one; returns the arguments of the addresses."""
    concept = make.concept()
    measure = make.measure("20.1", concept=concept)
    closed = make.round(concept, state=RoundState.CLOSED)
    ReportingRound.objects.filter(pk=closed.pk).update(opens_on="2024-01-01", due_on="2024-03-01", closes_on="2024-04-01")
    closed.refresh_from_db()
    make.snapshot(closed, data=freeze(live_appendix(closed)), released_at=closed.history.first().history_date)
    running = make.round(concept)
    report = make.report(measure, round=running)
    inquiry = make.inquiry(report)
    meeting = Meeting.objects.create(round=running, on=timezone.localdate())
    meeting.items.create(measure=measure, origin=AgendaOrigin.HAND)
    view = make.saved_view(concept, is_shared=True)
    letter = mail(message_id="<brief@example.org>")
    place = {"concept": concept.slug, "number": measure.number}
    return {
        "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
        "barrier_report_sent": {"reference": make.barrier_report().reference},
        "help_page": {"slug": "anmelden"},
        "goals:concept": {"concept": concept.slug},
        "goals:concept_import": {"pk": 1},
        "goals:concept_table": {"concept": concept.slug, "ending": "csv"},
        "goals:concept_template": {"ending": "xlsx"},
        "ratings:concept_update": {"concept": concept.slug, "pk": 1},
        "ratings:concept_upload": {"concept": concept.slug},
        "ratings:continuation": {"concept": concept.slug},
        "ratings:agree": place,
        **{f"ratings:concept_{page}": {"concept": concept.slug} for page in ("data", "edit", "units")},
        "ratings:concept_part": {"concept": concept.slug, "kind": "massnahmen", "pk": measure.pk},
        "ratings:concept_part_new": {"concept": concept.slug, "kind": "massnahmen"},
        "ratings:evaluation_report": {"round": running.slug, "ending": "docx"},
        "ratings:export": {"round": running.slug, "ending": "xlsx"},
        "ratings:history": place,
        "ratings:extensions": {"round": running.slug},
        "ratings:import_data": {"round": running.slug},
        "ratings:import_preview": {"pk": 1},
        "ratings:inquiry": {"pk": inquiry.pk},
        "ratings:measure": place,
        "ratings:meetings": {"round": running.slug},
        "ratings:meeting": {"pk": meeting.pk},
        "ratings:meeting_minutes": {"pk": meeting.pk},
        "ratings:meeting_agenda": {"pk": meeting.pk},
        "ratings:meeting_item": {"pk": meeting.pk, "number": measure.number},
        "ratings:responsibilities": place,
        **{f"ratings:mail{part}": {"pk": letter.pk} for part in ("", "_resend", "_withdraw")},
        "ratings:remind": {"round": running.slug},
        "ratings:unit": {"unit": report.unit.slug},
        **{f"ratings:report{part}": {"pk": report.pk} for part in ("", "_autosave", "_step", "_unchanged")},
        **{f"ratings:round{part}": {"round": running.slug} for part in ("", "_close", "_edit", "_log", "_step", "_sync")},
        "ratings:chapters": {"round": running.slug},
        "ratings:chart": {"round": running.slug, "name": "verteilung"},
        "ratings:charts": {"round": running.slug},
        **{f"ratings:chapter{part}": {"round": running.slug, "chapter": "fazit"} for part in ("", "_autosave", "_preview")},
        "ratings:overview": {"round": running.slug},
        "ratings:returns": {"round": running.slug},
        "ratings:saved_view": {"pk": view.pk},
        "ratings:short_link": {"code": view.code},
        "ratings:supplement": {"pk": make.supplement(measure, round=closed).pk},
        "ratings:supplement_open": place,
        "ratings:unanimous": {"round": running.slug},
        "unit": report.unit,
    }
