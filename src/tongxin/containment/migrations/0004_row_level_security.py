from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """Proposals and appeals are seen by their own areas only; appeals are numbered by a sequence of their own."""

    dependencies = [("containment", "0003_renewals_proposals_appeals")]

    operations = [
        rls.SecureArea("containment_proposal"),
        rls.SecureArea("containment_proposedline"),
        rls.SecureArea("containment_appeal"),
        migrations.RunSQL(
            "CREATE SEQUENCE containment_appeal_number AS bigint", "DROP SEQUENCE containment_appeal_number"
        ),
    ]
