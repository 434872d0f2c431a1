"""Comparing a city's standings on two cores: a process of its own reads beside this one, which reads and writes.

The other process has no application and no connection of this one: it opens the database itself, sees what is
committed, and sends back what differs. Whoever rebuilds holds the turn meanwhile, so nothing moves under either.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from app.extensions import engine_options
from app.security.actor import SYSTEM, set_actor
from app.services import standings
from app.services.standing_rows import Change

# What the other process has before it: enough not to wait, few enough to stay within a few thousand teachers.
AHEAD = 4
_engines: list[Engine] = []


@contextmanager
def comparing(
    session: Session, url: str, processes: int, now: datetime, year: int | None
) -> Iterator[standings.Comparer]:
    """A comparer over ``processes`` besides this one. Enter it before this session writes anything."""
    # Started, not forked: a forked process would share this one's connections and the locks they hold.
    with ProcessPoolExecutor(processes, get_context("spawn"), _open, (url,)) as pool:

        def compare(chunks: Iterable[range]) -> Iterator[tuple[range, list[Change]]]:
            waiting: dict[Future[list[Change]], range] = {}

            def send(chunk: range) -> None:
                waiting[pool.submit(_changes, chunk, now, year)] = chunk

            for chunk in chunks:
                done = next((one for one in waiting if one.done()), None)
                if len(waiting) < AHEAD * processes:
                    send(chunk)
                elif done is None:
                    yield chunk, standings.changes(session, chunk, now, year)
                else:
                    # The next first, then the writing of this one: the other process must not stand still meanwhile.
                    found = waiting.pop(done), done.result()
                    send(chunk)
                    yield found
            while waiting:
                for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(done), done.result()

        yield compare


def _open(url: str) -> None:
    _engines.append(create_engine(url, **engine_options(url)))
    set_actor(SYSTEM)
    gc.disable()  # it lives for one comparison, and what it reads holds no circles


def _changes(ids: range, now: datetime, year: int | None) -> list[Change]:
    (engine,) = _engines
    # A session a chunk: the next is read as it stands by then, and nothing is held open for long.
    with Session(engine) as session:
        return standings.changes(session, ids, now, year)
