"""The example data of `manage.py demo`: Konzept `beispiel`, its people, units and three rounds. Everything here is fictional."""
