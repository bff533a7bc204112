import django.contrib.postgres.fields
import django.db.models.expressions
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """Ledgers are frozen day by day; each area sees its own."""

    dependencies = [
        ("reports", "0002_row_level_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("ledger", models.CharField(max_length=10, verbose_name="ledger")),
                ("day", models.DateField(verbose_name="day")),
                ("yesterday", models.PositiveIntegerField(verbose_name="yesterday")),
                ("came", models.PositiveIntegerField(verbose_name="in")),
                ("went", models.PositiveIntegerField(verbose_name="out")),
                ("today", models.PositiveIntegerField(verbose_name="today")),
                (
                    "members",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("changes", models.JSONField()),
                ("frozen_at", models.DateTimeField(verbose_name="frozen")),
                ("filled_by_id", models.UUIDField(null=True)),
                ("filled_by_name", models.CharField(blank=True, max_length=60)),
                ("filled_at", models.DateTimeField(null=True)),
                ("head_id", models.UUIDField(null=True)),
                ("head_name", models.CharField(blank=True, max_length=60)),
                ("head_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "day of a ledger",
                "constraints": [
                    models.UniqueConstraint(fields=("area_path", "ledger", "day"), name="one_ledger_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "today",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("yesterday"), "+", models.F("came")
                                    ),
                                    "-",
                                    models.F("went"),
                                ),
                            )
                        ),
                        name="ledger_day_adds_up",
                    ),
                ],
            },
        ),
        rls.SecureArea("reports_ledgerday"),
    ]
