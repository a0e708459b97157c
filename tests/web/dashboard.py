"""The real dashboard in a real browser, which must say nothing that a developer would have to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Response, expect

from tests.serving import OWNER, PASSWORD, Served
from tests.watching import eventually

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUNS_OVER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
PATIENCE = 30_000  # milliseconds, of which an idle machine takes a few hundred


@dataclass
class Dashboard:
    """One window. `wrong` is what the browser complained of."""

    page: Page
    served: Served
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        expected = "Failed to load resource: the server responded with a status of 4"  # a refusal, which pages show
        if message.type in {"error", "warning"} and not message.text.startswith(expected):
            self.wrong.append(f"{self.page.url}: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.wrong.append(f"{response.request.method} {response.url}: {response.status}")

    def open(self, path: str) -> None:
        self.page.goto(self.served.address + path)

    def heading(self, text: str) -> None:
        expect(self.page.get_by_role("heading", name=text, level=1)).to_be_visible(timeout=PATIENCE)

    def told(self, text: str) -> None:
        """What a toast says."""
        expect(self.page.locator(".toast").filter(has_text=text).first).to_be_visible(timeout=PATIENCE)

    def press(self, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("button", name=name).first.click()

    def set_up(self) -> None:
        """The first account, by the link from the terminal."""
        assert self.served.link is not None
        self.page.goto(self.served.link)
        self.page.get_by_label("Email").fill(OWNER)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_label("The same once more").fill(PASSWORD)
        self.press("Begin")
        self.heading("Overview")

    def sign_in(self, password: str = PASSWORD) -> None:
        self.page.get_by_label("Email").fill(OWNER)
        self.page.get_by_label("Password").fill(password)
        self.press("Sign in")

    def add_folder(self, name: str, folder: Path) -> None:
        self.open("/sources/new?kind=watchfolder")
        self.page.get_by_role("textbox", name="Name", exact=True).fill(name)
        self.page.get_by_role("textbox", name="Folder", exact=True).fill(str(folder))
        self.press("Add this source")
        self.heading(name)
        here = self.page.url
        eventually(lambda: self._is_watched(here), what=self.served.log)

    def _is_watched(self, source: str) -> bool:
        self.page.goto(source)
        return "Watching" in self.page.get_by_role("heading", level=1).inner_text()

    def shot(self, old: str) -> Locator:
        """The card of a photo that waits, by its present name."""
        return self.page.locator(".shot").filter(has=self.page.locator(".old", has_text=old))

    def complaints(self) -> list[str]:
        found = Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
        said = [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]
        return [*said, *(["runs over the side"] if self.page.evaluate(RUNS_OVER) else [])]


@contextmanager
def opened(browser: Browser, served: Served, *, scripts: bool = True) -> Iterator[Dashboard]:
    """A window of its own, with cookies of its own; afterwards nothing must have been wrong."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, java_script_enabled=scripts)
    with closing(context):
        dashboard = Dashboard(context.new_page(), served)
        yield dashboard
        assert dashboard.wrong == []


@contextmanager
def closing(context: BrowserContext) -> Iterator[None]:
    try:
        yield
    finally:
        context.close()
