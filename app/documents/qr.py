"""QR codes as plain vector paths, so that they print sharp at any size and need no image."""

import segno
from markupsafe import Markup

# ISO/IEC 18004 asks for four empty modules on each side.
QUIET = 4


def qr_svg(content: str, label: str) -> Markup:
    """An inline SVG of the QR code of `content`, error level M or better where the size allows.

    Runs of dark modules are joined over columns and then rows, so that no hairline shows between them in print.
    """
    code = segno.make_qr(content, error="m")
    size = len(code.matrix)
    open_runs: dict[tuple[int, int], int] = {}
    rectangles: list[tuple[int, int, int, int]] = []
    for y in range(size + 1):
        runs = set(_runs(code.matrix[y])) if y < size else set()
        for run in sorted(set(open_runs) - runs):
            top = open_runs.pop(run)
            rectangles.append((run[0], top, run[1] - run[0], y - top))
        for run in runs - set(open_runs):
            open_runs[run] = y
    path = "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in sorted(rectangles))
    whole = size + 2 * QUIET
    return Markup(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="-{q} -{q} {s} {s}" role="img" '
        'aria-label="{label}">'
        '<rect x="-{q}" y="-{q}" width="{s}" height="{s}" fill="#ffffff"/>'
        '<path d="{path}" fill="#111111"/></svg>'
    ).format(q=QUIET, s=whole, label=label, path=path)


def _runs(row: bytearray | bytes) -> list[tuple[int, int]]:
    """Start and end (exclusive) of each run of dark modules in a row."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for x, module in enumerate([*row, 0]):
        if module and start is None:
            start = x
        elif not module and start is not None:
            runs.append((start, x))
            start = None
    return runs
