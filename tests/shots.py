"""``python -m tests.shots``: pictures of every main screen into ``docs/shots/``, from a demonstration loaded for it.

Names of pictures as arguments take those alone. The screens themselves are listed here, what one does before a picture
is taken (choose rows, press a key) too.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

from flask_appbuilder.security.sqla.models import User
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from app.demo.load import Size, load
from app.models import Certificate, Claim, Standing
from app.services import preferences
from app.services.store import store
from tests.e2e.serving import NOW, ROOT, Served, serve
from tests.e2e.watching import ARGUMENTS, CHROMIUM, Visitor

FOLDER = ROOT / "docs" / "shots"
PASSWORD = "xueshi-demo"
COLOURS = 200
TALLEST = 1500


class Shot(NamedTuple):
    """One picture: who looks at what, how wide, in which language and light."""

    name: str
    account: str
    path: str
    width: int = 1440
    locale: str = "zh-CN"
    scheme: Literal["light", "dark"] = "light"
    scale: float = 1
    act: Callable[[Page], Any] | None = None


def press(*keys: str, wait: str = "") -> Callable[[Page], None]:
    """Press keys one after the other, then wait for something to be seen."""

    def act(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)
        if wait:
            page.locator(wait).first.wait_for()

    return act


def find(words: str) -> Callable[[Page], None]:
    """Search everything for ``words``."""

    def act(page: Page) -> None:
        page.keyboard.press("Control+k")
        page.keyboard.type(words)
        page.locator("[role=option]").first.wait_for()

    return act


def choose_and_approve(page: Page) -> None:
    """Choose every row of the page and ask for approval: the page that says what is unusual."""
    page.locator("thead input[type=checkbox]").check()
    page.locator(".bulkbar button", has_text="通过").first.click()
    page.locator(".page-bulk").wait_for()


def shots(of: dict[str, Any]) -> list[Shot]:
    """All pictures; ``of``: records worth showing."""
    claim, standing = f"/claims/show/{of['claim']}", f"/standings/show/{of['standing']}"
    certificate, draft = f"/certificates/show/{of['certificate']}", f"/claims/edit/{of['draft']}"
    verify = f"/verify/{of['code']}"
    flagged, carried = f"/claims/show/{of['flagged']}", f"/standings/show/{of['carried']}"
    compared = "/policies/compare?a=guangzhou-2020&b=guangdong-2021&only=differences"
    return [
        Shot("login", "", "/login/"),
        Shot("home-teacher", "teacher", "/"),
        Shot("home-school", "school", "/"),
        Shot("home-authority", "authority", "/"),
        Shot("home-city", "city", "/"),
        Shot("claims-list", "school", "/claims/list/"),
        Shot("claim", "school", claim),
        Shot("claim-form", "teacher", draft),
        Shot("standings-list", "authority", "/standings/list/"),
        Shot("standing-why", "teacher", standing),
        Shot("certificates-list", "authority", "/certificates/list/"),
        Shot("certificate", "authority", certificate),
        Shot("verify", "", verify),
        Shot("activate", "", "/activate/"),
        Shot("teachers-list", "school", "/teachers/list/"),
        Shot("teacher", "school", f"/teachers/show/{of['teacher']}"),
        Shot("schools-list", "city", "/schools/list/"),
        Shot("districts-list", "city", "/districts/list/"),
        Shot("activities-list", "organiser", "/activities/list/"),
        Shot("attendance-list", "school", "/attendance/list/"),
        Shot("import", "school", "/imports/"),
        Shot("result-lists", "school", "/lists/"),
        Shot("policies", "teacher", "/policies/list/"),
        Shot("policy", "teacher", "/policies/show/guangdong-2021"),
        Shot("policies-compared", "city", compared),
        Shot("rules", "teacher", "/policies/rules"),
        Shot("policy-bindings", "city", "/bindings/list/"),
        Shot("what-if", "city", "/simulations/"),
        Shot("what-if-answer", "city", of["answer"]),
        Shot("what-if-schools", "city", of["answer"].replace("/show/", "/schools/")),
        Shot("exemptions-list", "authority", "/exemptions/list/"),
        Shot("exemption-add", "authority", "/exemptions/add"),
        Shot("extensions-list", "authority", "/extensions/list/"),
        Shot("claim-flagged", "authority", flagged),
        Shot("standing-carried", "teacher", carried),
        Shot("jobs", "city", "/jobs/list/"),
        Shot("audit", "auditor", "/audit/list/"),
        Shot("users", "admin", "/users/list/"),
        Shot("claim-en", "authority", claim, locale="en-US"),
        Shot("claim-form-en", "teacher", draft, locale="en-US"),
        Shot("what-if-answer-en", "city", of["answer"], locale="en-US"),
        Shot("rules-en", "teacher", "/policies/rules", locale="en-US"),
        Shot("policies-compared-360", "city", compared, width=360, scale=1.5),
        Shot("standing-why-dark", "teacher", standing, scheme="dark"),
        Shot("claims-list-dark", "school", "/claims/list/", scheme="dark"),
        Shot("claim-form-360", "teacher", draft, width=360, scale=1.5),
        Shot("standing-why-360", "teacher", standing, width=360, scale=1.5),
        Shot("verify-360", "", verify, width=360, scale=1.5),
        *desk_and_help(of),
    ]


def desk_and_help(of: dict[str, Any]) -> list[Shot]:
    """What the review desk brought: the desk, homes and figures, one's own pages, help."""
    english = {"locale": "en-US"}
    phone: dict[str, Any] = {"width": 360, "scale": 1.5}
    waiting = "/claims/list/?state=submitted"
    return [
        Shot("desk", "authority", "/review/"),
        Shot("desk-dark", "authority", "/review/", scheme="dark"),
        Shot("desk-en", "authority", "/review/", **english),
        Shot("desk-360", "school", "/review/", **phone),
        Shot("desk-reasons", "authority", "/review/", act=press("r")),
        Shot("bulk", "school", waiting, act=choose_and_approve),
        Shot("home-authority-en", "authority", "/", **english),
        Shot("home-authority-dark", "authority", "/", scheme="dark"),
        Shot("home-teacher-360", "teacher", "/", **phone),
        Shot("statistics", "city", "/statistics/"),
        Shot("profile", "teacher", "/profile/"),
        Shot("notices", "teacher", "/notices/"),
        Shot("style", "admin", "/style/"),
        Shot("search", "city", "/", act=find("陈")),
        Shot("claims-list-en", "school", "/claims/list/", **english),
        Shot("claims-list-360", "school", "/claims/list/", **phone),
        Shot("claim-returned", "teacher", f"/claims/edit/{of['returned']}"),
        Shot("help", "school", "/help/reviewing"),
        Shot("help-panel", "school", "/claims/list/", act=press("?", wait="#keys[open]")),
    ]


