"""The forms of a page, found in its HTML: for all tests that walk over the pages and send what they find."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from lxml import html

WRITTEN = ".//textarea[@name] | .//input[@name and (not(@type) or @type='text' or @type='email' or @type='date')]"
_FILLED = "not(@type='hidden' or @type='checkbox' or @type='radio')"
_EMPTIED = f".//textarea[@name] | .//select[@name and not(@multiple)] | .//input[@name and {_FILLED}]"


@dataclass(frozen=True)
class PageForm:
    """A form that posts, with one of the buttons that send it."""

    form: Any
    button: Any
    address: str

    @property
    def target(self) -> str:
        return urljoin(self.address, self.button.get("formaction") or self.form.get("action") or "")

    @property
    def written(self) -> list[Any]:
        """The fields that people type into."""
        return list(self.form.xpath(WRITTEN))

    @property
    def pressed(self) -> dict[str, str]:
        return {self.button.get("name"): self.button.get("value", "")} if self.button.get("name") else {}

    def as_is(self) -> dict[str, Any]:
        """What a browser sends if nothing is typed."""
        return dict(self.form.form_values()) | self.pressed

    def emptied(self) -> dict[str, Any]:
        """Nothing entered, nothing chosen, but what the page itself put in."""
        hidden = {field.get("name"): field.get("value", "") for field in self.form.xpath(".//input[@name and @type='hidden']")}
        return hidden | {field.get("name"): "" for field in self.form.xpath(_EMPTIED)} | self.pressed


def forms_of(response: Any, address: str) -> Iterator[PageForm]:
    """The forms in the content of a page, once with each button that sends them."""
    page = html.fromstring(response.content.decode())
    for form in page.xpath("//main//form[@method='post']"):
        outside = page.xpath("//button[@form=$id]", id=form.get("id", "-"))
        for button in [*form.xpath(".//button[not(@type) or @type='submit']"), *outside]:
            if button.get("formmethod") != "get":
                yield PageForm(form, button, address)
