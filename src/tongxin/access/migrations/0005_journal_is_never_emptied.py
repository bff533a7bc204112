from django.db import migrations

from tongxin.core import rls


class Migration(migrations.Migration):
    """No name stands in an entry any more; the journal refuses TRUNCATE; facts and sights go by one act alone."""

    dependencies = [("access", "0004_labels_stand_with_the_facts")]

    operations = [
        migrations.RemoveField(model_name="entry", name="subject_label"),
        rls.SecureArea("access_sight"),
        rls.NeverTruncated("access_entry"),
        rls.NeverTruncated("access_seal"),
        rls.Destroyable("access_entryfacts"),
        rls.Destroyable("access_sight"),
    ]
