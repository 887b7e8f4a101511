"""The pictures of the help are taken from the real pages, and show what these show today.

Every picture is taken and compared with the committed one: the visible words must be the same, the drawing may differ a little, so that
another version of Chromium does not matter. `UPDATE_HELP_PICTURES=1` writes them anew.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from playwright.sync_api import Browser, Page

from evalportal.example.people import PASSWORD
from evalportal.help.pictures import ALT, DIRECTORY, SCALE
from tests.e2e.conftest import OpenPage, sign_in_by_form
from tests.e2e.help_shots import NOW, SHOTS, Shot, build_example_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UPDATE: Final = bool(os.environ.get("UPDATE_HELP_PICTURES"))
WORDS: Final = Path(__file__).with_name("help_pictures.json")
HOW: Final = "UPDATE_HELP_PICTURES=1 pytest -q tests/e2e/test_help_pictures.py"
# Share of the points of the reduced picture that may have another colour: letters move by a fraction of a pixel, pages do not.
TOLERANCE: Final = 0.04
ROOM: Final = 12
MOST_BYTES: Final = 78 * 1024
WIDEST: Final = 1440

# The box around all parts, and the words that can be seen in it: those surely inside, and those near the lower edge, which a shift of
# a few points moves across it.
_BOX: Final = """parts => {
  const boxes = parts.flatMap(part => [...document.querySelectorAll(part)].slice(0, 1)).map(found => found.getBoundingClientRect());
  const left = Math.min(...boxes.map(box => box.left)), top = Math.min(...boxes.map(box => box.top)) + scrollY;
  const right = Math.max(...boxes.map(box => box.right)), bottom = Math.max(...boxes.map(box => box.bottom)) + scrollY;
  const header = document.querySelector(".app-header").getBoundingClientRect().bottom + scrollY;
  return {count: boxes.length, left, top, right, bottom, header, page: document.documentElement.scrollWidth};
}"""
_VISIBLE: Final = """box => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), inside = [], edge = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const at = range.getBoundingClientRect();
    if (!at.width || at.height < 5 || !node.data.trim()) continue;
    if (!node.parentElement.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    if (getComputedStyle(node.parentElement).clipPath !== "none") continue;
    const middle = (at.top + at.bottom) / 2 + scrollY;
    const below = middle - box.y - box.height;
    if (middle < box.y || below > 24 || at.right < box.x || at.left > box.x + box.width) continue;
    (below < -24 ? inside : edge).push(node.data.replace(/\\s+/g, " ").trim());
  }
  return {inside, edge};
}"""
# What the browser itself draws, as a German one does: this Chromium may have no German words.
_GERMAN: Final = """() => {
  for (const field of document.querySelectorAll("input[type=date]")) {
    const value = field.value;
    field.type = "text";
    field.value = value ? value.split("-").reverse().join(".") : "TT.MM.JJJJ";
  }
  for (const field of document.querySelectorAll("input[type=file]")) {
    const drawn = Object.assign(document.createElement("span"), {className: field.className});
    drawn.append(Object.assign(document.createElement("button"), {textContent: "Datei auswählen"}), " Keine Datei ausgewählt");
    field.replaceWith(drawn);
  }
}"""
# PNG to WebP, no wider than a page of the help shows it on a fine screen.
_PRESS: Final = """async ({png, quality, widest}) => {
  const image = await createImageBitmap(await (await fetch(png)).blob());
  const width = Math.min(image.width, widest), height = Math.round(image.height * width / image.width);
  const reduced = await createImageBitmap(image, {resizeWidth: width, resizeHeight: height, resizeQuality: "high"});
  const canvas = Object.assign(document.createElement("canvas"), {width, height});
  canvas.getContext("2d", {alpha: false}).drawImage(reduced, 0, 0);
  return canvas.toDataURL("image/webp", quality);
}"""
# Both pictures reduced to an eighth, which leaves letters as grey; how many points differ clearly.
_DIFFERENCE: Final = """async ([one, other]) => {
  const points = [];
  let width = 0, height = 0;
  for (const address of [one, other]) {
    const image = await createImageBitmap(await (await fetch(address)).blob());
    width = width || Math.round(image.width / 8), height = height || Math.round(image.height / 8);
    const reduced = await createImageBitmap(image, {resizeWidth: width, resizeHeight: height, resizeQuality: "high"});
    const context = Object.assign(document.createElement("canvas"), {width, height}).getContext("2d", {alpha: false});
    context.drawImage(reduced, 0, 0);
    points.push(context.getImageData(0, 0, width, height).data, [image.width, image.height]);
  }
  const [first, size, second, otherSize] = points;
  let differing = 0;
  for (let i = 0; i < first.length; i += 4) {
    if (Math.max(...[0, 1, 2].map(j => Math.abs(first[i + j] - second[i + j]))) > 40) differing += 1;
  }
  return {share: differing / (first.length / 4), size, otherSize};
}"""


# The words `inside` a picture and at its `edge`.
Words = dict[str, list[str]]


def _address(picture: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


@pytest.fixture
def desk(browser: Browser) -> Any:
    """An empty page that turns and compares pictures; no policy of the portal stands in its way."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def take(page: Page, shot: Shot) -> tuple[bytes, Words]:
    """Return the picture as PNG and the words that can be seen in it."""
    page.set_viewport_size({"width": shot.width, "height": shot.height})
    page.goto(shot.address())
    page.evaluate("document.fonts.ready")
    if shot.before:
        shot.before(page)
    page.evaluate(_GERMAN)
    box = page.evaluate(_BOX, list(shot.parts))
    assert box["count"] == len(shot.parts), f"{page.url}: only {box['count']} of {shot.parts} are there"
    left, top = max(0, box["left"] - ROOM), max(box["header"], box["top"] - ROOM)
    right, bottom = min(box["right"] + ROOM, box["page"]), min(box["bottom"] + ROOM, top + shot.most)
    clip = {"x": round(left), "y": round(top), "width": round(right - left), "height": round(bottom - top)}
    words = page.evaluate(_VISIBLE, clip)
    png = page.screenshot(clip=clip, full_page=True, animations="disabled", caret="hide")
    return png, words


