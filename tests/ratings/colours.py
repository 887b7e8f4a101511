"""The colours of the Ampel as `static/css/tokens.css` gives them, as numbers: sRGB, contrast, lightness, colour blindness."""

import re
from functools import cache
from itertools import combinations
from math import cos, dist, radians, sin
from pathlib import Path
from typing import Final

from django.conf import settings

Rgb = tuple[float, float, float]
THEMES: Final = ("light", "dark")
JUST_SEEN: Final = 2.3  # a difference of L*, side by side (Mahy, Van Eycken, Oosterlinck 1994)

# Machado, Oliveira, Fernandes 2009, table 1, severity 1.0; for linear RGB.
DEFICIENCIES: Final = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# OKLab (Ottosson 2020): linear RGB to cone responses, these to lightness and the two axes of colour.
_TO_CONES: Final = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_TO_LAB: Final = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_CONES: Final = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_FROM_LAB: Final = ((1, 0.3963377774, 0.2158037573), (1, -0.1055613458, -0.0638541728), (1, -0.0894841775, -1.2914855480))


def _times(matrix: tuple[Rgb, ...], values: Rgb) -> Rgb:
    one, two, three = (sum(a * b for a, b in zip(row, values, strict=True)) for row in matrix)
    return one, two, three


@cache
def _sheet(path: str) -> str:
    return Path(settings.BASE_DIR, path).read_text(encoding="utf-8")


def linear(token: str, theme: str) -> Rgb:
    """The colour of `--<token>` in a theme as linear red, green and blue from 0 to 1, whichever of KERN's it names."""
    name = f"--{token}"
    for _ in range(5):
        value = re.search(rf"{name}: ([^;]+);", _sheet("static/css/tokens.css")) or re.search(
            rf"{name}: ([^;]+);", _sheet("node_modules/@kern-ux/native/dist/kern.css")
        )
        assert value, name
        text = value[1]
        if text.startswith("light-dark("):
            parts = re.findall(r"(?:var|oklch)\([^)]*\)", text)
            text = parts[THEMES.index(theme)]
        if text.startswith(("oklch", "#")):
            return _parsed(text)
        name = text[4:-1]
    raise AssertionError(f"--{token} names no colour")


def _parsed(text: str) -> Rgb:
    if text.startswith("#"):
        red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
        return _unfold(red), _unfold(green), _unfold(blue)
    lightness, chroma, hue = (float(number) for number in re.findall(r"[\d.]+", text))
    cones = _times(_FROM_LAB, (lightness / 100, chroma * cos(radians(hue)), chroma * sin(radians(hue))))
    red, green, blue = _times(_FROM_CONES, (cones[0] ** 3, cones[1] ** 3, cones[2] ** 3))
    return _clip(red), _clip(green), _clip(blue)


def _clip(value: float) -> float:
    return min(1.0, max(0.0, value))


def _unfold(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def on_screen(token: str, theme: str = "light") -> list[int]:
    """The same as 0 to 255 of sRGB."""
    return [round(255 * (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055)) for v in linear(token, theme)]


def luminance(token: str, theme: str) -> float:
    red, green, blue = linear(token, theme)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(token: str, theme: str) -> float:
    """CIE L*, what is left of a colour in greyscale: 0 black to 100 white."""
    found = luminance(token, theme)
    return 116 * found ** (1 / 3) - 16 if found > 0.008856 else 903.3 * found


def contrast(one: str, other: str, theme: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    darker, lighter = sorted((luminance(one, theme), luminance(other, theme)))
    return (lighter + 0.05) / (darker + 0.05)


def seen_with(deficiency: str, token: str, theme: str) -> Rgb:
    """The colour in OKLab as somebody with this colour blindness sees it."""
    red, green, blue = _times(DEFICIENCIES[deficiency], linear(token, theme))
    cones = _times(_TO_CONES, (_clip(red), _clip(green), _clip(blue)))
    return _times(_TO_LAB, (cones[0] ** (1 / 3), cones[1] ** (1 / 3), cones[2] ** (1 / 3)))


def least_difference(deficiency: str, tokens: list[str], theme: str) -> float:
    """The smallest distance of two of these colours in OKLab; 0.02 is about what one just sees side by side."""
    seen = [seen_with(deficiency, token, theme) for token in tokens]
    return min(dist(one, other) for one, other in combinations(seen, 2))
