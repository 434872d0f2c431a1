"""``make lighthouse``: accessibility and best practices of home, list, desk and form, on a phone and a desktop.

Serves a demonstration of its own, signs in, and runs the pinned Lighthouse of ``package.json`` with this machine's
Chromium. Prints a table, writes ``docs/lighthouse.md``, and exits 1 where a score is below what is promised.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright
from sqlalchemy import select

from app.models import Claim
from tests.e2e.serving import NOW, ROOT, Served, serve
from tests.e2e.watching import ARGUMENTS, CHROMIUM, Visitor
from tests.shots import PASSWORD, demonstration

HERE = Path(__file__).parent
RUNNER = HERE / "node_modules" / "lighthouse" / "cli" / "index.js"
REPORT = ROOT / "docs" / "lighthouse.md"
CATEGORIES = ("accessibility", "best-practices")
LEAST = 95
DEVICES: dict[str, tuple[str, ...]] = {"phone": (), "desktop": ("--preset=desktop",)}


class Screen(NamedTuple):
    """A page, and who opens it."""

    name: str
    account: str
    path: str


def screens(served: Served) -> list[Screen]:
    with served.session() as session:
        draft = session.scalars(select(Claim.id).where(Claim.state == "draft").order_by(Claim.id)).first()
    return [
        Screen("home", "demo-authority", "/"),
        Screen("home, teacher", "demo-teacher", "/"),
        Screen("list", "demo-school", "/claims/list/"),
        Screen("desk", "demo-school", "/review/"),
        Screen("form", "demo-teacher", f"/claims/edit/{draft}"),
    ]


def missing() -> str:
    """What has to be installed first; empty where nothing is."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "Node.js 20 or newer and npm are needed: apt-get install nodejs npm"
    if not Path(CHROMIUM).exists():
        return "Chromium is needed: apt-get install chromium"
    return ""


def cookie(served: Served, account: str) -> str:
    """A signed-in session's cookie."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        visitor = Visitor(browser, served.url)
        visitor.sign_in(account, PASSWORD)
        held = visitor.context.cookies()
        browser.close()
    return "; ".join(f"{one['name']}={one['value']}" for one in held)


def judge(served: Served, screen: Screen, options: tuple[str, ...], held: str, folder: Path) -> dict[str, Any]:
    """Lighthouse's report on one page."""
    answer = folder / "report.json"
    headers = json.dumps({"Cookie": held})
    command = [
        "node", str(RUNNER), served.url + screen.path, "--quiet", "--output=json", f"--output-path={answer}",
        f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}",
        f"--chrome-flags={' '.join(('--headless=new', *ARGUMENTS))}", *options,
    ]  # fmt: skip
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": CHROMIUM})
    report: dict[str, Any] = json.loads(answer.read_text("utf-8"))
    assert report["finalDisplayedUrl"].startswith(served.url + screen.path), report["finalDisplayedUrl"]
    return report


def faults(report: dict[str, Any]) -> list[str]:
    """The audits that took points off."""
    weighed = [
        one["id"] for name in CATEGORIES for one in report["categories"][name]["auditRefs"] if one["weight"] > 0
    ]
    audits = report["audits"]
    return [f"{name}: {audits[name]['title']}" for name in weighed if audits[name]["score"] not in (None, 1)]


def main() -> int:
    """Judge every screen on every device."""
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 2
    if not RUNNER.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, check=True)
    folder = Path(tempfile.mkdtemp(prefix="xueshi-lighthouse-"))
    rows, least, version = [], 100, ""
    try:
        with serve(folder / "instance", demonstration) as served:
            for screen in screens(served):
                held = cookie(served, screen.account)
                for device, options in DEVICES.items():
                    report = judge(served, screen, options, held, folder)
                    version = report["lighthouseVersion"]
                    scores = [round(report["categories"][name]["score"] * 100) for name in CATEGORIES]
                    least = min(least, *scores)
                    rows.append((screen.name, device, *scores, "; ".join(faults(report)) or "none"))
                    print("{:15} {:8} {:>4} {:>4}  {}".format(*rows[-1]), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    table = "\n".join("| {} | {} | {} | {} | {} |".format(*row) for row in rows)
    REPORT.write_text(
        f"# Lighthouse\n\nLighthouse {version}, signed in to a demonstration of {NOW:%Y-%m-%d}, by "
        f"`make lighthouse`. Promised: {LEAST} or more.\n\n"
        "| screen | device | accessibility | best practices | what took points off |\n|---|---|---|---|---|\n"
        f"{table}\n",
        "utf-8",
    )
    return 0 if least >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
