"""The page "why": the sums to the half hour, where carried hours come from, what gave none and by which rule, what
would fill the year, and whether it can be transferred."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select

from app.extensions import db
from app.models import Activity, Claim, Entry, Organiser, School, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import attendance, register
from app.services.clock import stopped
from tests.client import Browser
from tests.factories import World, make_activity

Client = Callable[[str], Browser]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def attend(
    teacher_id: int, title: str, hours: str, on: date, category: str = "professional", passed: bool = True
) -> None:
    """An attendance of that day, registered within the time for it."""
    at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    with stopped(at):
        body = db.session.scalars(select(Organiser)).first()
        assert body is not None
        activity = make_activity(
            db.session, f"W-{title}", title, kind="online", category=category, hours=Decimal(hours),
            starts_on=on, ends_on=on, organiser_id=body.id, subject="rural-revival" if category == "public" else None,
        )  # fmt: skip
        teacher = db.session.get_one(Teacher, teacher_id)
        attendance.register(db.session, activity, teacher, on, Decimal(hours), passed, at)


def standing_of(teacher: int, year: int) -> int:
    asked = select(Standing.id).where(Standing.teacher_id == teacher, Standing.year == year)
    return db.session.scalars(asked).one()


@pytest.fixture
def carried(app: Any, world: World) -> tuple[int, int, int]:
    """Our teacher's 2019 (100.5 professional hours), 2020 (60) and what they are carried into, as standings."""
    with app.app_context(), acting(SYSTEM):
        teacher = world.ours.teacher
        attend(teacher, "春季研修", "80", date(2019, 10, 7))
        attend(teacher, "秋季研修", "20.5", date(2019, 11, 4))
        attend(teacher, "研修二〇", "60", date(2020, 5, 4))
        db.session.commit()
        return standing_of(teacher, 2019), standing_of(teacher, 2020), standing_of(teacher, 2026)


def test_the_sums_are_told_to_the_half_hour(client_for: Client, carried: tuple[int, int, int]) -> None:
    page = client_for("teacher").get(f"/standings/show/{carried[0]}").text
    row = re.search(r'<tr><th scope="row">Professional</th>(.*?)</tr>', page, re.S)
    assert row is not None
    assert re.findall(r'class="num">(?:<b>)?([\d.]+)', row[1]) == ["42", "100.5", "0"]
    assert "28.5 hours of Professional are carried into 2020" in page


def test_carried_hours_lead_back_to_the_year_and_the_entries(client_for: Client, carried: tuple[int, int, int]) -> None:
    of_2019, of_2020, _ = carried
    page = client_for("teacher").get(f"/standings/show/{of_2020}").text
    trail = page[page.index("Where the carried hours come from") :].split("</table>")[0]
    # 28.5 hours: the 20.5 earned last, and 8 of the 80 before them.
    assert trail.index("春季研修") < trail.index("8 of its 80 hours") < trail.index("秋季研修")
    assert "of its 20.5" not in trail
    assert trail.count(f'href="/standings/show/{of_2019}"') == 2
    giving = client_for("teacher").get(f"/standings/show/{of_2019}").text
    assert "8 of it carried into 2020" in giving and "carried into 2020</span>" in giving


def test_a_year_before_at_another_school_is_told_without_its_page(
    app: Any, world: World, client_for: Client, carried: tuple[int, int, int]
) -> None:
    """The hours are part of the year the new school sees; the page of the other school's year is not."""
    of_2019, of_2020, _ = carried
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.teacher)
        for stay in teacher.affiliations:
            stay.from_on = date(2020, 1, 1)
        school = register.put_school(
            db.session, "4401041077", NOW, name="旧校", ownership="public", kind="primary",
            district=db.session.get_one(School, world.theirs.school).district,
        )  # fmt: skip
        from app.models import Affiliation

        db.session.add(
            Affiliation(teacher_id=teacher.id, school_id=school.id, from_on=date(2019, 1, 1), to_on=date(2019, 12, 31))
        )
        db.session.flush()
        db.session.get_one(Standing, of_2019).school_id = school.id
        db.session.commit()
    browser = client_for("school")
    assert browser.get(f"/standings/show/{of_2019}").status_code == 404
    page = browser.get(f"/standings/show/{of_2020}").text
    trail = page[page.index("Where the carried hours come from") :].split("</table>")[0]
    assert "8 of its 80 hours" in trail and "2019" in trail and f"/standings/show/{of_2019}" not in trail


def test_years_lead_to_one_another(client_for: Client, carried: tuple[int, int, int]) -> None:
    of_2019, of_2020, of_2026 = carried
    page = client_for("teacher").get(f"/standings/show/{of_2020}").text
    assert f'href="/standings/show/{of_2019}" rel="prev"' in page
    assert re.search(r'href="/standings/show/\d+" rel="next"', page)
    assert 'rel="next"' not in client_for("teacher").get(f"/standings/show/{of_2026}").text


