"""The rules in Python against the same sums as one SQL statement, for the same teachers and years.

Both have their lines in memory, exact and in their own form: ``Entry`` values by teacher here, an indexed table of
integer hundredths there. Both answers are read to the end and must be the same in every figure.
"""

from __future__ import annotations

import gc
import random
import sqlite3
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.policy import Policy, pack
from app.domain.standing import Entry, Standing, assess_years
from tests.benchmarks.population import MONTHS, PACKS, YEARS, lines
from tests.benchmarks.timing import alternating, summary

KEY = "assess_vs_sql_aggregate"
SIZES = (1_000, 10_000)
CATEGORIES = ("public", "professional", "elective")

# Carrying over year by year, since a year's carry depends on the one before. MIN and MAX of two are SQLite's own.
YEAR_SQL = """
  in_{year} AS (
    SELECT sums.*, policy.*, {carried} AS carried_in,
      sums.public + sums.professional + sums.elective + {carried} AS total
    FROM sums JOIN policy ON policy.of_year = sums.year {joined} WHERE sums.year = {year}),
  out_{year} AS (
    SELECT *, CASE WHEN carry_out
      THEN max(0, min(total - required_total, professional + carried_in - required_professional)) ELSE 0 END
      AS carried_out FROM in_{year})"""
SQL = """
WITH policy(of_year, required_total, required_public, required_professional, required_elective, carry_out, carry_in)
  AS (VALUES {policies}),
  counted AS (
    SELECT teacher, year, category, hours FROM (
      SELECT teacher, year, category, hours,
        row_number() OVER (PARTITION BY teacher, year, subject ORDER BY hours DESC, day, id) AS place
      FROM entry WHERE category = 'public') WHERE place = 1
    UNION ALL SELECT teacher, year, category, hours FROM entry WHERE category <> 'public'),
  sums AS MATERIALIZED (
    SELECT teacher, year,
      coalesce(sum(hours) FILTER (WHERE category = 'public'), 0) AS public,
      coalesce(sum(hours) FILTER (WHERE category = 'professional'), 0) AS professional,
      coalesce(sum(hours) FILTER (WHERE category = 'elective'), 0) AS elective
    FROM counted GROUP BY teacher, year),
{years}
SELECT teacher, year, public, professional, elective, carried_in, total, carried_out,
  max(0, required_public - public), max(0, required_professional - professional - carried_in),
  max(0, required_elective - elective), max(0, required_total - total),
  CASE WHEN public >= required_public AND professional + carried_in >= required_professional
    AND elective >= required_elective AND total >= required_total THEN 'passed' ELSE 'not_passed' END
FROM ({together})"""


def statement() -> str:
    """The one statement, with the figures of the packs in it."""
    packs = {year: pack(name) for year, name in PACKS.items()}
    parts = []
    for year in YEARS:
        before = f"out_{year - 1}" if year - 1 in packs and packs[year].carry_in else None
        parts.append(
            YEAR_SQL.format(
                year=year,
                carried=f"{before}.carried_out" if before else "0",
                joined=f"JOIN {before} ON {before}.teacher = sums.teacher" if before else "",
            )
        )
    columns = "teacher, year, public, professional, elective, carried_in, total, carried_out, required_public, "
    columns += "required_professional, required_elective, required_total"
    return SQL.format(
        policies=", ".join(_policy_row(year, policy) for year, policy in packs.items()),
        years=",".join(parts).lstrip("\n"),
        together=" UNION ALL ".join(f"SELECT {columns} FROM out_{year}" for year in YEARS),
    )


def _policy_row(year: int, policy: Policy) -> str:
    minima = dict(policy.minima)
    figures = [policy.required_total, *(minima.get(category, Decimal(0)) for category in CATEGORIES)]
    return f"({year}, {', '.join(str(int(one * 100)) for one in figures)}, {policy.carry_out:d}, {policy.carry_in:d})"


def entries(teachers: int) -> dict[int, list[Entry]]:
    """The lines of so many teachers and three years, by teacher."""
    rng = random.Random(7)
    found: dict[int, list[Entry]] = {teacher: [] for teacher in range(1, teachers + 1)}
    number = 0
    for year in YEARS:
        for month in MONTHS:
            for teacher, _, _, category, subject, hours, on, platform in lines(
                rng, year, month, range(1, teachers + 1)
            ):
                number += 1
                found[teacher].append(Entry(number, year, category, subject, hours, on, platform))
    # Made again teacher by teacher with equal hours shared, as the reader of the ledger makes them.
    shared: dict[Decimal, Decimal] = {}
    return {
        teacher: [one._replace(hours=shared.setdefault(one.hours, one.hours)) for one in some]
        for teacher, some in found.items()
    }


def table(held: dict[int, list[Entry]]) -> sqlite3.Connection:
    """The same lines as a table in memory, in the order they came, with the index that serves the question best."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "CREATE TABLE entry (id INTEGER PRIMARY KEY, teacher INTEGER, year INTEGER, category TEXT, subject TEXT,"
        " hours INTEGER, day TEXT)"
    )
    rows = sorted(
        (one.id, teacher, one.year, one.category, one.subject, int(one.hours * 100), (one.on or date.max).isoformat())
        for teacher, some in held.items()
        for one in some
    )
    database.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    database.execute("CREATE INDEX entry_teacher_year ON entry (teacher, year, category, subject, hours)")
    database.execute("ANALYZE")
    return database


def answers(held: dict[int, list[Entry]]) -> Iterator[tuple[int, Standing]]:
    """Every standing by the domain's own function."""
    policies = {year: pack(name) for year, name in PACKS.items()}
    for teacher, some in held.items():
        for standing in assess_years(YEARS, some, policies.__getitem__):
            yield teacher, standing


def _as_row(teacher: int, standing: Standing) -> tuple[Any, ...]:
    figures = [
        *(standing.recognised[category] for category in CATEGORIES),
        standing.carried_in,
        standing.total,
        standing.carried_out,
        *(standing.missing.get(category, Decimal(0)) for category in CATEGORIES),
        standing.missing_total,
    ]
    return (teacher, standing.year, *(int(one * 100) for one in figures), str(standing.result))


def measure(_options: Any) -> dict[str, Any]:
    """Sizes, figures, and the worst of "times faster than"."""
    sizes = []
    for teachers in SIZES:
        held = entries(teachers)
        database, sql = table(held), statement()
        ours = sorted(_as_row(*one) for one in answers(held))
        if ours != sorted(database.execute(sql).fetchall()):
            raise AssertionError("the two do not give the same standings")
        gc.collect()
        gc.freeze()

        def by_rules(held: dict[int, list[Entry]] = held) -> int:
            return sum(1 for _ in answers(held))

        def by_sql(database: sqlite3.Connection = database, sql: str = sql) -> int:
            return len(database.execute(sql).fetchall())

        seconds = alternating({"engine": by_rules, "sql": by_sql})
        gc.unfreeze()
        database.close()
        engine, other = summary(seconds["engine"]), summary(seconds["sql"])
        sizes.append(
            {
                "teachers": teachers,
                "years": len(YEARS),
                "entries": sum(map(len, held.values())),
                "identical": True,
                "engine_seconds": engine,
                "sql_seconds": other,
                "times_faster": round(other["median"] / engine["median"], 2),
                "standings_per_second": round(teachers * len(YEARS) / engine["median"]),
            }
        )
    return {"times_faster": min(one["times_faster"] for one in sizes), "sizes": sizes}
