"""What a browser page must never do: complain, break the content policy, reach another host, or shut people out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Request

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
CHROMIUM = "/usr/bin/chromium"
# Read from the package that ships it: nothing is fetched.
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
SERIOUS = ("serious", "critical")
RUN = """axe.run(document, {resultTypes: ['violations']}).then((found) => JSON.stringify(found.violations.map(
  (one) => [one.impact, one.id, one.nodes.slice(0, 3).map((node) => node.target.join(' '))])))"""


class Visitor:
    """A person at a browser of their own. ``faults`` holds everything that should not have happened."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        *,
        locale: str = "zh-CN",
        width: int = 1440,
        scheme: Literal["light", "dark"] = "light",
        **options: Any,
    ) -> None:
        self.url, self.locale, self.scheme = url, locale, scheme
        self.faults: list[str] = []
        size = {"width": width, "height": 900 if width > 500 else 740}
        self.context: BrowserContext = browser.new_context(viewport=size, locale=locale, color_scheme=scheme, **options)  # type: ignore[arg-type]
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.context.on("request", self._ask)
        self._debugger: CDPSession | None = None

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(f"console on {self.page.url}: {message.text}")

    def _ask(self, request: Request) -> None:
        if not request.url.startswith((self.url, "blob:", "chrome-extension:", "chrome:")):
            self.faults.append(f"request to another host: {request.url}")

    def go(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def sign_in(self, username: str, password: str) -> None:
        self.go("/login/")
        self.page.fill("#username", username)
        self.page.fill("#password", password)
        self.page.press("#password", "Enter")
        self.page.wait_for_selector("nav.sidebar", state="attached")

    def violations(self) -> list[str]:
        """What axe-core finds serious or critical on the page as it stands."""
        # Through the debugger: the page's content policy admits no script of ours.
        if self._debugger is None:
            self._debugger = self.context.new_cdp_session(self.page)
        known = self._debugger.send("Runtime.evaluate", {"expression": "'axe' in window", "returnByValue": True})
        script = RUN if known["result"]["value"] else f"{AXE};{RUN}"
        answer = self._debugger.send(
            "Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True}
        )
        found = json.loads(answer["result"]["value"])
        return [f"{self.page.url}: {impact} {rule} at {nodes}" for impact, rule, nodes in found if impact in SERIOUS]

    def close(self) -> None:
        self.context.close()
