from django.urls import path

from goals import views

app_name = "goals"

urlpatterns = [
    path("konzepte/", views.concepts, name="concepts"),
    path("konzepte/<slug:concept>/", views.concept, name="concept"),
]
