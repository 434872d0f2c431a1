"""One message: what stands in it, into a file for its owner's eyes or to a real server, and what that says."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace

import pytest

from app.services import mail
from app.services.mail import Letter, MailAway, MailDelayed, MailRefused
from config import Settings
from tests.postbox import postbox

PUBLIC = "https://xueshi.test"


def letter(**changed):
    plain = Letter("chen@school.cn", "申报被退回", "陈怡，您好！", "zh", "notice-1-2")
    return replace(plain, **changed)


def test_a_message_says_that_a_machine_wrote_it_and_how_to_have_no_more(clock):
    message = mail.compose(letter(), "xueshi@edu.test", PUBLIC, clock)
    again = email.message_from_bytes(bytes(message), policy=email.policy.default)
    assert again["Auto-Submitted"] == "auto-generated"
    assert again["List-Unsubscribe"] == f"<{PUBLIC}/profile/>"
    assert again["Message-ID"] == "<notice-1-2@edu.test>"
    assert (again["To"], again["Subject"]) == ("chen@school.cn", "申报被退回")
    assert again.get_content().strip() == "陈怡，您好！"
    assert bytes(message).isascii()


@pytest.mark.parametrize("ending", ("\r\nBcc: all@school.cn", "\nBcc: all@school.cn", "\x0bBcc: x", "\u2028Bcc: x"))
def test_no_title_adds_a_header(clock, ending):
    message = mail.compose(letter(subject=f"申报{ending}"), "xueshi@edu.test", PUBLIC, clock)
    again = email.message_from_bytes(bytes(message), policy=email.policy.default)
    assert again["Bcc"] is None
    assert set(again.keys()) == set(mail.compose(letter(), "xueshi@edu.test", PUBLIC, clock).keys())
    with_name = mail.compose(letter(to=f"chen@school.cn{ending}"), "xueshi@edu.test", PUBLIC, clock)
    assert with_name["To"] == "undisclosed-recipients:;"


@pytest.mark.parametrize(
    ("text", "is_one"),
    (
        ("chen@school.cn", True), ("a.b+c@x-y.edu.cn", True), ("chen", False), ("chen@school", False),
        ("chen@school.cn, all@school.cn", False), ("陈@school.cn", False), ("a@b..cn", False), ("<a@b.cn>", False),
        ("a@b.cn\n", False), (f"a@{'b' * 260}.cn", False),
    ),
)  # fmt: skip
def test_only_plain_addresses_are_addresses(text, is_one):
    assert mail.is_address(text) is is_one


def test_the_folder_keeps_a_file_a_message_for_its_owner_alone(tmp_path, clock):
    with mail.post(f"file://{tmp_path / 'mail'}", "xueshi@localhost", PUBLIC) as out:
        assert out.takes("demo-teacher@xueshi.invalid")
        out.send(letter(), clock)
        out.send(letter(), clock)
    [file] = (tmp_path / "mail").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("notice-1-2.eml", 0o600)
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_server_gets_letters_over_one_connection(clock):
    with postbox() as box, mail.post(box.url, "xueshi@edu.test", PUBLIC) as out:
        assert not out.takes("chen@xueshi.invalid") and not out.takes("chen@example.com") and not out.takes("")
        assert out.takes("chen@school.cn")
        out.send(letter(), clock)
        out.send(letter(to="he@school.cn", key="notice-3-3"), clock)
        assert [to for to, _message in box.received] == ["chen@school.cn", "he@school.cn"]
        assert box.connections == 1


def test_what_a_server_says_no_to(clock):
    with postbox() as box, mail.post(box.url, "xueshi@edu.test", PUBLIC) as out:
        box.replies["RCPT"] = [b"550 nobody", b"450 later"]
        box.replies["DATA"] = [b"554 spam"]
        for expected in (MailRefused, MailDelayed, MailRefused):
            with pytest.raises(expected):
                out.send(letter(), clock)
        out.send(letter(), clock)
        assert len(box.received) == 1
        url = box.url
    with pytest.raises(MailAway), mail.post(url, "xueshi@edu.test", PUBLIC) as out:
        out.send(letter(), clock)


def settings(tmp_path, **env):
    return Settings.from_environment({"INSTANCE_PATH": str(tmp_path), **env})


def test_settings_of_mail(tmp_path):
    assert settings(tmp_path).mail_url == f"file://{tmp_path.resolve() / 'mail'}"
    url = "smtp://us%40er:geheim@mail.edu.test:465?tls=ssl"
    held = settings(tmp_path, MAIL_URL=url, MAIL_FROM="xueshi@edu.test")
    assert held.mail_url == url and "geheim" not in repr(held)


@pytest.mark.parametrize(
    ("url", "sender"),
    (
        ("http://mail.edu.test", "a@b.cn"), ("smtp://mail.edu.test", ""), ("smtp://mail.edu.test?tls=no", "a@b.cn"),
        ("smtp://u:geheim@mail.edu.test", "a@b.cn"), ("smtp://mail.edu.test", "a@b.cn\nBcc: c@d.cn"),
    ),
)  # fmt: skip
def test_a_setting_that_makes_no_sense_stops_the_start(tmp_path, url, sender):
    with pytest.raises(ValueError, match="MAIL_") as refused:
        settings(tmp_path, MAIL_URL=url, MAIL_FROM=sender)
    assert "geheim" not in str(refused.value)
