"""The Rücklauf: the steps of its bars are told apart by lightness alone, on both grounds; names of units do not break."""

from typing import Any

import pytest

from goals.models import Role
from tests import factories as make

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# From the ground on: what is not there, a draft, what waits for its approval, what came in.
STEPS = ["app", "bars__track", "bars__draft", "bars__release", "bars__in"]
LUMINANCE = """names => names.map(name => {
  const part = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  part.setAttribute("class", name);
  document.body.append(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  document.body.lastChild.append(part);
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = name === "app" ? getComputedStyle(document.body).backgroundColor : getComputedStyle(part).fill;
  pen.fillRect(0, 0, 1, 1);
  const colour = [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v / 255);
  const linear = colour.map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * linear[0] + .7152 * linear[1] + .0722 * linear[2];
})"""


@pytest.mark.parametrize(("scheme", "least"), [("light", 1.2), ("dark", 1.45)])
def test_every_step_is_seen_in_greyscale(open_page: Any, live_server: Any, scheme: str, least: float) -> None:
    make.member(Role.COORDINATOR, user=make.user("anna", password=make.PASSWORD))
    page = open_page("anna", color_scheme=scheme)
    found = page.evaluate(LUMINANCE, STEPS)
    contrasts = [(max(pair) + 0.05) / (min(pair) + 0.05) for pair in zip(found, found[1:], strict=False)]
    assert min(contrasts) >= least, contrasts
    assert found in (sorted(found), sorted(found, reverse=True))


@pytest.mark.parametrize(("width", "is_large"), [(1280, False), (1150, False), (1024, False), (900, False), (1280, True)])
def test_names_of_units_keep_their_room(open_page: Any, live_server: Any, width: int, is_large: bool) -> None:
    make.member(Role.COORDINATOR, user=make.user("anna", password=make.PASSWORD))
    make.filled_round(2, lead=make.unit(name="Gleichstellungsbeauftragte"))
    page = open_page("anna", viewport={"width": width, "height": 900})
    page.goto("/ruecklauf/")
    if is_large:
        page.evaluate("document.documentElement.classList.add('projektor')")
    name = page.locator(".returns-table").get_by_role("link", name="Gleichstellungsbeauftragte")
    assert name.evaluate("one => one.getClientRects().length") == 1, "the word breaks"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
