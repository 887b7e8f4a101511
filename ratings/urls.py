from django.urls import path, register_converter

from ratings.views import inquiries, measure, my_reports, overview, report, rounds, units


class MeasureNumber:
    """„20.1“ or „M 3.2.1“: number of the Ziel, a dot, the position in it."""

    regex = r"[^/]{1,20}\.\d{1,4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MeasureNumber, "measure")

app_name = "ratings"
_measure = "konzepte/<slug:concept>/massnahmen/<measure:number>/"
_round = "runden/<slug:round>/"

urlpatterns = [
    path("berichte/", my_reports.my_reports, name="my_reports"),
    path("berichte/<int:pk>/", report.report, name="report"),
    path("berichte/<int:pk>/entwurf/", report.autosave, name="report_autosave"),
    path("berichte/<int:pk>/unveraendert/", report.unchanged, name="report_unchanged"),
    path("berichte/<int:pk>/schritt/", report.step, name="report_step"),
    path("rueckfragen/<int:pk>/", inquiries.inquiry, name="inquiry"),
    path("uebersicht/", overview.current, name="overview_current"),
    path(f"{_round}uebersicht/", overview.overview, name="overview"),
    path(f"{_round}anhang.<str:ending>", overview.export, name="export"),
    path("runden/", rounds.rounds, name="rounds"),
    path("runden/neu/", rounds.create, name="round_create"),
    path(_round, rounds.detail, name="round"),
    path(f"{_round}bearbeiten/", rounds.edit, name="round_edit"),
    path(f"{_round}schritt/", rounds.step, name="round_step"),
    path(f"{_round}abschluss/", rounds.close, name="round_close"),
    path(f"{_round}abgleich/", rounds.sync, name="round_sync"),
    path(_measure, measure.measure, name="measure"),
    path(f"{_measure}bewertung/", measure.agree, name="agree"),
    path(f"{_measure}zustaendigkeit/", units.responsibilities, name="responsibilities"),
    path("einheiten/", units.units, name="units"),
    path("einheiten/<slug:unit>/", units.unit, name="unit"),
]
