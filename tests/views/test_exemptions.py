"""Exemptions over HTTP: who grants, ends and reads them; leaving with a reason; what year and paper then say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import Certificate, Exemption, Standing, Teacher
from app.security.actor import SYSTEM, acting
from app.services import exemptions
from tests.client import Browser
from tests.conftest import NOW
from tests.factories import CANARY, World

Client = Callable[[str], Browser]
FORM = {
    "from_on": "2026-02-01",
    "to_on": "2026-07-10",
    "effect": "exempt",
    "category": "",
    "hours": "",
    "reason": "产假",
}


def form(world: World, **changed: str) -> dict[str, str]:
    return FORM | {"teacher": str(world.ours.colleague)} | changed


def of_colleague(app: Any, world: World) -> list[Exemption]:
    with app.app_context(), acting(SYSTEM):
        return list(db.session.scalars(select(Exemption).where(Exemption.teacher_id == world.ours.colleague)))


def granted(app: Any, teacher: int, effect: str = "exempt", **credit: Any) -> int:
    with app.app_context(), acting(SYSTEM):
        made = exemptions.grant(
            db.session,
            db.session.get_one(Teacher, teacher),
            date(2026, 2, 1),
            date(2026, 7, 10),
            effect,
            "产假",
            credit.get("category"),
            credit.get("hours"),
            SYSTEM,
            NOW,
        )
        db.session.commit()
        return made.id


def standing(app: Any, teacher: int) -> Standing:
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(select(Standing).where(Standing.teacher_id == teacher, Standing.year == 2026)).one()


@pytest.mark.parametrize("duty", ["authority", "city"])
def test_authority_and_city_grant_one_and_end_it_with_a_reason(
    app: Any, client_for: Client, world: World, duty: str
) -> None:
    browser = client_for(duty)
    answer = browser.post("/exemptions/add", form(world))
    (made,) = of_colleague(app, world)
    assert answer.status_code == 302 and answer.location.endswith(f"/exemptions/show/{made.id}")
    assert standing(app, world.ours.colleague).result == "exempt"
    page = browser.get(f"/exemptions/show/{made.id}").text
    assert "产假" in page and "Exempt from the year" in page and "action/end" in page
    assert browser.post(f"/exemptions/action/end/{made.id}", {"reason": " "}).status_code == 422
    assert browser.post(f"/exemptions/action/end/{made.id}", {"reason": "误录"}).status_code == 302
    assert standing(app, world.ours.colleague).result == "not_passed"
    page = browser.get(f"/exemptions/show/{made.id}").text
    assert "误录" in page and "action/end" not in page
    assert browser.post(f"/exemptions/action/end/{made.id}", {"reason": "再次"}).status_code == 403


@pytest.mark.parametrize("duty", ["teacher", "school", "auditor", "organiser", "system"])
def test_nobody_else_grants_or_ends(app: Any, client_for: Client, world: World, duty: str) -> None:
    pk = granted(app, world.ours.colleague)
    browser = client_for(duty)
    browser.post("/exemptions/add", form(world, effect="none"))
    browser.post(f"/exemptions/action/end/{pk}", {"reason": "误录"})
    assert [(one.effect, one.is_in_force) for one in of_colleague(app, world)] == [("exempt", True)]


@pytest.mark.parametrize(
    ("duty", "sees"),
    [("teacher", {"own"}), ("school", {"own", "colleague"}), ("authority", {"own", "colleague"}),
     ("city", {"own", "colleague", "theirs"}), ("auditor", {"own", "colleague", "theirs"})],
)  # fmt: skip
def test_each_reads_their_own_part_of_the_register(
    app: Any, client_for: Client, world: World, duty: str, sees: set[str]
) -> None:
    side = {"own": world.ours.teacher, "colleague": world.ours.colleague, "theirs": world.theirs.teacher}
    keys = {name: granted(app, teacher, "none") for name, teacher in side.items()}
    browser = client_for(duty)
    found = {name for name, pk in keys.items() if browser.get(f"/exemptions/show/{pk}").status_code == 200}
    assert found == sees
    assert (CANARY in browser.get("/exemptions/list/").text) == ("theirs" in sees)
    add = browser.get("/exemptions/list/").text.count("/exemptions/add")
    assert bool(add) == (duty in ("authority", "city"))


def test_an_organiser_has_no_such_list(client_for: Client) -> None:
    assert client_for("organiser").get("/exemptions/list/").status_code in (302, 403)


def test_the_form_says_what_is_wrong_at_its_field_and_keeps_what_was_typed(
    app: Any, client_for: Client, world: World
) -> None:
    browser = client_for("authority")
    for changed, words in (
        ({"to_on": "2026-01-31"}, "is before the first one"),
        ({"effect": "credited", "category": "professional"}, "Say how many hours are credited."),
        ({"effect": "credited", "category": "professional", "hours": "NaN"}, "Write a number"),
        ({"effect": "credited", "category": "professional", "hours": "1", "to_on": "2027-01-01"}, "belong to one year"),
        ({"hours": "5"}, "Category and hours are stated only where hours are credited"),
        ({"from_on": "2016-01-01", "to_on": "2016-03-01"}, "No policy binds the year 2016"),
        ({"reason": "事" * 81}, "At most 80 characters"),
        ({"teacher": str(world.theirs.teacher)}, "Choose one from the list."),
        ({"teacher": "999999"}, "Choose one from the list."),
    ):
        answer = browser.post("/exemptions/add", form(world, **changed))
        assert answer.status_code == 422 and words in answer.text, changed
        assert "产假" in answer.text or "reason" in changed
    assert of_colleague(app, world) == []


def test_the_list_is_filtered_and_searched(app: Any, client_for: Client, world: World) -> None:
    granted(app, world.ours.colleague)
    pk = granted(app, world.ours.teacher, "credited", category="elective", hours=Decimal("4.50"))
    with app.app_context(), acting(SYSTEM):
        exemptions.end(db.session, db.session.get_one(Exemption, pk), "误录", SYSTEM, NOW)
        db.session.commit()
    browser = client_for("city")

    def names(query: str) -> set[str]:
        text = browser.get(f"/exemptions/list/?{query}").text.partition("<tbody")[2].partition("</tbody")[0]
        return {name for name in ("陈怡", "何敏") if name in text}

    ours = f"school={world.ours.school}"
    assert names(f"{ours}&effect=exempt") == {"何敏"}
    assert names(f"{ours}&effect=exempt&effect=credited") == {"何敏", "陈怡"}
    assert names(f"{ours}&effect=credited&is_in_force=1") == set()
    assert names(f"{ours}&effect=credited&is_in_force=0") == {"陈怡"}
    assert names(f"teacher={world.ours.colleague}") == {"何敏"}
    assert names(f"{ours}&q=何") == {"何敏"}
    assert "西关小学" not in browser.get(f"/exemptions/list/?school={world.theirs.school}").text
    assert "Elective 4.5" in browser.get(f"/exemptions/list/?{ours}").text


def test_the_teachers_page_leads_to_their_exemptions_and_to_granting_one(
    app: Any, client_for: Client, world: World
) -> None:
    granted(app, world.ours.colleague)
    page = client_for("authority").get(f"/teachers/show/{world.ours.colleague}").text
    address = f"/exemptions/add?teacher={world.ours.colleague}"
    assert "产假" in page and address in page
    assert f'<option value="{world.ours.colleague}" selected>何敏</option>' in client_for("authority").get(address).text
    # Somebody else's teacher is not named by the form.
    foreign = client_for("authority").get(f"/exemptions/add?teacher={world.theirs.teacher}")
    assert foreign.status_code == 200 and CANARY not in foreign.text
    for duty in ("school", "auditor"):
        other = client_for(duty).get(f"/teachers/show/{world.ours.colleague}").text
        assert "产假" in other and "/exemptions/add" not in other


def test_the_year_tells_of_its_exemptions(app: Any, client_for: Client, world: World) -> None:
    granted(app, world.ours.teacher)
    granted(app, world.ours.teacher, "credited", category="elective", hours=Decimal("4.50"))
    for duty in ("teacher", "school", "authority", "city", "auditor"):
        page = client_for(duty).get(f"/standings/show/{standing(app, world.ours.teacher).id}").text
        assert "2026: exempt" in page and "产假" in page and "2026-02-01" in page
        assert "Exempt from the year" in page and "EXEMPT" in page and "4.5" in page
    other = client_for("school").get(f"/standings/show/{standing(app, world.ours.colleague).id}").text
    assert "产假" not in other


def test_the_paper_and_its_public_page_say_exempt_and_the_page_not_why(
    app: Any, client_for: Client, world: World
) -> None:
    pk = granted(app, world.ours.colleague)
    issued = client_for("authority").post(f"/standings/action/issue/{standing(app, world.ours.colleague).id}")
    assert issued.mimetype == "application/pdf"
    with app.app_context(), acting(SYSTEM):
        code = db.session.scalars(select(Certificate.code)).one()
    public = Browser(app, None).get(f"/verify/{code}").text
    assert 'data-verdict="valid"' in public and "Exempt" in public
    assert "产假" not in public and "何敏" not in public
    client_for("authority").post(f"/exemptions/action/end/{pk}", {"reason": "误录"})
    assert 'data-verdict="void"' in Browser(app, None).get(f"/verify/{code}").text


def test_the_command_issues_for_exempt_years(app: Any, world: World, tmp_path: Any) -> None:
    granted(app, world.ours.colleague)
    out = tmp_path / "2026.pdf"
    answer = app.test_cli_runner().invoke(args=["certificates", "issue", "--year", "2026", "--out", str(out)])
    assert answer.exit_code == 0 and "certificates: 1 " in answer.output
    assert out.read_bytes().startswith(b"%PDF")


def test_deactivating_asks_for_the_reason_and_the_last_day(app: Any, client_for: Client, world: World) -> None:
    browser, pk = client_for("school"), world.ours.colleague
    dialog = browser.get(f"/teachers/show/{pk}").text
    assert all(
        word in dialog for word in ("Retired", "Resigned", "Transferred out", "Deceased", "Last day at the school")
    )
    for missing in ({"on": "2026-11-10"}, {"reason_code": "retired"}, {"on": "2026-11-10", "reason_code": "bored"}):
        answer = browser.post(f"/teachers/action/deactivate/{pk}", missing)
        assert answer.status_code == 422
        # What was given is there again.
        assert missing.get("on", "Last day at the school") in answer.text
    both = [str(world.ours.teacher), str(pk)]
    answer = browser.post(
        "/teachers/action_post",
        {"action": "deactivate", "rowid": both, "on": "2026-11-10", "reason_code": "retired"},
    )
    assert answer.status_code == 302
    for one in both:
        page = browser.get(f"/teachers/show/{one}").text
        assert "2026-11-10" in page and "Retired" in page


def test_who_came_and_who_left_are_a_click_away(app: Any, client_for: Client, world: World) -> None:
    browser = client_for("school")
    browser.post(
        f"/teachers/action/deactivate/{world.ours.colleague}", {"on": "2026-11-10", "reason_code": "transferred"}
    )

    def names(query: str) -> set[str]:
        text = browser.get(f"/teachers/list/?{query}").text.partition("<tbody")[2].partition("</tbody")[0]
        return {name for name in ("陈怡", "何敏") if name in text}

    assert names("") == {"陈怡", "何敏"}
    assert names("is_active=0") == names("left_reason=transferred") == names("left_on_from=2026-11-10") == {"何敏"}
    assert names("is_active=1") == {"陈怡"} and names("left_reason=retired") == set()
    assert names("joined_on_from=2026-01-01") == set() and names("joined_on_to=2019-09-01") == {"陈怡", "何敏"}
    page = browser.get("/teachers/list/?is_active=0").text
    assert 'aria-current="true">Left' in page and "joined_on_from=2026-01-01" in page
