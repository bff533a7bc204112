"""Differences of an updated register wait for a decision; a rejected row is mended in place."""

import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("exchange", "0002_row_level_security"),
        ("people", "0006_moves_merges_visits"),
    ]

    operations = [
        migrations.AddField(
            model_name="uploadrow",
            name="allowed_why",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
        migrations.AddField(
            model_name="uploadrow",
            name="is_left",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="uploadrow",
            name="mended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="uploadrow",
            name="mended_by_name",
            field=models.CharField(blank=True, db_default="", max_length=60),
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("position", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("adds", "says more"),
                            ("differs", "says otherwise"),
                            ("missing", "is not in the file"),
                        ],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("field", models.CharField(blank=True, max_length=10)),
                ("sealed", models.BinaryField(default=bytes)),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("take", "take over"),
                            ("leave", "leave as it is"),
                            ("moved_out", "moved out"),
                            ("away", "away for a time"),
                        ],
                        max_length=10,
                        verbose_name="decided",
                    ),
                ),
                ("applied_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "upload",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="exchange.upload",
                    ),
                ),
            ],
            options={
                "verbose_name": "difference",
                "indexes": [models.Index(fields=["upload", "kind", "position"], name="difference_kind")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("upload", "person", "field"), name="one_difference_a_field"
                    ),
                    models.UniqueConstraint(fields=("upload", "position"), name="one_difference_a_position"),
                ],
            },
        ),
        rls.SecureArea("exchange_difference"),
    ]
