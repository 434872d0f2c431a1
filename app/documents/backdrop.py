"""The ornament behind every certificate: frame, fretted corners and a rosette of fine lines.

It is drawn once into a document, as a form that every page calls, and not laid out a hundred times. Our own drawing:
curves computed here, with nothing of any official emblem or form.
"""

from functools import cache
from math import cos, pi, sin
from typing import Any

import pydyf

# A4 landscape in millimetres, and points to the millimetre.
WIDTH, HEIGHT = 297.0, 210.0
_POINTS = 72 / 25.4
_INDIGO = "0.106 0.310 0.525"
_PALE = "0.895 0.922 0.950"
# A corner's fret on a square of 40, as turns of a line.
_FRET = (
    ((1, 39), (1, 1), (39, 1)),
    ((7, 39), (7, 7), (39, 7)),
    ((13, 33), (13, 13), (33, 13), (33, 27), (20, 27), (20, 20), (27, 20)),
)
_RINGS = ((51, 10, 20), (33, 8, 16), (18, 5, 12))


def draw_backdrop(document: Any, pdf: pydyf.PDF) -> None:
    """WeasyPrint's finisher: puts the ornament under every page of the finished PDF, once for all of them."""
    del document
    form = pydyf.Stream(
        [_ornament()],
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array([0, 0, round(WIDTH * _POINTS, 2), round(HEIGHT * _POINTS, 2)]),
        },
        compress=True,
    )
    # A call of its own, marked as an artifact: a screen reader passes over it.
    call = pydyf.Stream([b"/Artifact BMC q /Backdrop Do Q EMC"])
    pdf.add_object(form)
    pdf.add_object(call)
    by_reference = {thing.reference: thing for thing in pdf.objects if isinstance(thing, pydyf.Dictionary)}
    for page in [thing for thing in by_reference.values() if thing.get("Type") == "/Page"]:
        by_reference[page["Resources"]]["XObject"]["Backdrop"] = form.reference
        page["Contents"] = pydyf.Array([call.reference, page["Contents"]])


@cache
def _ornament() -> bytes:
    """The drawing's PDF operators, in millimetres from the top left corner."""
    lines = [f"q {_POINTS:.6f} 0 0 -{_POINTS:.6f} 0 {HEIGHT * _POINTS:.4f} cm", f"{_PALE} RG .16 w"]
    for radius, swing, petals in _RINGS:
        lines += [_ring(radius, swing, petals, 2 * pi * turn / 4) for turn in range(4)]
    lines.append(f"{_INDIGO} RG .9 w 9.45 9.45 {WIDTH - 18.9:.2f} {HEIGHT - 18.9:.2f} re S")
    lines.append(f".25 w 11.4 11.4 {WIDTH - 22.8:.2f} {HEIGHT - 22.8:.2f} re S")
    for x, across in ((13.2, 1), (WIDTH - 13.2, -1)):
        for y, down in ((13.2, 1), (HEIGHT - 13.2, -1)):
            lines.append(f"q {across * 13 / 40} 0 0 {down * 13 / 40} {x:.2f} {y:.2f} cm 1.1 w")
            for turns in _FRET:
                (left, top), *rest = turns
                lines.append(f"{left} {top} m " + " ".join(f"{u} {v} l" for u, v in rest) + " S")
            lines.append("Q")
    return "\n".join([*lines, "Q"]).encode()


def _ring(radius: float, swing: float, petals: int, phase: float) -> str:
    """The curve r = radius + swing cos(petals t + phase) about the page's centre, in Bezier pieces of true tangents."""
    pieces = petals * 4
    step = 2 * pi / pieces

    def point(t: float) -> tuple[float, float, float, float]:
        r = radius + swing * cos(petals * t + phase)
        slope = -swing * petals * sin(petals * t + phase)
        return (
            WIDTH / 2 + r * cos(t), HEIGHT / 2 + r * sin(t),
            (slope * cos(t) - r * sin(t)) * step / 3, (slope * sin(t) + r * cos(t)) * step / 3,
        )  # fmt: skip

    x, y, u, v = point(0.0)
    path = [f"{x:.2f} {y:.2f} m"]
    for piece in range(1, pieces + 1):
        to_x, to_y, to_u, to_v = point(piece * step)
        path.append(f"{x + u:.2f} {y + v:.2f} {to_x - to_u:.2f} {to_y - to_v:.2f} {to_x:.2f} {to_y:.2f} c")
        x, y, u, v = to_x, to_y, to_u, to_v
    return " ".join([*path, "s"])
