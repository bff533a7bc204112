import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """How many wait at a point, as its chief counts them (MT-03)."""

    dependencies = [("places", "0001_initial"), ("testing", "0010_repeats")]

    operations = [
        migrations.CreateModel(
            name="QueueCount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("waiting", models.PositiveSmallIntegerField(verbose_name="people waiting")),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=60)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="testing.round"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.site"
                    ),
                ),
            ],
            options={
                "verbose_name": "queue",
            },
        ),
        migrations.AddIndex(
            model_name="queuecount",
            index=models.Index(fields=["round", "site", "-at"], name="queue_newest"),
        ),
        rls.SecureArea("testing_queuecount"),
    ]
