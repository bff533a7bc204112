"""A real server on a throw-away installation, in a process of its own: `python -m tests.e2e.server`.

Tells one line of JSON when it is ready, then obeys one word a line: `kill` (-9 to office and worker), `start`,
`play` (the story of Shuangxi to its end). It ends, with everything it started, when its input is closed: also
when whoever started it has been killed.
"""

import json
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tongxin.config import database, serve
from tongxin.config.crew import Crew, started

BELOW = 32768  # from here on the system gives ports to clients
EVERYBODY_FROM = datetime(2022, 1, 1, tzinfo=UTC)


def free_port() -> int:
    for _try in range(200):
        port = random.randint(18_000, BELOW - 1)
        if not serve.port_problem("127.0.0.1", port):
            return port
    raise SystemExit("no free port below 32768")


def prepare_ground() -> None:
    """The community of story A without its register, and the demo accounts."""
    from tongxin.access.services.demo import make_demo_accounts
    from tongxin.core import clock, scope
    from tongxin.simulation.places import build_shuangxi

    ground = build_shuangxi(clock.now() - timedelta(days=1))
    with scope.everywhere():
        make_demo_accounts(
            area_path=ground.community.path,
            county_path=ground.county.path,
            grid_path=ground.community.path,
            neighbour_path=ground.neighbour.path,
            at=EVERYBODY_FROM,
        )


def open_round() -> None:
    """The small register is stored and a round is open, with two lanes and tubes."""
    from tests.e2e.town import register_csv
    from tongxin.access.actors import SYSTEM
    from tongxin.core import clock, scope
    from tongxin.exchange.services import uploads
    from tongxin.simulation import shuangxi
    from tongxin.simulation.places import build_shuangxi
    from tongxin.simulation.stage import Stage

    opened = clock.now() - timedelta(hours=4)
    ground = build_shuangxi(opened)
    path = ground.community.path
    with scope.everywhere():
        upload = uploads.take_in(
            file_name="底册.csv", content=register_csv(), area_path=path, by=SYSTEM, at=opened
        )
        uploads.store(upload_id=upload.pk, by=SYSTEM, at=opened)
    shuangxi.open_round(Stage(server="", area_path=path, opened_at=opened, tell=log), ground)


def log(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def tell(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


def kill(crew: Crew) -> None:
    """Nobody says goodbye: each child leads its own session, so its workers die with it."""
    for child in crew.children:
        if child.process is not None:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def obey(word: str, crew: Crew) -> None:
    if word == "kill":
        kill(crew)
    elif word == "start":
        crew.start()
    elif word == "play":
        command = ["-m", "tongxin.config.cli", "simulate", "shuangxi", "--server", crew.address]
        subprocess.run([sys.executable, *command], stdout=sys.stderr, check=True)
    else:
        raise SystemExit(f"not a word of this server: {word}")


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the tests; they close our input
    with database.temporary("e2e"):
        serve.prepare()
        serve.collect_static()
        prepare_ground()
        if "--round" in sys.argv:
            open_round()
        with started("127.0.0.1", free_port(), workers=1) as crew:
            tell(address=crew.address, home=os.environ["TONGXIN_HOME"])
            for line in sys.stdin:
                obey(line.strip(), crew)
                tell(done=line.strip())


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()
