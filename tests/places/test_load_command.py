"""The command that `tongxin serve` calls before the first page."""

from io import StringIO

import pytest
from django.core.management import call_command

from tongxin.places.models import Area, RuleRow


@pytest.mark.usefixtures("db")
def test_the_areas_and_rules_are_loaded_once() -> None:
    first, again = StringIO(), StringIO()

    call_command("load_areas", if_missing=True, stdout=first)
    call_command("load_areas", if_missing=True, stdout=again)

    assert first.getvalue().startswith("47242 areas, 47242 added")
    assert again.getvalue() == ""
    assert Area.objects.count() == 47242
    assert RuleRow.objects.filter(name="testing.pool.default", path="/").count() == 1
