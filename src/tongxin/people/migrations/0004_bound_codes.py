"""A code that somebody already carries can stand for them beside our own card."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_find_documents_by_tail"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="code",
            name="one_code_in_force",
        ),
        migrations.AddField(
            model_name="code",
            name="is_bound",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="code",
            name="token",
            field=models.CharField(max_length=80, unique=True),
        ),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_bound", False), ("revoked_at", None)),
                fields=("person",),
                name="one_code_in_force",
            ),
        ),
    ]
