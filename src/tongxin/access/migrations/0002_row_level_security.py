from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """Each area sees its own rows only; the journal and its seals cannot be changed."""

    dependencies = [("access", "0001_initial")]

    operations = [
        rls.SecureArea("access_grant"),
        rls.SecureArea("access_device"),
        rls.SecureArea("access_enrolment"),
        rls.SecureArea("access_entry"),
        rls.SecureArea("access_entryfacts"),
        rls.SecureArea("access_seal"),
        rls.AppendOnly("access_entry"),
        rls.AppendOnly("access_seal"),
    ]
