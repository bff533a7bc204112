import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the point chief decided about a tube that two devices opened (MT-26)."""

    dependencies = [("testing", "0008_tube_stock")]

    operations = [
        migrations.AddField(
            model_name="tube",
            name="accepted_devices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="tube",
            name="dropped_devices",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="makeup",
            name="reason",
            field=models.CharField(
                choices=[
                    ("voided", "tube voided"),
                    ("invalid", "result invalid"),
                    ("rejected", "rejected by the laboratory"),
                    ("double", "one code on two tubes"),
                ],
                max_length=8,
            ),
        ),
    ]
