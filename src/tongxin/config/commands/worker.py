"""`tongxin worker`: reactions and jobs, and the projector that follows the phones; until SIGTERM."""

import argparse
import asyncio
import logging
import threading
from typing import cast

import psycopg
from django.db import DatabaseError, connections
from procrastinate import App
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.django_connector import DjangoConnector

from tongxin.exchange.services.projection import Projector

logger = logging.getLogger(__name__)

# A poll of one partial index. LISTEN/NOTIFY would take one lock for all at each batch's commit, and capture
# holds no lock that another lane waits for.
IDLE_SECONDS = 0.3
AWAY_SECONDS = 2.0
STOP_SECONDS = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    return None


def run(args: argparse.Namespace) -> int:
    stop = threading.Event()
    projector = threading.Thread(target=follow, args=(stop,), name="projector", daemon=True)
    projector.start()
    try:
        asyncio.run(_work())
    finally:
        stop.set()
        projector.join(STOP_SECONDS)
    return 0


def follow(stop: threading.Event) -> None:
    """Settle what phones send, soon after it came, until told to stop. A database that is away is waited for."""
    projector = Projector()
    while not stop.is_set():
        try:
            busy = projector.run_once()
        except (DatabaseError, psycopg.Error) as problem:
            logger.warning("projector waits for the database: %s", type(problem).__name__)
            connections.close_all()
            stop.wait(AWAY_SECONDS)
            continue
        if not busy:
            stop.wait(IDLE_SECONDS)
    connections.close_all()


async def _work() -> None:
    # A worker with a connection of its own. What our services defer goes on through Django's connection, in the
    # transaction of the act: `replace_connector` would send it ahead of the commit.
    connector = cast(DjangoConnector, jobs.connector).get_worker_connector()
    worker: App = jobs.with_connector(connector)
    async with worker.open_async():
        # Ctrl-C and SIGTERM let the running job end.
        await worker.run_worker_async(shutdown_graceful_timeout=STOP_SECONDS)
