"""What is told rather than drawn: the demonstration teacher's year, how many claims people make, past jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.demo.claim_texts import Wanted
from app.demo.people import Person
from app.services.imports import PLAN_JOB, WRITE_JOB

# 陈静怡 this year: approved hours, one claim returned to be mended, one waiting at each desk, two drafts.
STORY = (
    Wanted("outside_training", "岭南文化与小学语文教学专题培训班", "approved", days=2, on=(3, 14)),
    Wanted("conference", "跨学科主题学习学术研讨会", "returned", days=2, on=(10, 17)),
    Wanted("mentor", "师范生教育实习指导教师（阅读教学）", "passed_first", days=2, on=(9, 22)),
    Wanted("conference", "国际阅读教育大会（英文证书）", "submitted", days=1, on=(11, 7), companion="translation"),
    Wanted("result", "论文：小学语文大单元教学的课堂实践研究", "draft", on=(10, 28)),
    Wanted("outside_training", "作业设计种子教师研修营", "draft", days=3, on=(11, 12)),
)
# Last year, for contrast: one of each way a claim can end.
STORY_BEFORE = (
    Wanted("outside_training", "阅读教学专题培训班", "approved", days=2, on=(4, 12)),
    Wanted("conference", "美育浸润专题学术讲座", "rejected", days=1, on=(5, 20)),
    Wanted("conference", "第三届家校共育论坛", "withdrawn", days=1, on=(10, 11)),
)

# Two colleagues hand in one paper: each reviewer's desk has a claim that is flagged (DUP-CLAIM).
_SHARED = "NY-课题-2187"
_SHARED_TITLE = "课题结题：课后服务课程化的校本实践研究"
SHARED = {
    position: Wanted("result", _SHARED_TITLE, state, on=(10, 9), certificate_number=_SHARED, paper_of="谢浩然")
    for position, state in ((1, "submitted"), (2, "passed_first"))
}

# Colleagues were at one conference: each desk compares them side by side. Their papers are a picture and a programme.
_TOGETHER_TITLE = "初中数学单元整体教学研讨会"
TOGETHER = {
    position: Wanted("conference", _TOGETHER_TITLE, state, days=2, on=(10, 24), has_agenda=True)
    for position, state in (
        (20, "submitted"), (21, "submitted"), (22, "passed_first"), (23, "passed_first"), (24, "approved")
    )
}  # fmt: skip

IMPORTS = (
    ("teachers", "demo-school", "榕荫学校教师名册.xlsx", 40, 73),
    ("attendance", "demo-organiser", "大单元教学研修班签到.xlsx", 9, 168),
    ("schools", "demo-city", "海珠区学校名单.csv", 25, 12),
)


def claims_of(person: Person, year: int, this_year: int) -> tuple[Wanted, ...]:
    """The claims that are laid down for a teacher's year."""
    if year == this_year and person.is_of_first_school and person.position in SHARED:
        return (SHARED[person.position],)
    if year == this_year and person.is_of_first_school and person.position in TOGETHER:
        return (TOGETHER[person.position],)
    if not person.is_story:
        return ()
    return STORY if year == this_year else STORY_BEFORE if year == this_year - 1 else ()


def claim_count(rng: Random, person: Person, year: int, recent: Sequence[int], *, has_history: bool) -> int:
    """How many further claims a teacher makes in a year: some 1.4 this year, fewer before."""
    chance = rng.random()
    if person.is_story:
        return 0 if year in recent else 1
    if not has_history:
        return 0 if year != recent[-1] else (0 if chance < 0.25 else 1 if chance < 0.75 else 2)
    if year == recent[-1]:
        return 0 if chance < 0.2 else 1 if chance < 0.6 else 2 if chance < 0.85 else 3
    if year == recent[0]:
        return 0 if chance < 0.35 else 1 if chance < 0.8 else 2
    return 0 if chance < 0.5 else 1 if chance < 0.92 else 2


def jobs(users: Mapping[str, int], first_id: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Imports of the past weeks, as their starters find them: each a judged file and its writing, one that failed.

    The files themselves were not kept, so nothing can be written again from these rows.
    """
    row_id = first_id
    for kind, username, filename, days_ago, total in IMPORTS:
        plan_id, begun = row_id, now - timedelta(days=days_ago, minutes=17 * days_ago)
        tally = {"new": 0, "changed": total // 12, "unchanged": total - total // 12, "faulty": 0}
        payload = {"kind": kind, "file": "0" * 64, "filename": filename, "language": "zh"}
        for job_kind, more, outcome, after in (
            (PLAN_JOB, {}, {"tally": tally, "rows": {}}, 0),
            (WRITE_JOB, {"plan": plan_id, "accept_good": False}, {"tally": tally}, 90),
        ):
            started = begun + timedelta(seconds=after)
            yield _job(row_id, job_kind, users[username], {**payload, **more}, started, total, outcome)
            row_id += 1
    begun = now - timedelta(days=10, minutes=41)
    payload = {"kind": "attendance", "file": "0" * 64, "filename": "研修班签到（未完成）.xlsx", "language": "zh"}
    yield _job(row_id, PLAN_JOB, users["demo-organiser"], payload, begun, 0, {"failed": "file_missing"})


def _job(
    row_id: int, kind: str, user_id: int, payload: dict[str, Any], begun: datetime, total: int, outcome: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": row_id,
        "kind": kind,
        "state": "failed" if "failed" in outcome else "done",
        "user_id": user_id,
        "payload": payload,
        "outcome": outcome,
        "done": total,
        "total": total,
        "created_at": begun,
        "started_at": begun + timedelta(seconds=1),
        "ended_at": begun + timedelta(seconds=3 + total // 30),
    }
