"""Mailing notices: together, once, in one's own language, to who wants it; later where the server is away."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.jobs.mailing import Postman
from app.models import Claim, Notice
from app.services import notices, preferences
from tests.factories import id_number
from tests.postbox import postbox


@pytest.fixture
def postman(app, tmp_path):
    settings = replace(app.config["SETTINGS"], mail_url=f"file://{tmp_path / 'mail'}", public_url="https://xueshi.test")
    return Postman(settings)


@pytest.fixture
def waiting(session, world, clock):
    """Nothing waits but what the test tells."""
    session.execute(update(Notice).values(mailed_at=clock))
    claim = session.get_one(Claim, world.ours.claim)
    notices.tell(session, [world.users["teacher"]], "claim_returned", clock, claim=claim, reason_code="no_dates")
    granted = {"extension": 1, "year": 2026, "until_on": "2027-01-20"}
    notices.tell(session, [world.users["teacher"]], "extension_granted", clock, **granted)
    session.commit()
    return claim


def mailed(postman):
    folder = Path(postman.settings.mail_url.removeprefix("file://"))
    files = sorted(folder.glob("*.eml"), key=lambda one: one.stat().st_mtime_ns) if folder.exists() else []
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in files]


def unmailed(session):
    session.expire_all()
    return list(session.scalars(select(Notice).where(Notice.mailed_at.is_(None))))


def test_several_notices_of_one_person_are_one_message_and_sent_once(session, postman, waiting, clock):
    assert postman.send_waiting(session, clock) == 1
    assert postman.send_waiting(session, clock + timedelta(minutes=1)) == 0
    [message] = mailed(postman)
    text = message.get_content()
    assert waiting.number in text and f"https://xueshi.test/claims/show/{waiting.id}" in text
    assert "https://xueshi.test/extensions/show/1" in text and "https://xueshi.test/profile/" in text
    # No number in full and nothing of the evidence leaves us (PIPL).
    assert id_number(1) not in text and ".png" not in text
    assert unmailed(session) == []


def test_the_message_is_in_the_readers_language(session, world, postman, waiting, clock):
    preferences.speak(session, world.users["teacher"], "en")
    session.commit()
    postman.send_waiting(session, clock)
    assert "was returned" in mailed(postman)[0].get_content()


def test_who_wants_none_or_has_read_it_gets_none_and_is_not_asked_again(session, world, postman, waiting, clock):
    school, city = world.users["school"], world.users["city"]
    preferences.want_mail(session, world.users["teacher"], False)
    notices.tell(session, [school, city], "reminder", clock, school="西关小学")
    theirs = select(Notice).where(Notice.user_id.in_([school, city])).order_by(Notice.id.desc())
    read, closed = session.scalars(theirs.limit(2))
    notices.read(session, read, clock)
    session.get_one(User, closed.user_id).active = False
    session.commit()
    assert postman.send_waiting(session, clock) == 0
    assert (mailed(postman), unmailed(session)) == ([], [])


def test_a_week_old_word_is_no_news(session, postman, waiting, clock):
    assert postman.send_waiting(session, clock + timedelta(days=8)) == 0
    assert (mailed(postman), unmailed(session)) == ([], [])


def test_a_server_that_is_away_is_left_alone_for_longer_and_longer_and_nothing_is_lost(
    session, world, postman, waiting, clock
):
    session.get_one(User, world.users["teacher"]).email = "chen@school.cn"
    session.commit()
    with postbox() as box:
        url = box.url
    postman.settings = replace(postman.settings, mail_url=url, mail_from="xueshi@edu.test")
    at = clock
    for minutes in (1, 2, 4):
        assert postman.send_waiting(session, at) == 0
        assert postman._server.until == at + timedelta(minutes=minutes)
        at = postman._server.until
    assert len(unmailed(session)) == 2
    with postbox() as box:
        postman.settings = replace(postman.settings, mail_url=box.url)
        # Not before its time.
        assert postman.send_waiting(session, at - timedelta(seconds=1)) == 0
        assert postman.send_waiting(session, at) == 1
        assert [to for to, _message in box.received] == ["chen@school.cn"]
    assert unmailed(session) == []


def test_one_who_is_put_off_holds_up_nobody_and_one_who_is_refused_is_given_up(session, world, postman, waiting, clock):
    for duty in ("teacher", "school", "city"):
        session.get_one(User, world.users[duty]).email = f"{duty}@school.cn"
        if duty != "teacher":
            notices.tell(session, [world.users[duty]], "reminder", clock, school="西关小学")
    session.commit()
    with postbox() as box:
        postman.settings = replace(postman.settings, mail_url=box.url, mail_from="xueshi@edu.test")
        box.replies["RCPT"] = [b"450 later", b"550 nobody"]
        assert postman.send_waiting(session, clock) == 1
        assert [to for to, _message in box.received] == ["city@school.cn"]
        assert {one.user_id for one in unmailed(session)} == {world.users["teacher"]}
        assert postman.send_waiting(session, clock + timedelta(seconds=30)) == 0
        assert postman.send_waiting(session, clock + timedelta(minutes=1)) == 1
        assert box.received[-1][0] == "teacher@school.cn"
    assert unmailed(session) == []


def test_what_went_out_is_marked_before_the_next_goes_out(session, world, postman, waiting, clock):
    """Killed in the middle of a run, the next run sends only what had not gone out."""
    session.get_one(User, world.users["teacher"]).email = "chen@school.cn"
    session.get_one(User, world.users["school"]).email = "school@school.cn"
    notices.tell(session, [world.users["school"]], "reminder", clock, school="西关小学")
    session.commit()
    with postbox() as box:
        postman.settings = replace(postman.settings, mail_url=box.url, mail_from="xueshi@edu.test")
        box.replies["DATA"] = [b"250 ok", b"421 closing"]
        postman.send_waiting(session, clock)
        fresh = Postman(postman.settings)
        fresh.send_waiting(session, clock)
        assert sorted(to for to, _message in box.received) == ["chen@school.cn", "school@school.cn"]
