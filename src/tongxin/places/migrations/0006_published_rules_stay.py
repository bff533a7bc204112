from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """A published rule row is never changed or deleted (PO-03): a later row follows it."""

    dependencies = [("places", "0005_rules_are_published")]

    operations = [rls.AppendOnly("places_rulerow")]
