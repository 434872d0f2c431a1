"""Exports: exactly what a list shows, within one's reach, told of in the trail; many rows by a job, for its owner."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import AuditEntry, Job, School, Teacher
from app.security.actor import SYSTEM, acting
from app.services import exports, import_files
from app.services.clock import now_utc
from app.services.store import store
from tests.factories import CANARY, id_number, make_teacher

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LISTS = (
    "claims", "standings", "certificates", "teachers", "schools", "activities", "attendance", "entries",
    "exemptions", "extensions", "districts", "authorities", "organisers", "bindings", "audit", "users",
    "appointments",
)  # fmt: skip


def taken(browser, path, kind="xlsx", **form):
    base, _mark, query = path.partition("?")
    return browser.post(f"/{base}/export?{query}", {"format": kind} | form)


def table(answer):
    assert answer.mimetype == XLSX
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)]


def lines(answer):
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def told(app):
    with app.app_context(), acting(SYSTEM):
        lines = select(AuditEntry).where(AuditEntry.subject == "export")
        return list(db.session.scalars(lines.order_by(AuditEntry.id)))


def test_a_file_holds_what_the_list_shows(app, client_for, world):
    browser = client_for("school")
    query = "teachers?q=%E9%99%88&cols=name,school,stage,is_active,joined_on"
    rows = table(taken(browser, query))
    assert rows[0] == ["Name", "School", "Stage", "Active", "Joined on"]
    assert [row[0] for row in rows[1:]] == ["陈怡"]
    assert rows[1][3] == "Yes"
    assert lines(taken(browser, query, "csv"))[0] == rows[0]
    line = told(app)[0]
    assert (line.user_id, line.subject_id) == (world.users["school"], "TeacherView")
    assert line.after["rows"] == 1
    assert line.after["columns"] == ["name", "school", "stage", "is_active", "joined_on"]
    assert line.after["query"].endswith("q=%E9%99%88")


def test_hours_are_figures_and_days_are_days(client_for):
    rows = table(taken(client_for("city"), "activities?cols=title,hours,starts_on"))
    assert isinstance(rows[1][1], (int, float))
    assert rows[1][2] == "2026-03-02"
    claims = table(taken(client_for("school"), "claims?cols=number,state,hours,waiting"))
    assert {row[1] for row in claims[1:]} >= {"Submitted"}
    assert all(isinstance(row[2], (int, float)) for row in claims[1:])


def test_the_order_is_that_of_the_list(client_for):
    down = table(taken(client_for("school"), "teachers?_oc_TeacherView=name&_od_TeacherView=desc"))
    up = table(taken(client_for("school"), "teachers?_oc_TeacherView=name"))
    assert [row[0] for row in down[1:]] == [row[0] for row in up[1:]][::-1]
    assert len(up) > 2


@pytest.mark.parametrize("duty", ("teacher", "school", "authority", "organiser", "system"))
def test_no_export_holds_a_foreign_row_and_none_goes_past_the_list(client_for, duty):
    browser = client_for(duty)
    opened = 0
    for place in LISTS:
        answer = taken(browser, place, "csv")
        is_open = browser.get(f"/{place}/list/?view=all").status_code == 200
        assert (answer.status_code == 200) == is_open, place
        if is_open and place not in ("districts", "authorities", "organisers", "users", "appointments"):
            opened += 1
            assert CANARY not in answer.data.decode("utf-8-sig"), place
    assert opened or duty == "system"


def test_hidden_columns_cannot_be_exported(app, client_for):
    hidden = "id_number_cipher,id_number_index,user_id,id_number,nothing"
    rows = table(taken(client_for("city"), f"teachers?cols=name,{hidden}"))
    assert rows[0] == ["Name"]
    masked = taken(client_for("school"), "teachers?cols=name,id_number_masked", "csv").data.decode()
    assert id_number(1) not in masked
    assert "********" in masked


def test_a_name_is_no_formula(app, client_for, world):
    with app.app_context(), db.engine.begin() as connection:
        teacher = Teacher.__table__
        connection.execute(
            teacher.update().where(teacher.c.id == world.ours.colleague).values(name='=HYPERLINK("http://x","y")')
        )
    browser = client_for("school")
    answer = taken(browser, "teachers?cols=name")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert any(cell.value.startswith("=HYPERLINK") for cell in cells)
    assert {cell.data_type for cell in cells} == {"s"}
    assert any(row[0].startswith("'=HYPERLINK") for row in lines(taken(browser, "teachers?cols=name", "csv")))


def test_chosen_rows_only_and_none_of_the_others(client_for, world):
    browser = client_for("school")
    rows = table(taken(browser, "teachers", rowid=[str(world.ours.colleague)]))
    assert [row[0] for row in rows[1:]] == ["何敏"]
    assert taken(browser, "teachers", rowid=[str(world.ours.colleague), str(world.theirs.teacher)]).status_code == 404


def test_it_is_posted_and_of_a_known_format(app, client_for):
    browser = client_for("school")
    assert browser.get("/teachers/export").status_code == 405
    assert browser.bare_post("/teachers/export", {"format": "xlsx"}).status_code == 400
    assert taken(browser, "teachers", "exe").status_code == 404
    assert told(app) == []


def a_long_list(app, world, monkeypatch, count=12):
    """More rows than are written at once, read some at a time."""
    monkeypatch.setattr("app.views.list_export.AT_ONCE", 5)
    monkeypatch.setattr("app.views.list_export.BATCH", 4)
    with app.app_context(), acting(SYSTEM):
        school = db.session.get_one(School, world.ours.school)
        for number in range(count):
            make_teacher(db.session, school, f"教师{number:02}", 300 + number, now_utc())
        db.session.commit()


def the_job(app):
    with app.app_context(), acting(SYSTEM):
        return db.session.scalars(select(Job).where(Job.kind == exports.EXPORT_JOB)).one()


def run(app, job):
    from app.jobs import work

    with app.app_context():
        work.run(db.session, job.id)
        db.session.remove()


@pytest.mark.parametrize("kind", ("xlsx", "csv"))
def test_many_rows_are_a_job_for_its_owner_alone(app, client_for, world, monkeypatch, kind):
    a_long_list(app, world, monkeypatch)
    browser = client_for("school")
    query = "teachers?_oc_TeacherView=name&_od_TeacherView=desc&cols=name,school"
    answer = taken(browser, query, kind)
    job = the_job(app)
    assert answer.location.endswith(f"/jobs/show/{job.id}")
    run(app, job)
    job = the_job(app)
    assert (job.state, job.done, job.total, job.user_id) == ("done", 14, 14, world.users["school"])
    file = browser.get(f"/jobs/file/{job.id}")
    rows = table(file) if kind == "xlsx" else lines(file)
    assert rows[0] == ["Name", "School"]
    names = [row[0] for row in rows[1:]]
    assert names == sorted(names, reverse=True)
    assert len(names) == 14
    assert CANARY not in str(rows)
    assert "14 rows" in browser.get(f"/jobs/show/{job.id}").text
    for duty in ("authority", "city", "auditor"):
        assert client_for(duty).get(f"/jobs/file/{job.id}").status_code == 404
    # Kept sealed, and told of once.
    with app.app_context():
        assert "教师01".encode() not in store().read(job.outcome["file"])
        assert import_files.fetch(job.outcome["file"]) == file.data
    assert [(line.user_id, line.after["rows"]) for line in told(app)] == [(world.users["school"], 14)]


def test_a_job_acts_within_what_its_owner_may_now(app, client_for, world, monkeypatch):
    """Whoever lost the duty meanwhile gets nothing of it."""
    a_long_list(app, world, monkeypatch)
    taken(client_for("school"), "teachers?cols=name")
    with app.app_context(), db.engine.begin() as connection:
        for name in ("appointment", "ab_user_role"):
            connection.exec_driver_sql(f"DELETE FROM {name} WHERE user_id = {world.users['school']}")
    run(app, the_job(app))
    job = the_job(app)
    assert (job.state, job.outcome["failed"]) == ("failed", "out_of_reach")
    assert told(app) == []


def test_a_killed_export_begins_again_and_is_told_of_once(app, client_for, world, monkeypatch):
    a_long_list(app, world, monkeypatch)
    taken(client_for("school"), "teachers?cols=name")
    job = the_job(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(
            Job.__table__.update().where(Job.__table__.c.id == job.id).values(
                state="running", done=4, outcome={"recorded": True}
            )
        )
    run(app, job)
    assert the_job(app).state == "done"
    assert the_job(app).outcome["rows"] == 14
    # What was written down before the kill is not written again.
    assert told(app) == []
