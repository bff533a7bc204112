from django.db import migrations, models

from tongxin.core import rls


class Migration(migrations.Migration):
    """A second swab is allowed with a reason and a name (MT-22)."""

    dependencies = [("testing", "0009_two_devices_decided")]

    operations = [
        migrations.CreateModel(
            name="Repeat",
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
                ("lane_id", models.UUIDField()),
                ("person_id", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[("spoiled_tube", "tube spoiled"), ("doubtful_swab", "swab doubtful")],
                        max_length=16,
                        verbose_name="why",
                    ),
                ),
                ("allowed_by", models.CharField(blank=True, max_length=60, verbose_name="allowed by")),
            ],
            options={
                "verbose_name": "repeated swab",
            },
        ),
        rls.SecureArea("testing_repeat"),
    ]
