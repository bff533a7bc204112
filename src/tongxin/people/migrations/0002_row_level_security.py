from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """Each area sees its own rows only; without a scope nothing is seen."""

    dependencies = [("people", "0001_initial")]

    operations = [
        rls.SecureArea("people_household"),
        rls.SecureArea("people_calltask"),
        rls.SecureArea("people_calltry"),
        rls.SecureArea("people_person", seen_by=True),
        rls.SecureArea("people_document", seen_by=True),
        rls.SecureArea("people_phone", seen_by=True),
        rls.SecureArea("people_tag", seen_by=True),
        rls.SecureArea("people_code", seen_by=True),
        rls.SecureArea("people_residence", seen_by=True),
    ]