def press(desk: Page, png: bytes) -> bytes:
    """Return the picture as WebP: as good as its weight allows."""
    for quality in (0.6, 0.5, 0.4, 0.3):
        pressed = desk.evaluate(_PRESS, {"png": _address(png, "png"), "quality": quality, "widest": WIDEST})
        found = base64.b64decode(pressed.split(",", 1)[1])
        if len(found) <= MOST_BYTES:
            break
    return found


def other_words(before: Words, now: Words) -> str:
    """Say which words came and went, nothing if they are the same; what lies at the edge may be there or not."""
    gone = set(before["inside"]) - {*now["inside"], *now["edge"]}
    new = set(now["inside"]) - {*before["inside"], *before["edge"]}
    return f"no more {sorted(gone)}, now {sorted(new)}"[:600] if gone or new else ""


def complaint(desk: Page, name: str, png: bytes) -> str:
    """Say what is wrong with the committed picture, nothing if it still shows the page."""
    path = DIRECTORY / f"{name}.webp"
    if not path.exists():
        return f"{name}: there is no picture"
    found = desk.evaluate(_DIFFERENCE, [_address(path.read_bytes(), "webp"), _address(png, "png")])
    reduced = min(1, WIDEST / found["otherSize"][0])
    if any(abs(one - other * reduced) > 8 * SCALE for one, other in zip(found["size"], found["otherSize"], strict=True)):
        return f"{name}: the size is {found['otherSize']}, the picture has {found['size']}"
    return f"{name}: {found['share']:.1%} of it look different" if found["share"] > TOLERANCE else ""


def test_every_picture_has_a_description() -> None:
    assert set(SHOTS) == set(ALT)


def test_the_pictures_show_the_pages(open_page: OpenPage, desk: Page) -> None:
    committed = json.loads(WORDS.read_text()) if WORDS.exists() else {}
    complaints, seen = [], {}
    with time_machine.travel(NOW, tick=True):
        build_example_world()
        pages: dict[str, Page] = {}
        for name, shot in SHOTS.items():
            if shot.user not in pages:
                pages[shot.user] = page = open_page(device_scale_factor=SCALE, color_scheme="light", reduced_motion="reduce")
                if shot.user:
                    sign_in_by_form(page, shot.user, PASSWORD)
            png, seen[name] = take(pages[shot.user], shot)
            if UPDATE:
                (DIRECTORY / f"{name}.webp").write_bytes(press(desk, png))
            elif changed := other_words(committed.get(name, {"inside": [], "edge": []}), seen[name]):
                complaints.append(f"{name}: {changed}")
            elif found := complaint(desk, name, png):
                complaints.append(found)
    if UPDATE:
        WORDS.write_text(json.dumps(seen, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    assert not complaints, f"{len(complaints)} pictures of the help are out of date; take them again with: {HOW}\n" + "\n".join(
        complaints
    )
