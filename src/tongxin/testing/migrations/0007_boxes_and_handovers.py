import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """Tubes travel in sealed boxes with two names at each handover (DOMAIN.md 3.5)."""

    dependencies = [("testing", "0006_places_and_pace_are_indexed")]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("device_id", models.UUIDField(null=True)),
                ("sequence", models.BigIntegerField(default=0)),
                ("batch_id", models.UUIDField(null=True)),
                ("occurred_at", models.DateTimeField(verbose_name="at")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("is_clock_off", models.BooleanField(default=False)),
                ("round_id", models.UUIDField()),
                ("lane_id", models.UUIDField(null=True)),
                ("box_id", models.UUIDField(db_index=True)),
                ("temperature", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("by_id", models.UUIDField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=60)),
                (
                    "leg",
                    models.CharField(
                        choices=[("point", "point to carrier"), ("laboratory", "carrier to laboratory")],
                        max_length=10,
                    ),
                ),
                ("giver", models.CharField(max_length=60, verbose_name="handed over by")),
                ("taker", models.CharField(max_length=60, verbose_name="taken over by")),
                ("vehicle", models.CharField(blank=True, max_length=40, verbose_name="vehicle")),
                ("laboratory_id", models.UUIDField(null=True)),
                ("counted", models.PositiveSmallIntegerField(null=True, verbose_name="tubes counted")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
            ],
            options={
                "verbose_name": "handover",
            },
        ),
        migrations.AddField(
            model_name="tube",
            name="box_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="tube",
            name="received_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="tube",
            name="reject_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("leak", "leaking or broken"),
                    ("label", "label cannot be read"),
                    ("count", "swabs differ from the list"),
                    ("warm", "too warm or too late"),
                    ("empty", "no fluid or no swab"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="tube",
            name="rejected_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Box",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("seal", models.CharField(blank=True, max_length=24, verbose_name="seal")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("small", "small"), ("medium", "medium"), ("large", "large")],
                        max_length=8,
                        verbose_name="box",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("sealed", "sealed"),
                            ("in_transit", "in transit"),
                            ("received", "at the laboratory"),
                        ],
                        default="sealed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("tube_count", models.PositiveSmallIntegerField(default=0, verbose_name="tubes")),
                ("has_ice", models.BooleanField(default=False, verbose_name="ice packs")),
                (
                    "temperature",
                    models.DecimalField(
                        decimal_places=1, max_digits=4, null=True, verbose_name="temperature"
                    ),
                ),
                ("sealed_at", models.DateTimeField(null=True, verbose_name="sealed")),
                ("handed_at", models.DateTimeField(null=True, verbose_name="taken over")),
                ("received_at", models.DateTimeField(null=True, verbose_name="received")),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="boxes", to="testing.round"
                    ),
                ),
            ],
            options={
                "verbose_name": "box",
            },
        ),
        migrations.CreateModel(
            name="BoxSealing",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("device_id", models.UUIDField(null=True)),
                ("sequence", models.BigIntegerField(default=0)),
                ("batch_id", models.UUIDField(null=True)),
                ("occurred_at", models.DateTimeField(verbose_name="at")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                ("is_clock_off", models.BooleanField(default=False)),
                ("round_id", models.UUIDField()),
                ("lane_id", models.UUIDField(null=True)),
                ("box_id", models.UUIDField(db_index=True)),
                ("temperature", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("by_id", models.UUIDField(null=True)),
                ("by_name", models.CharField(blank=True, max_length=60)),
                ("seal", models.CharField(max_length=24)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("small", "small"), ("medium", "medium"), ("large", "large")],
                        max_length=8,
                    ),
                ),
                (
                    "tube_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24), size=None
                    ),
                ),
                ("has_ice", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "sealing of a box",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["tube_codes"], name="box_sealing_tubes")
                ],
            },
        ),
        migrations.CreateModel(
            name="Laboratory",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("name", models.CharField(max_length=80, verbose_name="laboratory")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "laboratory",
                "constraints": [
                    models.UniqueConstraint(fields=("area_path", "name"), name="one_laboratory_a_name")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="tube",
            index=models.Index(
                condition=models.Q(("box_id__isnull", False)), fields=["box_id"], name="tube_box"
            ),
        ),
        migrations.AddIndex(
            model_name="box",
            index=models.Index(fields=["round", "state"], name="box_round_state"),
        ),
        rls.SecureArea("testing_laboratory"),
        rls.SecureArea("testing_box"),
        rls.SecureArea("testing_boxsealing"),
        rls.SecureArea("testing_handover"),
    ]
