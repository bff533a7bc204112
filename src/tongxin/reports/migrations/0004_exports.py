from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """Lists taken as workbooks: asked for, approved, ended (LE-32)."""

    dependencies = [
        ("reports", "0003_ledger_days"),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("kind", models.CharField(max_length=20, verbose_name="list")),
                ("filters", models.JSONField()),
                ("purpose", models.CharField(max_length=200, verbose_name="purpose")),
                ("row_count", models.PositiveIntegerField(verbose_name="rows")),
                ("asked_by_id", models.UUIDField()),
                ("asked_by_name", models.CharField(max_length=60, verbose_name="asked by")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by_id", models.UUIDField(null=True)),
                ("approved_by_name", models.CharField(blank=True, max_length=60)),
                ("taken_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "export",
                "indexes": [models.Index(fields=["-asked_at"], name="export_latest")],
            },
        ),
        rls.SecureArea("reports_export"),
    ]
