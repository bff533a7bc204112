import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """People stand in ledgers by hand; each area sees its own."""

    dependencies = [
        ("people", "0004_bound_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                (
                    "seen_by",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=120), blank=True, default=list, size=None
                    ),
                ),
                (
                    "ledger",
                    models.CharField(
                        choices=[
                            ("five", "Five guarantees and one"),
                            ("difficult", "In special difficulty"),
                            ("isolated", "In isolation"),
                            ("returned", "Released elsewhere, back home"),
                        ],
                        max_length=10,
                        verbose_name="ledger",
                    ),
                ),
                ("ground", models.CharField(max_length=200, verbose_name="ground")),
                ("until_on", models.DateField(null=True, verbose_name="until")),
                ("entered_at", models.DateTimeField(verbose_name="entered")),
                ("entered_by_id", models.UUIDField(null=True)),
                ("entered_by_name", models.CharField(max_length=60, verbose_name="entered by")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("ended_by_id", models.UUIDField(null=True)),
                ("ended_by_name", models.CharField(blank=True, max_length=60)),
                ("end_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "ledger entry",
                "indexes": [models.Index(fields=["area_path", "ledger"], name="entry_ledger")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("ledger", "person"),
                        name="one_standing_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at", None), ("ended_at__gte", models.F("entered_at")), _connector="OR"
                        ),
                        name="entry_ends_after",
                    ),
                ],
            },
        ),
        rls.SecureArea("people_ledgerentry", seen_by=True),
    ]
