"""Every page of the navigation, and a record of each kind, for each demonstration account, wide and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from app.demo.load import Size, load
from app.models import Claim, Evidence, Standing
from app.services.store import store
from tests.e2e.serving import NOW, Served, serve
from tests.e2e.watching import Visitor

pytestmark = pytest.mark.browser

PASSWORD = "xueshi-demo"
# One account a role. The centre's holds the same role as the district's.
ACCOUNTS = ("admin", "city", "authority", "school", "organiser", "auditor", "teacher")
LANGUAGES = ("zh-CN", "en-US")
# These also open the first record of each list, and the forms: between them they reach every kind.
OPENERS = ("admin", "city", "school", "teacher")
LISTS_WITH_FORMS = (
    "/claims/list/", "/teachers/list/", "/activities/list/", "/extensions/list/", "/exemptions/list/", "/bindings/list/"
)  # fmt: skip
# Where no navigation leads, or only a part of it.
FURTHER = {
    "school": ("/review/", "/search/?q=%E9%99%88", "/help/reviewing"),
    "teacher": ("/notices/", "/profile/", "/help/claiming"),
    "city": ("/search/?q=%E9%99%88", "/style"),
    "admin": ("/style", "/profile/"),
}
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}


def demonstration(session: Any) -> None:
    load(session, store(), NOW, Size(60))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("demo") / "instance", demonstration) as running:
        yield running


class Judge:
    """Which page was judged at which width, in which language and theme: the same kind of page once a process.

    What differs between the roles is what stands on a page, so at 1440 px in Chinese each role's is judged; with
    ``--everywhere`` nothing is left out.
    """

    def __init__(self) -> None:
        self.seen: set[tuple[str, ...]] = set()
        self.leaves_out = True

    def is_due(self, path: str, *how: str) -> bool:
        key = (re.sub(r"\d+", "", path), *how)
        if self.leaves_out and key in self.seen:
            return False
        self.seen.add(key)
        return True


judge = Judge()


@pytest.fixture(autouse=True)
def thoroughness(request: pytest.FixtureRequest) -> None:
    judge.leaves_out = not request.config.getoption("--everywhere")


def look(visitor: Visitor, path: str, *who: str) -> list[str]:
    """Open a page wide and narrow; what axe-core finds at either width, and whether it is wider than the screen."""
    page = visitor.go(path)
    found = []
    for width, size in (("1440", WIDE), ("360", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        whose = who if width == "1440" else ()
        if judge.is_due(path, width, visitor.locale, visitor.scheme, *whose):
            found += [f"{width} px, {visitor.locale}: {one}" for one in visitor.violations()]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{width} px, {visitor.locale}: {path} is wider than the screen")
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    return found


def paths_of(visitor: Visitor) -> list[str]:
    """Where the side navigation leads, and "/"."""
    found = visitor.page.eval_on_selector_all("nav.sidebar a[href^='/']", "all => all.map((one) => one.pathname)")
    return list(dict.fromkeys(["/", *found]))


def first_record(visitor: Visitor) -> str:
    links = visitor.page.eval_on_selector_all(
        "main td a[href*='/show/']", "all => all.map((one) => one.pathname + one.search)"
    )
    here = visitor.page.url.removeprefix(visitor.url).partition("/list/")[0]
    return next((link for link in links if link.startswith(f"{here}/show/")), "")


def has_form(visitor: Visitor) -> bool:
    return bool(visitor.page.locator(".page-actions a[href$='/add'], a[href*='/add?']").count())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("account", ACCOUNTS)
def test_no_page_complains_or_shuts_anybody_out(demo: Served, browser: Browser, account: str, language: str) -> None:
    visitor = Visitor(browser, demo.url, locale=language)
    visitor.sign_in(f"demo-{account}", PASSWORD)
    whose = (account,) if language == "zh-CN" or not judge.leaves_out else ()
    found: list[str] = []
    for path in (*paths_of(visitor), *FURTHER.get(account, ())):
        found += look(visitor, path, *whose)
        if account not in OPENERS or "/list/" not in path:
            continue
        forms = [path.replace("/list/", "/add")] if path in LISTS_WITH_FORMS and has_form(visitor) else []
        found += [one for more in [first_record(visitor), *forms] if more for one in look(visitor, more)]
    assert found == []
    assert visitor.faults == []
    visitor.close()


def test_nor_do_the_pages_that_no_navigation_leads_to(demo: Served, browser: Browser) -> None:
    """Rules, two policies side by side, a year with carried hours, one that is exempt, a claim like another."""
    with demo.session() as session:
        carried = session.scalars(select(Standing.id).where(Standing.carried_in > 0)).first()
        exempt = session.scalars(select(Standing.id).where(Standing.result == "exempt")).first()
        flagged = session.scalars(select(Claim.id).where(Claim.is_flagged, Claim.state == "submitted")).first()
        translated = session.scalars(select(Evidence.claim_id).where(Evidence.purpose == "translation")).first()
    paths = (
        "/policies/rules",
        "/policies/show/guangdong-2021",
        "/policies/compare?a=guangzhou-2020&b=guangdong-2021",
        f"/standings/show/{carried}",
        f"/standings/show/{exempt}",
        f"/claims/show/{flagged}",
        f"/claims/show/{translated}",
    )
    visitor = Visitor(browser, demo.url)
    visitor.sign_in("demo-city", PASSWORD)
    assert [one for path in paths for one in look(visitor, path)] == []
    assert visitor.faults == []
    visitor.close()


def test_nor_does_the_answer_to_a_simulation(demo: Served, browser: Browser) -> None:
    visitor = Visitor(browser, demo.url)
    visitor.sign_in("demo-city", PASSWORD)
    page = visitor.go(f"/simulations/?year={NOW.year - 1}")
    page.locator("[name=minimum_elective]").fill("24")
    page.locator("form[data-keep] button[type=submit]").click()
    page.locator(".tally").wait_for()
    answer = page.url.removeprefix(demo.url)
    schools = answer.replace("/show/", "/schools/")
    assert [one for path in (answer, schools) for one in look(visitor, path)] == []
    school = page.locator("main tbody a").first.get_attribute("href")
    assert school is not None and look(visitor, school) == []
    assert visitor.faults == []
    visitor.close()


@pytest.mark.parametrize("path", ["/login/", "/activate/", "/verify/"])
def test_no_public_page_does_either(demo: Served, browser: Browser, path: str) -> None:
    visitor = Visitor(browser, demo.url)
    assert look(visitor, path) == []
    assert visitor.faults == []
    visitor.close()


@pytest.mark.parametrize("account", ["school", "teacher", "city"])
def test_the_pages_are_as_good_in_the_dark(demo: Served, browser: Browser, account: str) -> None:
    visitor = Visitor(browser, demo.url, scheme="dark")
    visitor.sign_in(f"demo-{account}", PASSWORD)
    further = ("/claims/add", "/claims/show/8", "/standings/show/5") if account == "teacher" else ()
    paths = (*paths_of(visitor), *FURTHER.get(account, ()), *further)
    assert [one for path in paths for one in look(visitor, path)] == []
    assert visitor.faults == []
    visitor.close()
