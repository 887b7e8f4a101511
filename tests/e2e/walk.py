"""Looking at a page all the ways people do: widths, light and dark, folded and unfolded, with axe and with checks of our own.

What need not be looked at twice, and why:
- Dark changes colours only. Where every box keeps its place and its visibility, which is measured each time, only the rules about colour
  can answer differently than in light.
- Großdarstellung and 4K change sizes: there the layout is measured.
- Unfolding changes what was folded. The rules run in the unfolded parts, those about colour in the wide page; widths and cut texts are
  measured in the whole page.
- The answer to a refused form is the page of the form with what is wrong: what is folded there, and large, is looked at where it opens.
- A menu that lies over the page is opened alone, and once where other pages have the same one with other figures.
- A page with the same content as one seen before (another role's, say) can differ in its frame alone. Its frame is looked at in full on the
  start page of the role; for the rest of the pages the rules about the page as a whole run.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import Page

AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"
LOOK = Path(__file__).with_name("look.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR = ["color-contrast", "link-in-text-block"]
OF_THE_WHOLE_PAGE = ["cat.keyboard", "cat.semantics", "cat.parsing"]
SLOW = 60_000  # milliseconds; a busy machine is no failure
WIDTHS = {1280: 900, 320: 640}


@dataclass
class Findings:
    """What was counted and what is wrong, over all people of a walk."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    faults: dict[str, set[str]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def add(self, fault: str, where: str) -> None:
        self.faults.setdefault(fault, set()).add(where)

    def lines(self) -> Iterator[str]:
        """One line per fault with up to four places."""
        for fault, where in sorted(self.faults.items()):
            yield f"{fault}\n    in {len(where)}: " + "; ".join(sorted(where)[:4])

    def measured(self) -> str:
        counted = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        return f"{counted}; " + ", ".join(f"{what} {value:.0f} s" for what, value in sorted(self.seconds.items()))


class Walk:
    """One person's browser page on its way through the portal."""

    def __init__(self, page: Page, role: str, findings: Findings) -> None:
        self.page, self.role, self.findings = page, role, findings
        page.set_default_timeout(SLOW)
        # Init scripts are not subject to the CSP of the pages.
        page.add_init_script(path=AXE)
        page.add_init_script(path=LOOK)

    def visit(self, name: str, address: str) -> None:
        """Load the page once and look at it."""
        start = time.perf_counter()
        self._set(1280, "light")
        self.page.goto(address)
        self.findings.seconds["loading"] += time.perf_counter() - start
        self.look(f"{self.role} {name} {address}", frame=name == "start")

    def show(self, where: str, response: Any, *, brief: bool = False) -> None:
        """Look at an answer that no address leads to: what a refused form or an error shows. Nothing is sent."""
        self._set(1280, "light")
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
        address = "**/gezeigt/"
        self.page.route(address, lambda route: route.fulfill(status=response.status_code, headers=headers, body=response.content))
        self.page.goto("/gezeigt/")
        self.page.unroute(address)
        self.look(where, brief=brief)

    def look(self, where: str, *, frame: bool = False, brief: bool = False) -> None:
        """Look at the page that is open, with everything of its frame opened as well if `frame` says so; `brief`: as it is, no larger."""
        self.findings.counts["pages"] += 1
        for fault in self.page.evaluate("look.structure()"):
            self.findings.add(fault, where)
        content = hash(self.page.evaluate("look.content()"))
        if content in self.findings.seen:
            self._axe(where, self.page.evaluate("([tags, also]) => look.rules(tags, also)", [TAGS, OF_THE_WHOLE_PAGE]))
            self._layout(where)
            return
        self.findings.seen.add(content)
        self._all_ways(where)
        if brief:
            return
        self._large(where)
        if frame:
            self._opened(where)
        self._set(1280, "light")
        if self.page.evaluate("look.unfold('main')"):
            self._all_ways(f"{where} unfolded", "main details[open]")
        place = 0
        while menu := self.page.evaluate("place => look.menu(place)", place):
            if hash(menu) not in self.findings.seen:
                self.findings.seen.add(hash(menu))
                self._all_ways(f"{where} menu {place}", "main [data-over][open]")
            place += 1

    def _all_ways(self, where: str, within: str = "") -> None:
        for width in WIDTHS:
            self._set(width, "light")
            light = self.page.evaluate("look.boxes()")
            self._layout(f"{where} {width}")
            self._axe(f"{where} {width} light", None, within)
            if within and width == min(WIDTHS):
                continue
            self._set(width, "dark")
            moved = self.page.evaluate("look.boxes()") != light
            self.findings.counts["pages that dark moves"] += moved
            self._axe(f"{where} {width} dark", None if moved else OF_COLOUR, within)

    def _large(self, where: str) -> None:
        """The Großdarstellung on a usual projector, and a screen of 4K: nothing leaves the page, nothing is cut off."""
        self._set(1280, "light")
        self.page.evaluate("document.documentElement.classList.add('projektor')")
        self._layout(f"{where} projector")
        self.page.evaluate("document.documentElement.classList.remove('projektor')")
        self.page.set_viewport_size({"width": 3840, "height": 400})  # the layout follows the width; drawing less is quicker
        self._layout(f"{where} 3840")

    def _opened(self, where: str) -> None:
        """The menus of the frame, light and dark: folded ones in the wide header, popovers in the narrow one."""
        self._set(1280, "light")
        self.page.evaluate("look.unfold('body')")
        for scheme in ("light", "dark"):
            self._set(1280, scheme)
            self._axe(f"{where} menus {scheme}", None, "body > header")
        for scheme in ("light", "dark"):
            self._set(320, scheme)
            place = 0
            while self.page.evaluate("place => look.popover(place)", place):
                self._axe(f"{where} popover {place} {scheme}", None, ":popover-open")
                self._layout(f"{where} popover {place}")
                place += 1
        self.page.evaluate("document.querySelector(':popover-open')?.hidePopover()")

    def _set(self, width: int, scheme: Any) -> None:
        self.page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")

    def _layout(self, where: str) -> None:
        for fault in self.page.evaluate("look.layout()"):
            self.findings.add(fault, where)

    def _axe(self, where: str, rules: list[str] | None, within: str = "") -> None:
        start = time.perf_counter()
        self.findings.counts["states"] += 1
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        for violation in self.page.evaluate("([only, within]) => look.axe(only, within)", [only, within]):
            self.findings.add(violation, where)
        self.findings.seconds["axe"] += time.perf_counter() - start
