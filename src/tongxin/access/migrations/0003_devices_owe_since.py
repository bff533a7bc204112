from django.db import migrations, models


class Migration(migrations.Migration):
    """A phone says since when it has not sent what it owes."""

    dependencies = [("access", "0002_row_level_security")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="owed_since",
            field=models.DateTimeField(null=True, verbose_name="unsent since"),
        ),
    ]
