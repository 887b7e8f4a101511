"""Search column of Einreichungen, filled by the rules of `goals.search_words` as the migration 0004 of `goals` holds them."""

from importlib import import_module

from django.db import migrations, models

# What a unit wrote, without the „Interne Notiz“, which only the unit itself reads.
NAMES = (
    "summary", "situation", "rationale", "obstacles", "solution", "unclear_note", "influence_note", "conditions_note", "next_step",
    "successes", "target_group", "partners", "resources", "evidence",
)  # fmt: skip


def fill(apps, schema_editor):
    import_module("goals.migrations.0004_search").fill_column(apps.get_model("ratings", "Submission"), NAMES)


class Migration(migrations.Migration):
    dependencies = [("goals", "0004_search"), ("ratings", "0011_saved_views")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="search",
            field=models.TextField(blank=True, default="", editable=False, verbose_name="Suchwörter"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
