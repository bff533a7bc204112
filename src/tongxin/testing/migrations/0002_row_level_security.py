from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """Each area sees its own rows only; without a scope nothing is seen."""

    dependencies = [("testing", "0001_initial")]

    operations = [
        rls.SecureArea("testing_round"),
        rls.SecureArea("testing_roundstep"),
        rls.SecureArea("testing_lane"),
        rls.SecureArea("testing_tube"),
        rls.SecureArea("testing_sample"),
        rls.SecureArea("testing_samplerejection"),
        rls.SecureArea("testing_tubeevent"),
        rls.SecureArea("testing_foundperson"),
        rls.SecureArea("testing_expected"),
        rls.SecureArea("testing_claim"),
        rls.SecureArea("testing_makeup"),
        rls.SecureArea("testing_signature"),
        rls.SecureArea("testing_closing"),
        rls.SecureArea("testing_result"),
        rls.SecureArea("testing_positivepool"),
        rls.SecureArea("testing_recheck"),
    ]
