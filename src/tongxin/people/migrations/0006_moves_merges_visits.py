"""Moves, absences, flags for the lane, merged rows and door visits; each area sees its own."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_ledgers"),
        ("places", "0004_compounds"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="flags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("priority", "priority lane"),
                        ("single", "single tube, do not pool"),
                        ("door", "sampled at the door"),
                        ("apart", "own kind of tube"),
                    ],
                    max_length=8,
                ),
                blank=True,
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="merged_into",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="verified_by_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="verified_by_name",
            field=models.CharField(blank=True, db_default="", max_length=60, verbose_name="verified by"),
        ),
        migrations.AlterField(
            model_name="person",
            name="source",
            field=models.CharField(
                choices=[
                    ("import", "imported list"),
                    ("lane", "lane quick-add"),
                    ("door", "door visit"),
                    ("desk", "desk"),
                    ("call", "call"),
                    ("police", "police list"),
                    ("family", "family"),
                ],
                default="desk",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="residence",
            name="kind",
            field=models.CharField(
                choices=[
                    ("usual", "usual resident"),
                    ("floating", "floating population"),
                    ("separate", "registered here, lives elsewhere"),
                    ("found", "found at the lane, to verify"),
                ],
                default="usual",
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="residence",
            name="source",
            field=models.CharField(
                choices=[
                    ("import", "imported list"),
                    ("lane", "lane quick-add"),
                    ("door", "door visit"),
                    ("desk", "desk"),
                    ("call", "call"),
                    ("police", "police list"),
                    ("family", "family"),
                ],
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="tag",
            name="source",
            field=models.CharField(
                choices=[
                    ("import", "imported list"),
                    ("lane", "lane quick-add"),
                    ("door", "door visit"),
                    ("desk", "desk"),
                    ("call", "call"),
                    ("police", "police list"),
                    ("family", "family"),
                ],
                default="desk",
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Absence",
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
                ("place", models.CharField(max_length=100, verbose_name="where")),
                ("left_on", models.DateField(verbose_name="left")),
                ("back_on", models.DateField(null=True, verbose_name="expected back")),
                ("returned_on", models.DateField(null=True, verbose_name="returned")),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("import", "imported list"),
                            ("lane", "lane quick-add"),
                            ("door", "door visit"),
                            ("desk", "desk"),
                            ("call", "call"),
                            ("police", "police list"),
                            ("family", "family"),
                        ],
                        max_length=8,
                    ),
                ),
                ("noted_by_name", models.CharField(max_length=60, verbose_name="noted by")),
                ("noted_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="absences",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_on", None)), fields=("person",), name="one_open_absence"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned_on", None), ("returned_on__gte", models.F("left_on")), _connector="OR"
                        ),
                        name="absence_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DoorVisit",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("done", "done"),
                            ("nobody", "nobody at home"),
                            ("refused", "refused"),
                            ("vacant", "vacant"),
                            ("wrong", "address wrong"),
                        ],
                        max_length=8,
                        verbose_name="result",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                ("verified_count", models.PositiveSmallIntegerField(default=0)),
                ("visited_at", models.DateTimeField(verbose_name="visited")),
                ("by_id", models.UUIDField(null=True)),
                ("by_name", models.CharField(max_length=60, verbose_name="visited by")),
                (
                    "dwelling",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.dwelling"
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="people.household",
                    ),
                ),
            ],
            options={
                "verbose_name": "door visit",
                "indexes": [models.Index(fields=["dwelling", "-visited_at"], name="visit_door")],
            },
        ),
        migrations.CreateModel(
            name="Merge",
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
                    "ground",
                    models.CharField(
                        choices=[
                            ("document", "the same document"),
                            ("phone", "the same name, birth and phone"),
                            ("door", "the same name behind the same door"),
                            ("other", "known to be one person"),
                        ],
                        max_length=10,
                        verbose_name="ground",
                    ),
                ),
                ("why", models.CharField(max_length=200, verbose_name="reason")),
                ("moved", models.JSONField(default=dict)),
                ("merged_at", models.DateTimeField(verbose_name="merged")),
                ("merged_by_name", models.CharField(max_length=60, verbose_name="merged by")),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by_name", models.CharField(blank=True, max_length=60)),
                ("undone_why", models.CharField(blank=True, max_length=200)),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "merge of two rows",
                "indexes": [models.Index(fields=["kept"], name="merge_kept")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at", None)),
                        fields=("gone",),
                        name="one_standing_merge_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("gone")), _negated=True),
                        name="a_person_is_not_merged_into_itself",
                    ),
                ],
            },
        ),
        rls.SecureArea("people_absence", seen_by=True),
        rls.SecureArea("people_merge", seen_by=True),
        rls.SecureArea("people_doorvisit"),
    ]
