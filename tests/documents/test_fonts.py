"""Typefaces: found by role, and a clear word where none can print Chinese."""

import pytest

from app.documents import fonts


@pytest.fixture(autouse=True)
def _fresh():
    fonts.find.cache_clear()
    fonts._is_covered.cache_clear()
    yield
    fonts.find.cache_clear()
    fonts._is_covered.cache_clear()


def test_song_and_kai_are_the_packaged_faces():
    assert fonts.check_fonts() == ()
    assert fonts.find("song").family == "Noto Serif CJK SC" and fonts.find("song", bold=True).path.endswith("Bold.ttc")
    assert fonts.find("kai").family == "LXGW WenKai"


def test_without_any_chinese_face_the_packages_to_install_are_named(tmp_path, monkeypatch):
    nothing = tmp_path / "fonts.conf"
    nothing.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(nothing))
    with pytest.raises(fonts.FontsMissing, match="apt-get install fonts-noto-cjk fonts-lxgw-wenkai"):
        fonts.check_fonts()


def test_without_kai_song_stands_in_and_the_package_is_named(tmp_path, monkeypatch):
    song_only = tmp_path / "fonts.conf"
    song_only.write_text(
        f"<fontconfig><dir>/usr/share/fonts/opentype/noto</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(song_only))
    assert fonts.check_fonts() == ("fonts-lxgw-wenkai",)
    assert fonts.find("kai").family == "Noto Serif CJK SC"


def test_names_with_rare_characters_are_printable_and_those_beyond_every_face_are_told():
    assert fonts.unprintable("陈嘉怡·㛃𠮷龘 O’Neil（海珠区）") == ""
    assert fonts.unprintable("陈\u200b\U000323af\ue863") == "\ue863\U000323af"