def test_a_failed_assessment_is_shown_as_no_hours(app: Any, world: World, client_for: Client) -> None:
    with app.app_context(), acting(SYSTEM):
        attend(world.ours.teacher, "网络研修", "6.5", date(2026, 5, 20), passed=False)
        db.session.commit()
        pk = standing_of(world.ours.teacher, 2026)
    page = client_for("teacher").get(f"/standings/show/{pk}").text
    part = page[page.index("Not counted") :].split("</table>")[0]
    assert "网络研修" in part and "<s>6.5</s>" in part and "EXAM" in part and "S2 §二（三）1" in part


@pytest.mark.parametrize(
    ("verb", "code", "rule"), [("reject", "duplicate", "DUP-CLAIM"), ("reject", "wrong_year", "EVIDENCE")]
)
def test_a_rejected_claim_is_shown_with_the_rule_of_its_reason(
    app: Any, world: World, client_for: Client, verb: str, code: str, rule: str
) -> None:
    answer = client_for("school").post(
        f"/claims/action/{verb}/{world.ours.claim}", {"reason": "与已登记的重复", "reason_code": code}
    )
    assert answer.status_code == 302
    with app.app_context(), acting(SYSTEM):
        assert db.session.get_one(Claim, world.ours.claim).state == "rejected"
        pk = standing_of(world.ours.teacher, 2026)
    page = client_for("teacher").get(f"/standings/show/{pk}").text
    part = page[page.index("Not counted") :].split("</table>")[0]
    assert "数学年会" in part and rule in part and "与已登记的重复" in part
    assert "No claim is under review" in page


def test_a_draft_is_late_only_once_the_last_day_has_passed(app: Any, world: World, client_for: Client) -> None:
    with app.app_context(), acting(SYSTEM):
        pk = standing_of(world.ours.teacher, 2026)
    assert "EFFECT" in client_for("teacher").get(f"/standings/show/{pk}").text
    assert "not submitted in time" not in client_for("teacher").get(f"/standings/show/{pk}").text
    with stopped(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)):
        assert "not submitted in time" not in client_for("teacher").get(f"/standings/show/{pk}").text
    with stopped(datetime(2026, 12, 31, 16, 1, tzinfo=UTC)):
        page = client_for("teacher").get(f"/standings/show/{pk}").text
    part = page[page.index("Not counted") :].split("</table>")[0]
    assert "语文年会" in part and "It was not submitted in time" in part and "EFFECT" in part
    assert "Nothing more can be claimed for 2026: the last day was 2026-12-31" in page
    assert "nothing can be attended for it any more" in page


def offers(page: str) -> list[str]:
    part = page[page.index('id="o-t"') :].split("</section>")[0]
    return re.findall(r'<p class="name"><a href="[^"]*">([^<]*)</a>', part)


def announce(world: World, number: str, title: str, **facts: Any) -> Activity:
    facts = {"organiser_id": world.organiser, "starts_on": date(2026, 12, 5), "ends_on": date(2026, 12, 5)} | facts
    return make_activity(db.session, number, title, kind=facts.pop("kind", "online"), **facts)


def test_open_activities_are_offered_best_filling_first(app: Any, world: World, client_for: Client) -> None:
    with app.app_context(), acting(SYSTEM):
        attend(world.ours.teacher, "乡村振兴战略", "24", date(2026, 6, 1), "public")
        announce(world, "N1", "专业八学时", hours=Decimal(8))
        announce(world, "N2", "选修二十学时", category="elective", hours=Decimal(20))
        announce(world, "N3", "已开始", hours=Decimal(30), starts_on=date(2026, 11, 19))
        announce(world, "N4", "明年", hours=Decimal(30), starts_on=date(2027, 1, 5), ends_on=date(2027, 1, 6))
        announce(world, "N5", "同一公需课", category="public", hours=Decimal(24), subject="rural-revival")
        announce(world, "N6", "另一公需课", category="public", hours=Decimal(10), subject="bay-area")
        own = {"organiser_id": None, "kind": "school_based", "hours": Decimal(40)}
        announce(world, "N7", "他校校本", school_id=world.theirs.school, **own)
        announce(world, "N8", "本校校本", school_id=world.ours.school, **own)
        db.session.commit()
        pk = standing_of(world.ours.teacher, 2026)
    # Missing: 39 professional, 18 elective, 6 public.
    wanted = ["本校校本", "选修二十学时", "专业八学时", "另一公需课"]
    for duty in ("teacher", "city"):
        page = client_for(duty).get(f"/standings/show/{pk}").text
        assert offers(page) == wanted, duty
    assert "39 of the 39 missing in Professional" in page and "18 of the 18 missing in Elective" in page
    assert "6 of the 6 missing in Public" in page


