import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """Knocks on doors are kept: two of them carry a refusal (MT-45)."""

    dependencies = [
        ("people", "0002_row_level_security"),
        ("testing", "0004_found_person_made_id"),
    ]

    operations = [
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("nobody", "nobody opened"),
                            ("will_come", "will come to the point"),
                            ("refuses", "refuses"),
                            ("elsewhere", "is elsewhere"),
                            ("moved", "does not live here"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("by_id", models.UUIDField()),
                ("by_name", models.CharField(max_length=60, verbose_name="by")),
                ("occurred_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="testing.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "indexes": [models.Index(fields=["round", "person"], name="visit_round_person")],
            },
        ),
        rls.SecureArea("testing_visit"),
    ]
