from django.urls import path

from goals.views import concepts, creation, tables

app_name = "goals"

urlpatterns = [
    path("konzepte/", concepts.concepts, name="concepts"),
    path("konzepte/neu/", creation.create, name="concept_create"),
    path("konzepte/neu/<int:pk>/", creation.preview, name="concept_import"),
    path("konzepte/vorlage.<str:ending>", tables.template, name="concept_template"),
    path("konzepte/<slug:concept>/", concepts.concept, name="concept"),
    path("konzepte/<slug:concept>/konzept.<str:ending>", tables.table, name="concept_table"),
]
