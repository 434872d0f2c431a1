"""The typefaces printed papers need, and whether this machine has them.

Song (Noto Serif CJK SC) carries the text, Kai (LXGW WenKai) what is filled in. Both come from Debian packages and are
found through fontconfig; nothing is downloaded and no face is shipped.
"""

import shutil
import subprocess
import unicodedata
from dataclasses import dataclass
from functools import cache

# Control and format characters leave no mark. A character newer than this Python is not among them.
_UNSEEN = ("Cc", "Cf", "Cs")


class FontsMissing(RuntimeError):
    """No typeface for Chinese is installed; the message names the package that brings one."""


@dataclass(frozen=True, slots=True)
class Face:
    """Where one face lies: a file and the face's place in a collection."""

    path: str
    index: int
    family: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A typeface by its role, with the families that may play it, best first, and the Debian package of the best."""

    families: tuple[str, ...]
    package: str
    required: bool


WANTED = {
    "song": Wanted(("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC"), "fonts-noto-cjk", True),
    "kai": Wanted(("LXGW WenKai", "AR PL UKai CN"), "fonts-lxgw-wenkai", False),
}


@cache
def find(role: str, *, bold: bool = False) -> Face:
    """The installed face for a role ("song" or "kai").

    Raises FontsMissing where no family of the role is installed. Kai falls back to Song, as it does on the paper.
    """
    wanted = WANTED[role]
    for family in wanted.families:
        face = _match(family, bold)
        if face is not None:
            return face
    if not wanted.required:
        return find("song", bold=bold)
    raise FontsMissing(
        f"No Chinese typeface is installed: apt-get install {' '.join(w.package for w in WANTED.values())}"
    )


def check_fonts() -> tuple[str, ...]:
    """Packages that would improve the print, empty where all is there.

    Raises FontsMissing where Chinese could not be printed at all.
    """
    return tuple(wanted.package for role, wanted in WANTED.items() if find(role).family not in wanted.families[:1])


def _match(family: str, bold: bool) -> Face | None:
    """fontconfig's answer for a family, or None where it offers a substitute instead."""
    command = shutil.which("fc-match")
    if command is None:
        raise FontsMissing("fontconfig is not installed: apt-get install fontconfig")
    pattern = f"{family}:style={'Bold' if bold else 'Regular'}:lang=zh-cn"
    answer = subprocess.run(  # noqa: S603 - a fixed program and fixed family names
        [command, "-f", "%{file}\n%{index}\n%{family}", pattern],
        capture_output=True, text=True, check=True, timeout=30,
    ).stdout.split("\n", 2)  # fmt: skip
    if len(answer) < 3 or family not in answer[2].split(","):
        return None
    path, index, _ = answer
    # The upper half of the index names a variable instance, which a static collection does not have.
    return Face(path=path, index=int(index) & 0xFFFF, family=family)


def unprintable(text: str) -> str:
    """The characters of a text that no installed face has, each once: a name must not be printed as boxes.

    Most Han characters people bear are in any Chinese face and are not asked about, one by one, of fontconfig.
    """
    rare = {letter for letter in text if unicodedata.category(letter) not in _UNSEEN and not _is_common(ord(letter))}
    return "".join(sorted(letter for letter in rare if not _is_covered(letter)))


def _is_common(point: int) -> bool:
    """ASCII, CJK punctuation, full-width forms and the 20,902 Han characters of Unicode 1.1, which GBK has too."""
    return point < 0x7F or 0x3000 <= point <= 0x3017 or 0xFF01 <= point <= 0xFF5E or 0x4E00 <= point <= 0x9FA5


@cache
def _is_covered(letter: str) -> bool:
    command = shutil.which("fc-list")
    if command is None:
        raise FontsMissing("fontconfig is not installed: apt-get install fontconfig")
    answer = subprocess.run(  # noqa: S603 - a fixed program and one code point in hexadecimal
        [command, f":charset={ord(letter):x}", "file"], capture_output=True, text=True, check=True, timeout=30
    )
    return bool(answer.stdout.strip())
