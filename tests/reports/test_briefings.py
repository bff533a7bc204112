"""One writes, another signs; what does not add up is not sent; what was sent does not change (CM-30 to CM-32)."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests import cast
from tests.testing.services.test_pools import T0, Night, night_of
from tongxin.access.models import Entry
from tongxin.core import scope
from tongxin.core.refusals import Refusal
from tongxin.reports.models import Briefing
from tongxin.reports.queries import briefings as queries
from tongxin.reports.services import briefings
from tongxin.testing.models import Expected, Sample
from tongxin.testing.services import coverage

AT = T0 + timedelta(hours=2)


@pytest.fixture
def night(db_everywhere: None) -> Night:
    made = night_of(cast.town())
    coverage.settle(made.round.pk)
    return made


def write(night: Night, text: str = "一管阳性，正在复核。", at: datetime = AT, who: str = "tang") -> Briefing:
    return briefings.write(area_path=cast.SHUANGXI, text=text, by=night.town.actor(who), at=at)


def approve(night: Night, briefing: Briefing, who: str = "commander") -> Briefing:
    return briefings.approve(briefing_id=briefing.pk, by=night.town.actor(who), at=AT)


def test_figures_are_frozen_with_the_query_they_came_from(night: Night) -> None:
    briefing = write(night)
    Expected.objects.update(klass="unknown")

    kept = Briefing.objects.get().figures
    assert kept["covered"] == {"value": 10, "query": "reports.figures:covered"}
    assert queries.values_of(briefing)["coverage_share"] == (10, 11)
    assert kept["new_confirmed"]["value"] is None


def test_written_again_the_same_day_the_draft_is_frozen_again(night: Night) -> None:
    first = write(night)
    again = write(night, "第二稿", AT + timedelta(minutes=30))

    assert (first.pk, first.number) == (again.pk, again.number)
    assert Briefing.objects.get().text == "第二稿"


def test_another_signs(night: Night) -> None:
    signed = approve(night, write(night))

    assert (signed.approved_by_name, signed.approved_at) == ("彭指挥", AT)


def test_signed_twice_is_signed_once(night: Night) -> None:
    briefing = write(night)

    for _time in range(2):
        approve(night, briefing)

    assert Entry.objects.filter(act="reports.briefing.approved").count() == 1


def test_the_author_never_signs(night: Night) -> None:
    from tests.factories.access import LONG_AGO
    from tongxin.access.models import Grant

    briefing = write(night)
    Grant.objects.create(
        account=night.town.accounts["tang"], role="commander", area_path=cast.SHUANGXI, valid_from=LONG_AGO
    )

    with pytest.raises(Refusal, match="author_approves"):
        approve(night, briefing, "tang")


@pytest.mark.parametrize("who", ["qin", "he", "auditor", "gao"])
def test_only_who_may_signs(night: Night, who: str) -> None:
    briefing = write(night)

    with pytest.raises(Refusal, match="not_allowed"):
        approve(night, briefing, who)


@pytest.mark.parametrize("who", ["he", "lin", "gao", "commander"])
def test_only_who_may_writes(night: Night, who: str) -> None:
    with pytest.raises(Refusal, match="not_allowed"):
        write(night, who=who)


def test_a_briefing_without_words_is_not_signed(night: Night) -> None:
    with pytest.raises(Refusal, match="briefing_text_needed"):
        approve(night, write(night, "  "))


def test_a_signed_briefing_is_corrected_by_a_further_one(night: Night) -> None:
    first = approve(night, write(night))

    second = write(night, "更正：……", AT + timedelta(hours=1))

    assert (second.number, second.corrects_id) == (first.number + 1, first.pk)
    first.refresh_from_db()
    assert first.text == "一管阳性，正在复核。"


def test_what_does_not_add_up_is_not_written(night: Night) -> None:
    Sample.objects.filter(person_id=night.members[0].pk).delete()

    with pytest.raises(Refusal, match="figures_differ") as refused:
        write(night)

    assert refused.value.facts["what"] != ""
    assert Briefing.objects.count() == 0


def test_a_draft_whose_figures_differ_is_not_signed(night: Night) -> None:
    briefing = write(night)
    briefing.figures["swabs"]["value"] = 3
    briefing.save(update_fields=["figures"])

    with pytest.raises(Refusal, match="figures_differ"):
        approve(night, briefing)


def test_the_sections_compare_with_yesterday(night: Night) -> None:
    yesterday = approve(night, write(night, at=AT - timedelta(days=1)))
    briefing = write(night)

    testing = queries.sections(briefing)[2]

    assert (yesterday.day, briefing.day - timedelta(days=1)) == (yesterday.day, yesterday.day)
    covered = next(line for line in testing.section.lines if line.key == "covered")
    assert (covered.text, covered.before_text, covered.change) == ("10", "10", "±0")


def test_all_ten_sections_are_there_and_only_three_are_known(night: Night) -> None:
    sections = queries.sections(write(night))

    assert [section.is_known for section in sections] == [True] * 3 + [False] * 7


@pytest.mark.usefixtures("committed")
def test_two_who_write_at_once_share_one_briefing() -> None:
    with scope.everywhere():
        town = cast.town()
        actors = [town.actor("tang"), town.actor("qin")]
    start = threading.Barrier(2)

    def make(number: int) -> None:
        start.wait()
        with scope.everywhere():
            briefings.write(area_path=cast.SHUANGXI, text="……", by=actors[number], at=AT)
        connection.close()

    threads = [threading.Thread(target=make, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with scope.everywhere():
        assert list(Briefing.objects.values_list("number", flat=True)) == [1]
