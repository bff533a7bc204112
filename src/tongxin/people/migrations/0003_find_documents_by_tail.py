"""A search for the last four of a document reads an index, not every document."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_row_level_security"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["tail"], name="document_tail"),
        ),
    ]
