from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """Each area sees its own rows only; without a scope nothing is seen."""

    dependencies = [("exchange", "0001_initial")]

    operations = [
        rls.SecureArea("exchange_batch"),
        rls.SecureArea("exchange_setaside"),
        rls.SecureArea("exchange_upload"),
        rls.SecureArea("exchange_uploadrow"),
    ]
