"""The pages of the help: which there are, whose tasks they explain, and to which pages of the portal they belong."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from goals.roles import Role


@dataclass(frozen=True)
class HelpPage:
    """One task. Its text is the template `help/pages/<slug>.html`.

    `roles` are those whose task it is. `views` are the names of the pages it belongs to, with „#anchor“ where a section of it does.
    `target` is the page without arguments that the task begins at, `go` the words of the link to it; empty if there is none.
    `is_public` shows it to people who are not signed in.
    """

    slug: str
    title: str
    summary: str
    roles: frozenset[Role]
    views: tuple[str, ...]
    target: str = ""
    go: str = ""
    is_public: bool = False

    @property
    def template(self) -> str:
        return f"help/pages/{self.slug}.html"

    @property
    def is_for_all(self) -> bool:
        return self.roles == frozenset(Role)


_ACCOUNT = (
    "login",
    "logout",
    "inactive",
    "reauthenticate",
    "change_password",
    "set_password",
    "reset_password",
    "reset_password_done",
    "reset_password_from_key",
    "reset_password_from_key_done",
)

_ALL: Final = frozenset(Role)
_UNITS: Final = frozenset(Role.in_units())
_BOARD: Final = frozenset({Role.BOARD, Role.RECORDER, Role.COORDINATOR})
_RECORDING: Final = frozenset({Role.RECORDER, Role.COORDINATOR})
_LEADING: Final = frozenset({Role.COORDINATOR})

# In the order in which the work is done; `sections` sorts them for each person.
PAGES: Final = (
    HelpPage(
        "bericht",
        "Einen Bericht schreiben und einreichen",
        "Vom ersten Satz bis zur Einreichung: was verlangt ist, was gespeichert wird und wer es liest.",
        _UNITS,
        ("ratings:my_reports", "ratings:report"),
        "ratings:my_reports",
        "Meine Maßnahmen",
    ),
    HelpPage(
        "unveraendert",
        "Nichts hat sich geändert",
        "Den letzten Bericht unverändert einreichen oder seine Texte als Anfang nehmen.",
        _UNITS,
        ("ratings:report_unchanged",),
        "ratings:my_reports",
        "Meine Maßnahmen",
    ),
    HelpPage(
        "rueckfrage",
        "Ein Bericht kam zurück",
        "Rückfragen des Jour fixe beantworten und einen zurückgegebenen Bericht überarbeiten.",
        _UNITS,
        ("ratings:inquiry",),
        "ratings:my_reports",
        "Meine Maßnahmen",
    ),
    HelpPage(
        "freigeben",
        "Berichte freigeben",
        "Lesen, freigeben oder mit einem Hinweis zurückgeben; wer einspringt, wenn niemand da ist.",
        _UNITS,
        (),
        "ratings:my_reports",
        "Meine Maßnahmen",
    ),
    HelpPage(
        "vertretung",
        "Vertretung und Fristverlängerung",
        "Jemanden für sich berichten lassen, und wie eine Einheit mehr Zeit bekommt.",
        _UNITS | _LEADING,
        ("ratings:deputies", "ratings:extensions#frist"),
        "ratings:deputies",
        "Vertretungen",
    ),
    HelpPage(
        "excel",
        "Berichte in Excel ausfüllen",
        "Die Berichte Ihrer Einheit als Arbeitsmappe mitnehmen, ausfüllen und wieder einlesen.",
        _UNITS,
        ("ratings:import_reports", "ratings:reports_workbook", "ratings:import_preview#vorschau"),
        "ratings:import_reports",
        "Offline schreiben",
    ),
    HelpPage(
        "sitzung-vorbereiten",
        "Den Jour fixe vorbereiten",
        "Eine Sitzung anlegen und ihre Tagesordnung aus Uneinigem, Rückfragen und Handlungsfeldern zusammenstellen.",
        _BOARD,
        ("ratings:board", "ratings:meetings", "ratings:meeting"),
        "ratings:board",
        "Jour fixe",
    ),
    HelpPage(
        "sitzung",
        "Den Jour fixe halten",
        "Punkt für Punkt abstimmen, mit Tasten und Beamer; am Ende das Protokoll als Word-Datei.",
        _BOARD,
        ("ratings:meeting_item", "ratings:meeting_agenda", "ratings:meeting_minutes#protokoll"),
        "ratings:board",
        "Jour fixe",
    ),
    HelpPage(
        "abstimmen",
        "Bewertungen abstimmen",
        "Einzeln auf der Seite der Maßnahme, viele einstimmige auf einmal, und was bei uneinigen Vorschlägen gilt.",
        _RECORDING,
        ("ratings:agree", "ratings:unanimous#einstimmige"),
        "ratings:overview_current",
        "Übersicht",
    ),
    HelpPage(
        "ruecklauf",
        "Rücklauf und Erinnerungen",
        "Sehen, welche Berichte fehlen, Einheiten erinnern und den Postausgang im Blick behalten.",
        _BOARD,
        (
            "ratings:returns",
            "ratings:returns_current",
            "ratings:remind#erinnern",
            "ratings:mails#postausgang",
            "ratings:mail#postausgang",
        ),
        "ratings:returns_current",
        "Rücklauf",
    ),
    HelpPage(
        "runde",
        "Eine Berichtsrunde anlegen und öffnen",
        "Von der Vorbereitung über die Berichte bis zur Abstimmung; was beim Öffnen geschieht.",
        _LEADING,
        (
            "ratings:rounds",
            "ratings:round",
            "ratings:round_create",
            "ratings:round_edit",
            "ratings:round_step",
            "ratings:round_sync#abgleich",
            "ratings:round_log#verlauf",
        ),
        "ratings:rounds",
        "Runden",
    ),
    HelpPage(
        "abschluss",
        "Eine Runde abschließen und freigeben",
        "Lücken durchsehen, das Ergebnis als Fassung festschreiben, für den Kreistag freigeben, wieder öffnen.",
        _LEADING,
        ("ratings:round_close",),
        "ratings:rounds",
        "Runden",
    ),
    HelpPage(
        "nachtrag",
        "Nachtrag: eine einzelne Maßnahme berichtigen",
        "Nach dem Abschluss eine Maßnahme wieder öffnen, ohne die Runde anzufassen.",
        _LEADING,
        ("ratings:supplement", "ratings:supplement_open"),
    ),
    HelpPage(
        "konzept",
        "Ein Konzept anlegen und bearbeiten",
        "Handlungsfelder, Ziele, Maßnahmen und Zuständigkeiten pflegen, einzeln, viele auf einmal oder als Tabelle.",
        _LEADING,
        (
            "goals:concept_create#anlegen",
            "goals:concept_import#anlegen",
            "goals:concept_template#anlegen",
            "ratings:concept_edit",
            "ratings:concept_data",
            "ratings:concept_part",
            "ratings:concept_part_new",
            "ratings:concept_units#viele",
            "ratings:concept_upload#tabelle",
            "ratings:concept_update#tabelle",
            "ratings:responsibilities#zustaendigkeit",
        ),
        "goals:concepts",
        "Konzepte",
    ),
    HelpPage(
        "fortschreibung",
        "Ein Konzept fortschreiben",
        "Aus einem auslaufenden Konzept ein neues machen; jede Maßnahme bleibt mit ihrer Vorgängerin verbunden.",
        _LEADING,
        ("ratings:continuation",),
        "goals:concepts",
        "Konzepte",
    ),
    HelpPage(
        "einheiten",
        "Organisationseinheiten pflegen",
        "Einheiten anlegen, umbenennen, zusammenlegen; die Freigabe einschalten.",
        _LEADING,
        ("ratings:units", "ratings:unit", "ratings:unit_create"),
        "ratings:units",
        "Einheiten",
    ),
    HelpPage(
        "liste-einlesen",
        "Die Liste einer Runde in Excel bearbeiten",
        "Bewertungen und Zuständigkeiten in der Excel-Datei ändern und mit Vorschau zurückholen.",
        _LEADING,
        ("ratings:import_data",),
        "ratings:rounds",
        "Runden",
    ),
    HelpPage(
        "evaluationsbericht",
        "Anhang und Evaluationsbericht ausgeben",
        "Die Kapitel schreiben und den Bericht mit Anhang als Word- oder PDF-Datei herunterladen.",
        _BOARD,
        (
            "ratings:chapters",
            "ratings:chapter",
            "ratings:chapter_preview",
            "ratings:evaluation_report#ausgeben",
            "ratings:export#ausgeben",
        ),
        "ratings:rounds",
        "Runden",
    ),
    HelpPage(
        "ergebnis",
        "Ein Ergebnis lesen",
        "Was freigegebene Ergebnisse sagen und was nicht, zum Beispiel für den Kreistag.",
        frozenset({Role.READER}),
        (),
        "ratings:overview_current",
        "Übersicht",
    ),
    HelpPage(
        "zurechtfinden",
        "Sich im Portal zurechtfinden",
        "Was auf der Startseite steht, wo Sie Ihre Aufgaben finden und was „gesperrt“ heißt.",
        _ALL,
        ("start", "glossary", "bewertungsschema", "imprint", "privacy"),
        "start",
        "Startseite",
    ),
    HelpPage(
        "uebersicht",
        "Die Übersicht lesen und filtern",
        "Verteilung, Karte und Liste aller Maßnahmen; filtern, vergleichen, als Datei mitnehmen.",
        _ALL,
        (
            "ratings:overview",
            "ratings:overview_current",
            "ratings:charts#diagramme",
            "ratings:chart#diagramme",
            "ratings:saved_views#ansichten",
            "ratings:saved_view#ansichten",
            "ratings:short_link#ansichten",
        ),
        "ratings:overview_current",
        "Übersicht",
    ),
    HelpPage(
        "suche",
        "Suchen",
        "Ziele, Maßnahmen, Berichte und Einheiten von jeder Seite aus finden.",
        _ALL,
        ("ratings:search",),
        "ratings:search",
        "Suche",
    ),
    HelpPage(
        "massnahme",
        "Die Seite einer Maßnahme",
        "Alles zu einer Maßnahme auf einer Seite: Berichte, Bewertung, frühere Runden und der Verlauf.",
        _ALL,
        (
            "ratings:measure",
            "ratings:history#verlauf",
            "goals:concept#konzept",
            "goals:concepts#konzept",
            "goals:concept_table#konzept",
        ),
        "goals:concepts",
        "Konzepte",
    ),
    HelpPage(
        "mails",
        "E-Mails vom Portal",
        "Worüber das Portal schreibt, wie oft, und wie Sie es einstellen.",
        _UNITS | _LEADING,
        ("ratings:mail_preferences",),
        "ratings:mail_preferences",
        "Benachrichtigungen",
    ),
    HelpPage(
        "darstellung",
        "Darstellung und Bedienung",
        "Hell oder dunkel, Beamer, Vergrößern, Tastatur, Vorlesen, Drucken.",
        _ALL,
        (
            "appearance",
            "accessibility#barrieren",
            "barrier_report#barrieren",
            "barrier_report_sent#barrieren",
            "help",
            "help_page",
            "style_guide",
        ),
        is_public=True,
    ),
    HelpPage(
        "anmelden",
        "Anmelden und Passwort",
        "Anmelden, ein vergessenes Passwort ersetzen, und was mit Ihrem Text geschieht, wenn die Anmeldung abläuft.",
        _ALL,
        (*(f"account_{name}" for name in _ACCOUNT), "signed_in"),
        is_public=True,
    ),
)

_BY_SLUG: Final = {page.slug: page for page in PAGES}
BY_VIEW: Final = {view: (page.slug, anchor) for page in PAGES for name in page.views for view, _, anchor in [name.partition("#")]}


def find(slug: str) -> HelpPage | None:
    """Return the page with this slug, None if there is none."""
    return _BY_SLUG.get(slug)


@dataclass(frozen=True)
class Sections:
    """The pages in the order in which somebody looks for them: the own tasks, what is for all, the tasks of others."""

    own: tuple[HelpPage, ...]
    common: tuple[HelpPage, ...]
    others: tuple[HelpPage, ...]


def sections(held: Iterable[Role]) -> Sections:
    """Return all pages sorted for a person with the roles `held`."""
    roles = frozenset(held)
    special = [page for page in PAGES if not page.is_for_all]
    return Sections(
        own=tuple(page for page in special if page.roles & roles),
        common=tuple(page for page in PAGES if page.is_for_all),
        others=tuple(page for page in special if not page.roles & roles),
    )
