"""Draws an invented training certificate as a picture: sheet, text, round red stamp.

Only demonstration papers are drawn here, and each says so at its foot. What the paper states is an argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

from app.documents.fonts import find

SHEET = (1240, 877)
_STAMP = 240
_INK = (34, 32, 38)


@dataclass(frozen=True, slots=True)
class EvidenceFields:
    """What a paper states, as text: whose, for what, by whom, how many hours, when, under which number."""

    name: str
    title: str
    organiser: str
    hours: str
    dates: str
    number: str


@dataclass(frozen=True, slots=True)
class _Design:
    heading: str
    ground: tuple[int, int, int]
    border: tuple[int, int, int]
    body: str


_DESIGNS = (
    _Design("培训证书", (252, 248, 238), (168, 42, 36), "kai"),
    _Design("结业证书", (250, 250, 246), (150, 116, 46), "kai"),
    _Design("学时证明", (253, 253, 252), (38, 62, 104), "song"),
    _Design("继续教育证书", (247, 250, 247), (30, 96, 74), "song"),
)


def draw_sheet(fields: EvidenceFields, random: Random) -> Image.Image:
    """The certificate as an RGB picture of an A4 sheet on its side, 150 dots to the inch."""
    design = random.choice(_DESIGNS)
    width, height = SHEET
    sheet = Image.new("RGB", SHEET, design.ground)
    pen = ImageDraw.Draw(sheet)
    for inset, thickness in ((34, 7), (50, 2)):
        pen.rectangle((inset, inset, width - inset, height - inset), outline=design.border, width=thickness)
    for x in (50, width - 50):
        for y in (50, height - 50):
            pen.rectangle((x - 16, y - 16, x + 16, y + 16), fill=design.ground, outline=design.border, width=2)
            pen.rectangle((x - 8, y - 8, x + 8, y + 8), outline=design.border, width=2)
    spaced = " ".join(design.heading)
    pen.text((width / 2, 150), spaced, fill=design.border, font=_font("song", 66, True), anchor="mm")
    pen.text((width - 100, 84), f"编号：{fields.number}", fill=_INK, font=_font("song", 22), anchor="rm")

    pen.text((130, 250), fields.name, fill=_INK, font=_font("kai", 42, True), anchor="lm")
    start = 130 + _font("kai", 42, True).getlength(fields.name)
    pen.line((122, 278, start + 8, 278), fill=_INK, width=2)
    pen.text((start + 18, 250), "老师：", fill=_INK, font=_font("song", 32), anchor="lm")
    body = _font(design.body, 34)
    sentence = (
        f"　　于{fields.dates}参加“{fields.title}”，按计划完成全部课程，经考核合格，计{fields.hours}学时。特发此证。"
    )
    y = 330
    for line in _wrapped(sentence, body, width - 260):
        pen.text((130, y), line, fill=_INK, font=body, anchor="lm")
        y += 64
    sign_x = width - 340
    for at, line in enumerate(_wrapped(fields.organiser, _font("song", 30), 460)):
        pen.text((sign_x, 690 + at * 40), line, fill=_INK, font=_font("song", 30), anchor="mm")
    pen.text((130, height - 96), "演示数据，并非真实证书", fill=(150, 150, 150), font=_font("song", 18), anchor="lm")

    # A stamp is never quite straight nor quite on its place, and its ink lets the letters through.
    stamp = _stamp(fields.organiser).rotate(random.uniform(-14, 14), Image.Resampling.BILINEAR, fillcolor=(255,) * 3)
    corner = (sign_x - _STAMP // 2 + random.randint(-40, 40), 690 - _STAMP // 2 + random.randint(-18, 18))
    box = (*corner, corner[0] + _STAMP, corner[1] + _STAMP)
    sheet.paste(ImageChops.multiply(sheet.crop(box), stamp), corner)
    return sheet


@lru_cache(maxsize=64)
def _font(role: str, size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    face = find(role, bold=bold)
    return ImageFont.truetype(face.path, size, index=face.index)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> Iterator[str]:
    """Lines no wider than `width` dots; closing punctuation never opens a line."""
    line, reach = "", 0.0
    for letter in text:
        step = font.getlength(letter)
        if reach + step > width and letter not in "，。”、）：":
            yield line
            line, reach = "", 0.0
        line, reach = line + letter, reach + step
    if line:
        yield line


@lru_cache(maxsize=128)
def _stamp(organiser: str) -> Image.Image:
    """A round red stamp, white where it has no ink: ring, the organiser along the arc, a star in the middle."""
    large = _STAMP * 2
    red = (205, 38, 38)
    stamp = Image.new("RGB", (large, large), (255, 255, 255))
    pen = ImageDraw.Draw(stamp)
    pen.ellipse((12, 12, large - 12, large - 12), outline=red, width=12)
    star = [
        (large / 2 + r * sin(turn * pi / 5), large / 2 - r * cos(turn * pi / 5))
        for turn, r in ((turn, 66 if turn % 2 == 0 else 26) for turn in range(10))
    ]
    pen.polygon(star, fill=red)
    letters = organiser[:26]
    sweep = min(290.0, 19.0 * len(letters))
    size = int(min(58, 2 * pi * 178 * sweep / 360 / max(len(letters), 1) * 1.02))
    font = _font("song", size, True)
    for at, letter in enumerate(letters):
        angle = -sweep / 2 + sweep * (at + 0.5) / len(letters)
        glyph = Image.new("L", (size + 12, size + 12), 0)
        ImageDraw.Draw(glyph).text((size / 2 + 6, size / 2 + 6), letter, fill=255, font=font, anchor="mm")
        turned = glyph.rotate(-angle, Image.Resampling.BICUBIC, expand=True)
        x = large / 2 + 182 * sin(radians(angle)) - turned.width / 2
        y = large / 2 - 182 * cos(radians(angle)) - turned.height / 2
        stamp.paste(red, (round(x), round(y)), turned)
    # Worn ink: the same for the same organiser, as the stamp is.
    grain = Image.frombytes("L", (60, 60), Random(organiser).randbytes(3600))  # noqa: S311
    wear = grain.point([70 if value < 40 else 0 for value in range(256)]).resize(
        (large, large), Image.Resampling.BICUBIC
    )
    stamp.paste((255, 255, 255), (0, 0), wear)
    return stamp.resize((_STAMP, _STAMP), Image.Resampling.LANCZOS)
