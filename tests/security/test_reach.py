"""Every door of every generated view, for every role: nothing of the other side is shown or changed; one's own works.

The other side's rows carry CANARY in their names. A page that shows one row too many shows it.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import (
    Activity,
    Attendance,
    Certificate,
    Claim,
    Delegation,
    Entry,
    Evidence,
    Exemption,
    Extension,
    School,
    SchoolTally,
    Standing,
    Teacher,
)
from app.security import session as reach_session
from app.security.actor import SYSTEM, acting
from app.services import register
from app.views.filters import Filter
from app.views.safe import SafeModelView
from tests.factories import CANARY

ROLES = ("teacher", "school", "authority", "organiser", "system")
BOUND = {
    Teacher: "teacher",
    School: "school",
    Activity: "activity",
    Attendance: "attendance",
    Claim: "claim",
}
# A view is either bound to rows (checked here), open to all who may open it, or a machine's own.
SHARED = {
    "DistrictView",
    "AuthorityView",
    "OrganiserView",
    "PolicyBindingView",
    "AuditView",
    "UserView",
    "RoleView",
    "AppointmentView",
    # One's own alone: tests/views/test_bulk_review.py asks for those of others.
    "BulkReviewView",
}
DERIVED = {
    "EntryView": Entry,
    "StandingView": Standing,
    "CertificateView": Certificate,
    "ExtensionView": Extension,
    "ExemptionView": Exemption,
    "DelegationView": Delegation,
    "StatisticsView": SchoolTally,
}


def views_of(app):
    return [view for view in app.extensions["appbuilder"].baseviews if isinstance(view, SafeModelView)]


def theirs_of(app, world, view):
    """The id of a row of the other side in this view's table."""
    model = view.datamodel.obj
    if model in BOUND:
        return getattr(world.theirs, BOUND[model])
    if view.name in DERIVED:
        with app.app_context(), db.engine.connect() as connection:
            table = DERIVED[view.name].__table__
            return connection.scalar(select(table.c.id).where(table.c.school_id == world.theirs.school))
    return None


def foreign_rows(app, world):
    """Every row of the other side as it stands in the database."""
    held = {}
    with app.app_context(), db.engine.connect() as connection:
        for model, attribute in BOUND.items():
            table = model.__table__
            held[table.name] = connection.execute(
                table.select().where(table.c.id == getattr(world.theirs, attribute))
            ).all()
        for model in (Entry, Standing, Certificate, Claim, Attendance, Extension, Exemption, Delegation):
            table = model.__table__
            held[f"{table.name} of school"] = connection.execute(
                table.select().where(table.c.school_id == world.theirs.school).order_by(table.c.id)
            ).all()
        held["evidence"] = connection.execute(
            Evidence.__table__.select().where(Evidence.__table__.c.id == world.theirs.evidence)
        ).all()
    return held


def lookup_filters(view):
    return [one for one in view.filters if isinstance(one, Filter) and one.kind == "lookup"]


def doors(app, world, view):
    """(method, address, form) of everything that could touch the other side through this view."""
    base, pk = view.route_base, theirs_of(app, world, view)
    names = {"teacher": world.theirs.teacher, "school": world.theirs.school, "activity": world.theirs.activity}
    yield "get", f"{base}/list/", None
    yield "get", f"{base}/list/?q={CANARY}", None
    yield "get", f"{base}/list/?psize_{view.name}=100&page_{view.name}=1", None
    yield "post", f"{base}/export?cols={','.join([*view.list_columns, *view.extra_columns])}", {"format": "csv"}
    if pk is not None:
        yield "post", f"{base}/export", {"format": "csv", "rowid": str(pk)}
    for one in lookup_filters(view):
        foreign = names.get(one.name.rpartition(".")[2])
        if foreign:
            yield "get", f"{base}/list/?{one.param}={foreign}", None
    for column in view.order_columns:
        yield "get", f"{base}/list/?_oc_{view.name}={column}&_od_{view.name}=asc", None
    keys = {name: str(value) for name, value in names.items()}
    typed = {
        "name": "改",
        "title": "改",
        "number": "X-1",
        "hours": "1",
        "attended_on": "2026-03-04",
        "passed": "y",
        "sex": "1",
        "series": "teacher",
        "post": "full_time",
        "version": "1",
        "kind": "school_based",
        "category": "professional",
        "starts_on": "2026-03-01",
        "ends_on": "2026-03-02",
        "reason": "x",
        "on": "2026-03-05",
        "id_number": "",
        "year": "2026",
        "subject": "",
        "from_on": "2026-01-05",
        "to_on": "2026-02-06",
        "effect": "exempt",
    }
    # A code that the view knows, so that nothing but reach stands in the way.
    typed["reason_code"] = "retired" if view.datamodel.obj is Teacher else "other"
    yield "post", f"{base}/add", typed | keys
    for name in view.actions:
        if pk is not None:
            yield "post", f"{base}/action/{name}/{pk}", typed
            yield "post", f"{base}/action_post", typed | {"action": name, "rowid": str(pk)}
        yield "post", f"{base}/action_post?q={CANARY}", typed | {"action": name, "all_matching": "1"}
    if pk is None:
        return
    yield "get", f"{base}/show/{pk}", None
    yield "get", f"{base}/edit/{pk}", None
    yield "post", f"{base}/edit/{pk}", typed | keys
    yield "post", f"{base}/delete/{pk}", {}


