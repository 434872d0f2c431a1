"""Evidence files for the demonstration: scans, photographs and small stand-ins of invented certificates.

Each function is pure: the same fields and seed give the same bytes, and different ones different bytes. The pictures
are drawn (15 to 65 ms each); the small ones are written out (thousands a second), for loads of a whole city's teachers.
"""

from functools import lru_cache
from io import BytesIO
from random import Random
from time import gmtime

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from app.demo.paper import SHEET, EvidenceFields, draw_sheet

__all__ = [
    "EvidenceFields",
    "certificate_pdf",
    "certificate_photo",
    "certificate_png",
    "small_certificate",
    "small_papers",
]

_PHOTO = (1120, 840)
_DESKS = ((112, 84, 60), (152, 122, 92), (88, 92, 98), (176, 168, 156), (70, 62, 58))


def certificate_pdf(fields: EvidenceFields, seed: int) -> bytes:
    """A scanned certificate: a PDF of one page that holds a picture."""
    target = BytesIO()
    draw_sheet(fields, _random(fields, seed)).save(
        target, "PDF", resolution=SHEET[0] / 11.69, quality=80, title=fields.title, author=fields.organiser,
        creationDate=gmtime(0), modDate=gmtime(0),
    )  # fmt: skip
    return target.getvalue()


def certificate_png(fields: EvidenceFields, seed: int) -> bytes:
    """A certificate as an office scanner saves it: a PNG of 64 colours."""
    sheet = draw_sheet(fields, _random(fields, seed))
    target = BytesIO()
    sheet.quantize(64, method=Image.Quantize.FASTOCTREE).save(target, "PNG", compress_level=6)
    return target.getvalue()


def certificate_photo(fields: EvidenceFields, seed: int) -> bytes:
    """A certificate photographed on a desk with a phone: a JPEG, askew, with shadow, uneven light and grain."""
    random = _random(fields, seed)
    sheet = draw_sheet(fields, random)
    colour = random.choice(_DESKS)
    corners = _corners(random)
    desk = _desk(colour).copy()
    coefficients = _perspective(corners, SHEET)
    laid = sheet.transform(
        _PHOTO, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR, fillcolor=(240, 240, 236)
    )
    outline = _outline(corners)
    shadow = _shadow(outline)
    offset = (random.randint(6, 16), random.randint(8, 18))
    desk = Image.composite(desk.point(_DARKER), desk, ImageChops.offset(shadow, *offset))
    desk.paste(laid, (0, 0), outline)
    light = _light(random.randint(0, 3))
    lit = ImageChops.multiply(desk, light)
    shift = (random.randint(0, 300), random.randint(0, 300))
    grained = ImageChops.add(lit, ImageChops.offset(_grain(), *shift), scale=1, offset=-128)
    target = BytesIO()
    grained.save(target, "JPEG", quality=78)
    return target.getvalue()


def small_papers(pages: list[EvidenceFields], seed: int) -> bytes:
    """Several pages in one PDF of a few KB, written as the small certificate is."""
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [_OBJECTS[0], b"2 0 obj<</Type/Pages/Kids[%b]/Count %d>>endobj\n" % (kids.encode(), len(pages))]
    objects.append(b"3 0 obj<<>>endobj\n")
    objects.append(_OBJECTS[3])
    for at, fields in enumerate(pages):
        content = _drawing(fields, seed)
        page = _OBJECTS[2].replace(b"3 0 obj", b"%d 0 obj" % (5 + 2 * at)).replace(b"5 0 R", b"%d 0 R" % (6 + 2 * at))
        objects.append(page)
        head = b"%d 0 obj<</Length %d>>stream\n" % (6 + 2 * at, len(content))
        objects.append(b"%b%b\nendstream endobj\n" % (head, content))
    body, offsets = bytearray(_START), []
    for one in objects:
        offsets.append(len(body))
        body += one
    start, count = len(body), len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n" % count + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    body += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, start)
    return bytes(body)


def small_certificate(fields: EvidenceFields, seed: int) -> bytes:
    """A certificate in a PDF of under 3 KB: text in a typeface the reader supplies, and a drawn stamp."""
    content = _drawing(fields, seed)
    body = bytearray(_HEAD)
    offsets = list(_HEAD_OFFSETS)
    offsets.append(len(body))
    body += b"5 0 obj<</Length %d>>stream\n%b\nendstream endobj\n" % (len(content), content)
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    body += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(body)


def _drawing(fields: EvidenceFields, seed: int) -> bytes:
    """What stands on a small page: frame, text, stamp."""
    name, title, organiser, hours, dates, number = (
        _utf16(text[:40])
        for text in (
            f"{fields.name} 老师：", f"参加“{fields.title}”", fields.organiser,
            f"经考核合格，计 {fields.hours} 学时。", f"于 {fields.dates}", f"编号：{fields.number}",
        )
    )  # fmt: skip
    tilt = (seed * 2654435761 % 1000) / 1000
    return (
        f"% {seed}\n1 w .66 .16 .14 RG 40 40 762 515 re S 46 46 750 503 re S .1 g BT "
        f"/F 34 Tf 300 470 Td <{_HEADING}> Tj /F 12 Tf 220 50 Td <{number}> Tj /F 20 Tf -420 -130 Td <{name}> Tj "
        f"0 -44 Td <{dates}> Tj 0 -36 Td <{title}> Tj 0 -36 Td <{hours}> Tj /F 16 Tf 340 -120 Td <{organiser}> Tj "
        f"/F 9 Tf -360 -60 Td <{_NOTICE}> Tj ET "
        f"q 1 0 0 1 {540 + 40 * tilt:.1f} {150 + 20 * tilt:.1f} cm .8 .15 .15 RG .8 .15 .15 rg 3 w {_STAMP} Q"
    ).encode("ascii")


