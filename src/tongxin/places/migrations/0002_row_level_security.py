from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """Each area sees its own rows only; without a scope nothing is seen."""

    dependencies = [("places", "0001_initial")]

    operations = [
        rls.SecureArea("places_gridmembership"),
        rls.SecureArea("places_dwelling"),
        rls.SecureArea("places_site"),
    ]