def knock(app, world, browser, *, names_schools=False):
    """Try every door; returns what was wrong. ``names_schools``: who appoints reviewers looks up any school."""
    wrong = []
    # Looked up before anything is tried: who was let go or renamed by a door below is found by no look-up.
    for name in ("teacher", "activity") if names_schools else ("teacher", "school", "activity", "own-activity"):
        if CANARY in browser.get(f"/lookup/{name}?q={CANARY}").get_json(silent=True).__repr__():
            wrong.append(f"shown lookup {name}")
    for view in views_of(app):
        if view.name in SHARED:
            continue
        for method, address, form in doors(app, world, view):
            answer = browser.get(address) if method == "get" else browser.post(address, form)
            if answer.status_code >= 500:
                wrong.append(f"{answer.status_code} {method} {address}")
            if answer.mimetype == "application/pdf":
                # Selections of the other side's rows are all that is posted here, so whatever is printed is theirs.
                wrong.append(f"printed {method} {address}")
                continue
            # What was typed comes back in the search field; that is the person's own text.
            text = answer.get_data(as_text=True).replace(f'value="{CANARY}"', "").replace(f"q={CANARY}", "")
            if CANARY in text:
                wrong.append(f"shown {method} {address}")
    if browser.get(f"/claims/evidence/{world.theirs.evidence}").status_code == 200:
        wrong.append("evidence")
    return wrong


@pytest.mark.parametrize("duty", ROLES)
def test_nothing_of_the_other_side_is_shown_or_changed(app, world, client_for, duty):
    before = foreign_rows(app, world)
    assert all(rows for name, rows in before.items() if name != "certificate of school"), (
        "the other side must have rows"
    )
    assert knock(app, world, client_for(duty), names_schools=duty == "system") == []
    assert foreign_rows(app, world) == before


def test_the_matrix_would_notice_if_reach_were_gone(app, world, client_for, monkeypatch):
    monkeypatch.setattr(reach_session, "criterion_to_read", lambda model, actor: None)
    for asking in (reach_session, register):
        monkeypatch.setattr(asking, "criterion_to_write", lambda model, actor: None)
    before = foreign_rows(app, world)
    wrong = knock(app, world, client_for("school"))
    assert any(line.startswith("shown get /teachers/list/") for line in wrong), wrong
    assert any("lookup teacher" in line for line in wrong)
    assert foreign_rows(app, world) != before


def test_every_generated_view_is_decided_on(app):
    known = SHARED | set(DERIVED) | {"JobView"}
    for view in views_of(app):
        assert view.name in known or view.datamodel.obj in BOUND, f"{view.name}: say whose rows it shows"


@pytest.mark.parametrize("duty", ("school", "authority"))
def test_a_selection_with_one_foreign_row_changes_none(app, world, client_for, duty):
    state = "submitted" if duty == "school" else "passed_first"
    with app.app_context(), db.engine.begin() as connection:
        claim = Claim.__table__
        connection.execute(
            claim.update()
            .where(claim.c.id.in_([world.ours.claim, world.theirs.claim]))
            .values(state=state, recognised_hours=claim.c.claimed_hours, recognised_category=claim.c.category)
        )
    answer = client_for(duty).post(
        "/claims/action_post",
        {
            "action": "return",
            "reason": "x",
            "reason_code": "other",
            "rowid": [str(world.ours.claim), str(world.theirs.claim)],
        },
    )
    assert answer.status_code == 404
    with app.app_context(), db.engine.connect() as connection:
        states = connection.execute(select(Claim.__table__.c.state).where(claim.c.id == world.ours.claim)).all()
    assert [row.state for row in states] == [state]


def test_own_rows_do_work(world, client_for):
    school = client_for("school")
    assert "陈怡" in school.get("/teachers/list/").text
    assert school.get("/lookup/teacher?q=陈").get_json()["items"][0]["id"] == world.ours.teacher
    authority = client_for("authority")
    assert "西关小学" in authority.get("/schools/list/").text
    assert "数学年会" in client_for("teacher").get("/claims/list/").text


def test_an_authority_meets_a_claim_when_it_is_handed_in(app, world, client_for):
    authority = client_for("authority")
    assert authority.get(f"/claims/show/{world.ours.draft}").status_code == 404
    assert "语文年会" not in authority.get("/claims/list/?state=draft").text
    assert authority.get(f"/claims/show/{world.ours.claim}").status_code == 200
    for duty in ("teacher", "school"):
        assert client_for(duty).get(f"/claims/show/{world.ours.draft}").status_code == 200
    with app.app_context(), acting(SYSTEM):
        draft = db.session.get_one(Claim, world.ours.draft).evidence[0].id
    assert authority.get(f"/claims/evidence/{draft}").status_code == 404


def test_a_foreign_key_out_of_reach_is_refused_as_unknown(app, world, client_for):
    answer = client_for("school").post(
        f"/teachers/edit/{world.ours.colleague}",
        {
            "name": "何敏",
            "sex": "2",
            "school": str(world.theirs.school),
            "series": "teacher",
            "title": "first",
            "post": "full_time",
            "version": "1",
        },
    )
    assert answer.status_code == 422
    assert "Choose one from the list" in answer.text