def _random(fields: EvidenceFields, seed: int) -> Random:
    """A generator of its own for each paper: two papers with one seed still differ in what they state."""
    return Random(f"{seed}/{fields.number}/{fields.name}")  # noqa: S311 - demonstration, not secrets


def _corners(random: Random) -> list[tuple[float, float]]:
    """Where the sheet's corners lie in the photograph, clockwise from the top left."""
    width, height = _PHOTO
    lean = random.uniform(10, 50)
    jitter = [(random.uniform(-18, 18), random.uniform(-18, 18)) for _ in range(4)]
    plain = [(70 + lean, 90), (width - 70 - lean, 90), (width - 50, height - 90), (50, height - 90)]
    return [(x + dx, y + dy) for (x, y), (dx, dy) in zip(plain, jitter, strict=True)]


def _perspective(corners: list[tuple[float, float]], size: tuple[int, int]) -> tuple[float, ...]:
    """The eight coefficients that take a place in the photograph to its place on the sheet."""
    width, height = size
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(corners, ((0, 0), (width, 0), (width, height), (0, height)), strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        pivot = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for row in range(8):
            if row != at:
                factor = rows[row][at]
                rows[row] = [value - factor * base for value, base in zip(rows[row], rows[at], strict=True)]
    return tuple(row[8] for row in rows)


def _outline(corners: list[tuple[float, float]]) -> Image.Image:
    """Where the sheet lies in the photograph, its edge softened by a dot."""
    mask = Image.new("L", _PHOTO, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return mask.filter(ImageFilter.BoxBlur(1))


def _shadow(outline: Image.Image) -> Image.Image:
    """A soft shadow of the sheet, blurred small and enlarged."""
    small = outline.resize((_PHOTO[0] // 8, _PHOTO[1] // 8)).filter(ImageFilter.GaussianBlur(2))
    return small.resize(_PHOTO, Image.Resampling.BILINEAR)


_DARKER = [round(value * 0.55) for value in range(256)] * 3


@lru_cache(maxsize=8)
def _desk(colour: tuple[int, int, int]) -> Image.Image:
    """A desk top with a grain along it."""
    random = Random(str(colour))  # noqa: S311
    fine = Image.frombytes("L", (8, 340), random.randbytes(2720)).resize(_PHOTO, Image.Resampling.BICUBIC)
    broad = Image.frombytes("L", (3, 24), random.randbytes(72)).resize(_PHOTO, Image.Resampling.BICUBIC)
    texture = Image.blend(fine, broad, 0.5)
    return Image.merge(
        "RGB", [texture.point([min(255, round(c * (0.8 + value / 640))) for value in range(256)]) for c in colour]
    )


@lru_cache(maxsize=4)
def _light(corner: int) -> Image.Image:
    """Light that falls off from one corner."""
    reach = Image.radial_gradient("L").point([255 - round(value * 0.42) for value in range(256)])
    whole = reach.resize((_PHOTO[0] * 3 // 2, _PHOTO[1] * 3 // 2), Image.Resampling.BILINEAR)
    left = 0 if corner % 2 else whole.width - _PHOTO[0]
    top = 0 if corner // 2 else whole.height - _PHOTO[1]
    level = whole.crop((left, top, left + _PHOTO[0], top + _PHOTO[1]))
    return Image.merge("RGB", (level, level, level.point([round(value * 0.96) for value in range(256)])))


@lru_cache(maxsize=1)
def _grain() -> Image.Image:
    """The noise of a small sensor, around a middle grey."""
    width, height = _PHOTO
    noise = Image.frombytes("L", _PHOTO, Random(7).randbytes(width * height))  # noqa: S311
    mild = noise.filter(ImageFilter.BoxBlur(1)).point([round(128 + (value - 128) * 0.16) for value in range(256)])
    return Image.merge("RGB", (mild, mild, mild))


def _utf16(text: str) -> str:
    """A text in hexadecimal UCS-2, as the predefined Chinese encoding takes it; beyond its plane stands a mark."""
    return "".join(letter if ord(letter) < 0x10000 else "〓" for letter in text).encode("utf-16-be").hex()


_HEADING = _utf16("培 训 证 书")
_NOTICE = _utf16("演示数据，并非真实证书")
# A circle of four arcs and a five-pointed star, about the origin.
_STAMP = (
    "55 0 m 55 30.4 30.4 55 0 55 c -30.4 55 -55 30.4 -55 0 c -55 -30.4 -30.4 -55 0 -55 c 30.4 -55 55 -30.4 55 0 c S "
    "0 20 m 11.8 -16.2 l -19 6.2 l 19 6.2 l -11.8 -16.2 l f"
)
_OBJECTS = (
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 842 595]/Resources<</Font<</F 4 0 R>>>>/Contents 5 0 R>>endobj\n",
    b"4 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font"
    b"/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>"
    b"/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
    b"/Ascent 880/Descent -120/CapHeight 880/StemV 93>>/W[1 95 500 814 939 500]>>]>>endobj\n",
)
_START = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
_HEAD = _START + b"".join(_OBJECTS)
_HEAD_OFFSETS = tuple(len(_START) + sum(len(thing) for thing in _OBJECTS[:at]) for at in range(len(_OBJECTS)))