def demonstration(session: Any) -> None:
    load(session, store(), NOW, Size(240))
    # The tour stands over the home page until somebody has seen it.
    for user in session.scalars(select(User.id)):
        preferences.toured(session, user, NOW)


def records(served: Served) -> dict[str, Any]:
    """The demonstration teacher's year, a claim with two files, a certificate that holds."""
    with served.session() as session:
        teacher = session.scalars(select(Standing.teacher_id).order_by(Standing.teacher_id)).first()
        claim = session.scalars(
            select(Claim)
            .where(Claim.state == "submitted", Claim.teacher_id != teacher, Claim.school_id == 1)
            .order_by(Claim.id)
        )
        mine = select(Claim.id).where(Claim.teacher_id == teacher)
        certificate = session.scalars(
            select(Certificate).where(Certificate.teacher_id == teacher, Certificate.state == "valid")
        ).first()
        return {
            "teacher": teacher,
            "claim": max(claim, key=lambda one: len(one.evidence)).id,
            "returned": session.scalars(mine.where(Claim.state == "returned")).first(),
            "draft": session.scalars(mine.where(Claim.state == "draft", Claim.evidence.any())).first(),
            "standing": session.scalars(
                select(Standing.id).where(Standing.teacher_id == teacher, Standing.year == NOW.year)
            ).one(),
            "flagged": session.scalars(
                select(Claim.id).where(Claim.is_flagged, Claim.state == "passed_first", Claim.school_id == 1)
            ).first(),
            "carried": session.scalars(
                select(Standing.id).where(Standing.teacher_id == teacher, Standing.carried_in > 0)
            ).first(),
            "certificate": certificate.id,
            "code": certificate.code,
        }


def answer(browser: Browser, served: Served) -> str:
    """Ask how many would pass the last year if it asked for more electives; where the answer stands."""
    visitor = Visitor(browser, served.url)
    visitor.sign_in("demo-city", PASSWORD)
    page = visitor.go(f"/simulations/?year={NOW.year - 1}")
    page.locator("[name=minimum_elective]").fill("24")
    page.locator("form[data-keep] button[type=submit]").click()
    page.locator(".tally").wait_for()
    path = page.url.removeprefix(served.url)
    visitor.close()
    return path


def take(browser: Browser, served: Served, shot: Shot) -> bytes:
    """The page as a PNG, at most TALLEST pixels high where it scrolls for long."""
    visitor = Visitor(
        browser,
        served.url,
        locale=shot.locale,
        width=shot.width,
        scheme=shot.scheme,
        device_scale_factor=shot.scale,
    )
    if shot.account:
        visitor.sign_in(f"demo-{shot.account}", PASSWORD)
    answer = visitor.page.goto(served.url + shot.path)
    visitor.page.wait_for_load_state("networkidle")
    assert answer is not None and answer.ok, f"{shot.path}: {answer and answer.status}"
    if shot.act:
        shot.act(visitor.page)
        visitor.page.wait_for_load_state("networkidle")
    assert visitor.faults == [], visitor.faults
    height = visitor.page.evaluate("document.documentElement.scrollHeight")
    visitor.page.set_viewport_size({"width": shot.width, "height": min(TALLEST, max(height, 640))})
    visitor.page.wait_for_load_state("networkidle")
    picture = visitor.page.screenshot(animations="disabled")
    visitor.close()
    return picture


def small(picture: bytes) -> bytes:
    """The same picture with a palette: a third of the size, and no difference to the eye."""
    held = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        # Each pixel takes the nearest colour: dithering would grain the flat grounds, and not compress.
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
    return held.getvalue()


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="xueshi-shots-"))
    try:
        with serve(folder, demonstration) as served, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            total = 0
            wanted = sys.argv[1:]
            needed = {"answer": answer(browser, served) if not wanted else "/simulations/"}
            for shot in shots(records(served) | needed):
                if wanted and shot.name not in wanted:
                    continue
                picture = small(take(browser, served, shot))
                (FOLDER / f"{shot.name}.png").write_bytes(picture)
                total += len(picture)
                print(f"{shot.name:24} {len(picture) // 1024:>5} KB")
            browser.close()
        print(f"{total / 1024 / 1024:.1f} MB in {FOLDER.relative_to(ROOT)}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
