from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ratings", "0006_supplements")]

    operations = [
        migrations.RemoveConstraint(model_name="outgoingmail", name="mail_state_valid"),
        migrations.AddField(
            model_name="mailitem",
            name="reports",
            field=models.JSONField(
                blank=True, default=list, help_text="Schlüssel der Berichte, um die es geht.", verbose_name="Berichte"
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "wartet"),
                    ("claimed", "wird vorbereitet"),
                    ("sending", "wird gesendet"),
                    ("sent", "gesendet"),
                    ("failed", "gescheitert"),
                    ("uncertain", "ungewiss"),
                    ("dropped", "erledigt"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="Stand",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "claimed", "sending", "sent", "failed", "uncertain", "dropped"])),
                name="mail_state_valid",
            ),
        ),
    ]
