# SPDX-License-Identifier: Apache-2.0
"""Colours of the light and the dark theme: one table for the style sheet, the charts and the contrast test.

Categories are Okabe and Ito's colours, each moved in lightness only as far as 3:1 against the surface
needs; three more are for stacks of ten. States go from blue over amber to vermilion, which stay apart for
the colour-blind. No state stands without a word or a shape.
"""

from typing import Literal, NamedTuple

ThemeName = Literal["light", "dark"]


class Theme(NamedTuple):
    """The tokens of one theme, as #rrggbb."""

    background: str
    surface: str
    raised: str
    text: str
    muted: str
    line: str
    control: str
    accent: str
    accent_text: str
    good: str
    good_tint: str
    strained: str
    strained_tint: str
    bad: str
    bad_tint: str
    unknown: str
    unknown_tint: str
    grid: str
    gap: str
    blue: str
    sky: str
    green: str
    orange: str
    vermilion: str
    purple: str
    yellow: str
    brown: str
    teal: str
    violet: str


LIGHT = Theme(
    background="#f3f5f8",
    surface="#ffffff",
    raised="#eef1f5",
    text="#18212e",
    muted="#536072",
    line="#d8dee7",
    control="#7a8798",
    accent="#0a5fb4",
    accent_text="#ffffff",
    good="#0068a8",
    good_tint="#cfe4f5",
    strained="#8a5a00",
    strained_tint="#fbe3ad",
    bad="#a83300",
    bad_tint="#fbd0bd",
    unknown="#5b6675",
    unknown_tint="#e1e5ea",
    grid="#e6eaf0",
    gap="#7c8796",
    blue="#0072b2",
    sky="#2f93cf",
    green="#008f68",
    orange="#bd7f00",
    vermilion="#cc5500",
    purple="#b9618f",
    yellow="#918600",
    brown="#8a5a3c",
    teal="#2a8a8a",
    violet="#6f5bc9",
)

DARK = Theme(
    background="#0e131a",
    surface="#161d27",
    raised="#1f2834",
    text="#e6ebf2",
    muted="#9fabbb",
    line="#2b3645",
    control="#728198",
    accent="#6db4f5",
    accent_text="#0b1622",
    good="#6cb8ee",
    good_tint="#173e5c",
    strained="#f0b849",
    strained_tint="#54400f",
    bad="#ff8f66",
    bad_tint="#632a14",
    unknown="#a3aebd",
    unknown_tint="#2c3542",
    grid="#242e3b",
    gap="#6d7a8b",
    blue="#3d9fe0",
    sky="#7cc8f5",
    green="#2fbf95",
    orange="#e69f00",
    vermilion="#f0763a",
    purple="#d68db3",
    yellow="#e3d94f",
    brown="#b98a6a",
    teal="#4fb3b3",
    violet="#9a8cf0",
)

THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK}

# What carries text must reach 4.5:1 on every ground it stands on; what carries meaning as a shape 3:1.
TEXT_PAIRS = (
    ("text", "background"),
    ("text", "surface"),
    ("text", "raised"),
    ("muted", "background"),
    ("muted", "surface"),
    ("muted", "raised"),
    ("accent", "background"),
    ("accent", "surface"),
    ("accent", "raised"),
    ("accent_text", "accent"),
    ("good", "surface"),
    ("strained", "surface"),
    ("bad", "surface"),
    ("bad", "background"),
    ("unknown", "surface"),
    ("unknown", "raised"),
    ("unknown", "background"),
    ("good", "background"),
    ("strained", "background"),
    ("strained", "raised"),
    ("text", "good_tint"),
    ("text", "strained_tint"),
    ("text", "bad_tint"),
    ("text", "unknown_tint"),
    ("good", "good_tint"),
    ("strained", "strained_tint"),
    ("bad", "bad_tint"),
    ("unknown", "unknown_tint"),
)
SHAPE_PAIRS = (
    ("control", "surface"),
    ("control", "background"),
    ("blue", "surface"),
    ("sky", "surface"),
    ("green", "surface"),
    ("orange", "surface"),
    ("vermilion", "surface"),
    ("purple", "surface"),
    ("yellow", "surface"),
    ("brown", "surface"),
    ("teal", "surface"),
    ("violet", "surface"),
    ("gap", "surface"),
)


def contrast(foreground: str, background: str) -> float:
    """Return the contrast of two #rrggbb colours as WCAG 2 defines it: 1 to 21."""
    lighter, darker = sorted((_luminance(foreground), _luminance(background)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def translucent(colour: str, opacity: float) -> str:
    """Return #rrggbb with an opacity, in the form that Plotly and CSS both read."""
    red, green, blue = (int(colour[index : index + 2], 16) for index in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def style_sheet() -> str:
    """Return the tokens as custom properties: light on paper, dark by choice or where the system says so."""
    light = f"{{color-scheme:light;{_properties(LIGHT)}}}"
    dark = f"{{color-scheme:dark;{_properties(DARK)}}}"
    return (
        f":root{light}"
        f"@media screen{{:root[data-theme=dark]{dark}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){dark}}}"
    )


def _properties(theme: Theme) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in theme._asdict().items())


def _luminance(colour: str) -> float:
    """Return the relative luminance; 0.04045 and the factors are those of sRGB (IEC 61966-2-1)."""
    linear = []
    for index in (1, 3, 5):
        share = int(colour[index : index + 2], 16) / 255
        linear.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - sRGB
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
