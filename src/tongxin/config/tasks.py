"""The worker's jobs: reactions to the journal, and what happens every minute."""

from procrastinate.contrib.django import app

from tongxin.access.services import journal
from tongxin.config.react import run_reaction
from tongxin.core import clock
from tongxin.exchange.services import projection
from tongxin.reports.services import ledgers


@app.task(name="tongxin.react", retry=True, pass_context=False)
def react(service: str, entry: str) -> None:
    run_reaction(service, entry)


@app.periodic(cron="* * * * *")
@app.task(name="tongxin.seal_journal", queueing_lock="seal_journal", pass_context=False)
def seal_journal(timestamp: int) -> None:
    journal.seal_all()


@app.periodic(cron="* * * * *")
@app.task(name="tongxin.reconsider_set_aside", queueing_lock="reconsider_set_aside", pass_context=False)
def reconsider_set_aside(timestamp: int) -> None:
    projection.reconsider_all()


@app.periodic(cron="7 * * * *")
@app.task(name="tongxin.freeze_ledgers", queueing_lock="freeze_ledgers", pass_context=False)
def freeze_ledgers(timestamp: int) -> None:
    ledgers.freeze_due(clock.now())
