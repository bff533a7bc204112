import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

import tongxin.core.ids
from tongxin.core import rls


class Migration(migrations.Migration):
    """Batches of vials are in stock, with their expiry, before they are issued."""

    dependencies = [("testing", "0007_boxes_and_handovers")]

    operations = [
        migrations.CreateModel(
            name="TubeBatch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tongxin.core.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("area_path", models.CharField(max_length=120, verbose_name="area")),
                ("label", models.CharField(max_length=40, verbose_name="batch")),
                (
                    "pool",
                    models.CharField(
                        choices=[
                            ("pool20", "20 in 1"),
                            ("pool10", "10 in 1"),
                            ("pool5", "5 in 1"),
                            ("household", "one tube a household"),
                            ("single", "single"),
                        ],
                        max_length=10,
                        verbose_name="pool",
                    ),
                ),
                ("capacity", models.PositiveSmallIntegerField(verbose_name="persons a tube")),
                ("expires_on", models.DateField(verbose_name="expires")),
                ("tube_count", models.PositiveIntegerField(verbose_name="tubes")),
                ("received_at", models.DateTimeField(verbose_name="received")),
                ("by_name", models.CharField(max_length=60, verbose_name="by")),
            ],
            options={
                "verbose_name": "batch of tubes",
                "constraints": [
                    models.UniqueConstraint(fields=("area_path", "label"), name="one_tube_batch_a_label")
                ],
            },
        ),
        migrations.AddField(
            model_name="tube",
            name="batch",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tubes",
                to="testing.tubebatch",
            ),
        ),
        migrations.AddIndex(
            model_name="tube",
            index=models.Index(
                condition=models.Q(("state__in", ["registered", "returned"])),
                fields=["area_path", "pool", "expires_on", "code"],
                name="tube_stock",
            ),
        ),
        rls.SecureArea("testing_tubebatch"),
    ]