def test_without_an_offer_the_page_says_what_else_there_is(app: Any, world: World, client_for: Client) -> None:
    with app.app_context(), acting(SYSTEM):
        pk = standing_of(world.ours.teacher, 2026)
    page = client_for("teacher").get(f"/standings/show/{pk}").text
    assert offers(page) == []
    assert "No activity that would fill it is announced for the rest of the year" in page
    assert "What was learnt in 2026 elsewhere can be claimed until 2026-12-31" in page
    assert 'href="/claims/add?year=2026"' in page
    assert "/claims/add" not in client_for("auditor").get(f"/standings/show/{pk}").text.split("<main")[1]


def test_a_year_that_is_over_can_still_be_claimed_for_while_its_pack_allows(
    app: Any, world: World, client_for: Client, carried: tuple[int, int, int]
) -> None:
    """S1: claims for 2019 by 31 January 2020."""
    with stopped(datetime(2020, 1, 20, 4, tzinfo=UTC)):
        page = client_for("teacher").get(f"/standings/show/{carried[0]}").text
    assert "nothing can be attended for it any more" in page
    assert "What was learnt in 2019 elsewhere can be claimed until 2020-01-31" in page
    assert "Research and school-based attendance by" in page and "Face-to-face attendance by" not in page


def test_a_subject_that_is_missing_bars_the_transfer_and_the_page_says_so(
    app: Any, world: World, client_for: Client
) -> None:
    with app.app_context(), acting(SYSTEM):
        pk = standing_of(world.ours.teacher, 2026)
    page = client_for("teacher").get(f"/standings/show/{pk}").text
    assert "Without Subject taught the year cannot be transferred" in page and "440105********" in page
    with app.app_context(), acting(SYSTEM):
        db.session.get_one(Teacher, world.ours.teacher).subject = "语文"
        db.session.commit()
    page = client_for("school").get(f"/standings/show/{pk}").text
    assert "cannot be transferred." in page and "Without" not in page.split('id="id-t"')[1].split("</section>")[0]
    with app.app_context(), acting(SYSTEM):
        teacher = db.session.get_one(Teacher, world.ours.teacher)
        teacher.subject, teacher.post = None, "library"
        db.session.commit()
    assert "not needed for this post" in client_for("school").get(f"/standings/show/{pk}").text


def test_the_page_asks_the_database_a_bounded_number_of_times(
    app: Any, world: World, client_for: Client, carried: tuple[int, int, int]
) -> None:
    with app.app_context(), acting(SYSTEM):
        for number in range(30):
            attend(world.ours.teacher, f"多次研修{number}", "1", date(2020, 6, 1))
        db.session.commit()
    browser = client_for("teacher")
    asked: list[str] = []

    def count(pk: int) -> int:
        asked.clear()
        assert browser.get(f"/standings/show/{pk}").status_code == 200
        return len(asked)

    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        few, many = count(carried[0]), count(carried[1])
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # Signing in, permissions and the frame ask too; the page's own questions are at most a dozen.
    tables = r"FROM (standing|entry|claim|attendance|activity|extension|exemption|decision)\b"
    own = [one for one in asked if re.search(tables, one)]
    assert len(own) <= 12, own
    assert many <= few + 2


def test_more_entries_than_a_page_holds_are_left_to_the_ledger(
    app: Any, world: World, client_for: Client, monkeypatch: pytest.MonkeyPatch, carried: tuple[int, int, int]
) -> None:
    from app.views import standing_page

    monkeypatch.setattr(standing_page, "MOST_ENTRIES", 1)
    page = client_for("teacher").get(f"/standings/show/{carried[0]}").text
    assert "1 more entry is in the ledger" in page and f"/entries/list/?teacher={world.ours.teacher}" in page
    assert '<td class="num">100.5</td>' in page.split('id="y-t"')[1]
    with app.app_context(), acting(SYSTEM):
        assert db.session.scalars(select(Entry).where(Entry.year == 2019)).all()


def test_the_policy_is_named_and_leads_to_its_page(app: Any, world: World, client_for: Client) -> None:
    with app.app_context(), acting(SYSTEM):
        pk = standing_of(world.ours.teacher, 2026)
        db.session.get_one(Teacher, world.ours.teacher).name = "<i>陈怡</i>"
        db.session.commit()
    page = client_for("teacher").get(f"/standings/show/{pk}").text
    assert '<a href="/policies/show/guangdong-2021">Guangdong professional staff, from 2021</a>' in page
    assert client_for("teacher").get("/policies/show/guangdong-2021").status_code == 200
    assert "<i>陈怡" not in page and "&lt;i&gt;陈怡" in page


def test_the_school_sees_on_the_teachers_record_what_bars_the_transfer(world: World, client_for: Client) -> None:
    page = client_for("school").get(f"/teachers/show/{world.ours.colleague}").text
    assert "Without Subject taught the year cannot be transferred" in page and "IDENTITY" in page
