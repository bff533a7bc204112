from django.db import migrations

# Names of subjects move to where they can be destroyed; who was shown in old lists becomes findable by person.
MOVE = """
SELECT set_config('tongxin.scope', '/', true);
INSERT INTO access_entryfacts (entry_id, area_path, facts, label)
SELECT id, area_path, '{}'::jsonb, subject_label FROM access_entry WHERE subject_label <> ''
ON CONFLICT (entry_id) DO UPDATE SET label = EXCLUDED.label;
INSERT INTO access_sight (person_id, entry_id, area_path)
SELECT DISTINCT person::uuid, f.entry_id, f.area_path
FROM access_entryfacts f JOIN access_entry e ON e.id = f.entry_id,
     jsonb_array_elements_text(f.facts -> 'people') AS person
WHERE e.act LIKE '%.seen' AND jsonb_typeof(f.facts -> 'people') = 'array'
ON CONFLICT DO NOTHING;
INSERT INTO access_sight (person_id, entry_id, area_path)
SELECT subject_id, id, area_path FROM access_entry
WHERE act LIKE '%.revealed' AND subject_kind = 'people.person' AND subject_id IS NOT NULL
ON CONFLICT DO NOTHING;
SELECT set_config('tongxin.scope', '', true);
"""


class Migration(migrations.Migration):
    """Safe to repeat: a label is copied over itself, a sight that is there stays."""

    dependencies = [("access", "0003_sights_and_digests")]

    operations = [migrations.RunSQL(MOVE, migrations.RunSQL.noop)]
