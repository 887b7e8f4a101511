from django.urls import path, register_converter

from ratings.views import (
    chapters,
    charts,
    concept_edit,
    concept_parts,
    concept_units,
    concept_update,
    continuation,
    deputies,
    evaluation_report,
    extensions,
    history,
    imports,
    inquiries,
    mail,
    measure,
    meeting,
    meetings,
    minutes,
    my_reports,
    overview,
    report,
    returns,
    round_steps,
    rounds,
    saved_views,
    search,
    supplements,
    unanimous,
    units,
)


class MeasureNumber:
    """„20.1“ or „M 3.2.1“: number of the Ziel, a dot, the position in it."""

    regex = r"[^/]{1,20}\.\d{1,4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PartKind:
    """Which kind of part of a Konzept is edited; see `concept_parts.KINDS`."""

    regex = "|".join(concept_parts.KINDS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MeasureNumber, "measure")
register_converter(PartKind, "part")

app_name = "ratings"
_measure = "konzepte/<slug:concept>/massnahmen/<measure:number>/"
_edit = "konzepte/<slug:concept>/bearbeiten/"
_round = "runden/<slug:round>/"

urlpatterns = [
    path("berichte/", my_reports.my_reports, name="my_reports"),
    path("berichte/arbeitsmappe.xlsx", imports.reports_workbook, name="reports_workbook"),
    path("berichte/einlesen/", imports.import_reports, name="import_reports"),
    path("berichte/<int:pk>/", report.report, name="report"),
    path("berichte/<int:pk>/entwurf/", report.autosave, name="report_autosave"),
    path("berichte/<int:pk>/unveraendert/", report.unchanged, name="report_unchanged"),
    path("berichte/<int:pk>/schritt/", report.step, name="report_step"),
    path("rueckfragen/<int:pk>/", inquiries.inquiry, name="inquiry"),
    path("uebersicht/", overview.current, name="overview_current"),
    path(f"{_round}uebersicht/", overview.overview, name="overview"),
    path("ansichten/", saved_views.saved_views, name="saved_views"),
    path("ansichten/<int:pk>/", saved_views.saved_view, name="saved_view"),
    path("a/<slug:code>/", saved_views.short_link, name="short_link"),
    path(f"{_round}anhang.<str:ending>", overview.export, name="export"),
    path(f"{_round}diagramme/", charts.charts, name="charts"),
    path(f"{_round}diagramme/<slug:name>.svg", charts.chart, name="chart"),
    path("runden/", rounds.rounds, name="rounds"),
    path("runden/neu/", rounds.create, name="round_create"),
    path(_round, rounds.detail, name="round"),
    path(f"{_round}bearbeiten/", rounds.edit, name="round_edit"),
    path(f"{_round}schritt/", round_steps.step, name="round_step"),
    path(f"{_round}abschluss/", rounds.close, name="round_close"),
    path(f"{_round}fristen/", extensions.extensions, name="extensions"),
    path(f"{_round}abgleich/", rounds.sync, name="round_sync"),
    path(f"{_round}einlesen/", imports.import_data, name="import_data"),
    path("einlesen/<int:pk>/", imports.import_preview, name="import_preview"),
    path(f"{_round}erinnern/", mail.remind_units, name="remind"),
    path(f"{_round}evaluationsbericht.<str:ending>", evaluation_report.evaluation_report, name="evaluation_report"),
    path(f"{_round}bericht/", chapters.chapters, name="chapters"),
    path(f"{_round}bericht/<slug:chapter>/", chapters.chapter, name="chapter"),
    path(f"{_round}bericht/<slug:chapter>/entwurf/", chapters.chapter_autosave, name="chapter_autosave"),
    path(f"{_round}bericht/<slug:chapter>/vorschau/", chapters.chapter_preview, name="chapter_preview"),
    path("postausgang/", mail.mails, name="mails"),
    path("postausgang/<int:pk>/", mail.mail, name="mail"),
    path("postausgang/<int:pk>/zurueckziehen/", mail.mail_withdraw, name="mail_withdraw"),
    path("postausgang/<int:pk>/erneut/", mail.mail_resend, name="mail_resend"),
    path("konto/benachrichtigungen/", mail.mail_preferences, name="mail_preferences"),
    path(f"{_round}verlauf/", history.round_log, name="round_log"),
    path(f"{_round}ruecklauf/", returns.returns, name="returns"),
    path(f"{_round}einstimmige/", unanimous.unanimous, name="unanimous"),
    path("ruecklauf/", returns.current, name="returns_current"),
    path(_edit, concept_edit.concept_edit, name="concept_edit"),
    path(f"{_edit}angaben/", concept_parts.concept_data, name="concept_data"),
    path(f"{_edit}zustaendigkeiten/", concept_units.concept_units, name="concept_units"),
    path(f"{_edit}<part:kind>/neu/", concept_parts.part_new, name="concept_part_new"),
    path(f"{_edit}<part:kind>/<int:pk>/", concept_parts.part, name="concept_part"),
    path("konzepte/<slug:concept>/tabelle/", concept_update.upload, name="concept_upload"),
    path("konzepte/<slug:concept>/tabelle/<int:pk>/", concept_update.preview, name="concept_update"),
    path("konzepte/<slug:concept>/fortschreibung/", continuation.continuation, name="continuation"),
    path(_measure, measure.measure, name="measure"),
    path(f"{_measure}bewertung/", measure.agree, name="agree"),
    path(f"{_measure}verlauf/", history.history, name="history"),
    path(f"{_measure}zustaendigkeit/", units.responsibilities, name="responsibilities"),
    path(f"{_measure}nachtrag/", supplements.supplement_open, name="supplement_open"),
    path("nachtraege/<int:pk>/", supplements.supplement, name="supplement"),
    path("vertretungen/", deputies.deputies, name="deputies"),
    path("jour-fixe/", meetings.board, name="board"),
    path("jour-fixe/<int:pk>/protokoll.docx", minutes.minutes, name="meeting_minutes"),
    path(f"{_round}sitzungen/", meetings.meetings, name="meetings"),
    path("sitzungen/<int:pk>/", meetings.meeting, name="meeting"),
    path("sitzungen/<int:pk>/liste/", meeting.agenda, name="meeting_agenda"),
    path("sitzungen/<int:pk>/<measure:number>/", meeting.item, name="meeting_item"),
    path("suche/", search.search, name="search"),
    path("einheiten/", units.units, name="units"),
    path("einheiten/neu/", units.unit_create, name="unit_create"),
    path("einheiten/<slug:unit>/", units.unit, name="unit"),
]
