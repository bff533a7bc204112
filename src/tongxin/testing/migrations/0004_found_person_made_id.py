from django.db import migrations, models


class Migration(migrations.Migration):
    """Whom a person made at the lane turned out to be: swabs under the device's key find the one who is known."""

    dependencies = [("testing", "0003_rounds_seen_from_below")]

    operations = [
        migrations.AddField("foundperson", "made_id", models.UUIDField(db_index=True, null=True)),
    ]
