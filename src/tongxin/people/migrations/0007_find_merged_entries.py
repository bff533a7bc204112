"""Whoever counts swabs asks which entries were merged away: a few of many, found by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_moves_merges_visits"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("merged_into", None), _negated=True), fields=["id"], name="person_merged"
            ),
        ),
    ]
