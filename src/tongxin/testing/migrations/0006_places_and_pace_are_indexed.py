import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """The list by building and the pace of the last hour stay fast at a hundred thousand people."""

    dependencies = [("testing", "0005_visits")]

    operations = [
        migrations.AddIndex(
            model_name="expected",
            index=models.Index(fields=["round", "area_path"], name="expected_place"),
        ),
        migrations.AddIndex(
            model_name="sample",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["occurred_at"], name="sample_time", pages_per_range=16
            ),
        ),
    ]
