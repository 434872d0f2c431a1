"""A bad pack is refused with the place, the line and the reason, whatever is wrong with it."""

import time
from decimal import Decimal

import pytest

from app.domain.policy import FieldType, PackFault, load, read_folder

SMALL = """\
id = "small"
title = { zh = "小", en = "Small" }
jurisdiction = { zh = "某市", en = "Somewhere" }
source = "N"
unit = { zh = "学时", en = "hours" }
certificate_title = { zh = "证明", en = "Certificate" }
[total]
required = { value = 10, source = "N" }
[[category]]
id = "only"
title = { zh = "唯一", en = "Only" }
source = "N"
required = { value = 10, source = "N" }
[day]
hours = { value = 6, source = "N" }
minutes_per_hour = { value = 45, source = "N" }
[carry]
out = { value = false, source = "N" }
in = { value = false, source = "N" }
category = { value = "only", source = "N" }
[deadlines]
claim = { value = "same-year 12-31", source = "N" }
[[companion]]
id = "letter"
when = { zh = "非原件", en = "Not an original" }
title = { zh = "说明", en = "A letter" }
source = "N"
[[kind]]
id = "course"
title = { zh = "课程", en = "Course" }
source = "N"
rule = "KINDS"
categories = ["only"]
formula = "by_choice"
by = "level"
fields = ["passed"]
evidence = { zh = "证明", en = "Proof", source = "N" }
[[kind.field]]
id = "level"
title = { zh = "等级", en = "Level" }
type = "choice"
source = "N"
options = [
  { id = "city", zh = "市级", en = "City" },
  { id = "state", zh = "国家级", en = "State" },
]
[[kind.field]]
id = "in_time"
title = { zh = "按期？", en = "In time?" }
type = "yes_no"
must = true
source = "N"
[kind.hours]
city = { value = 2.5, source = "N" }
state = { value = 5, source = "N" }
[[kind]]
id = "hosting"
title = { zh = "承办", en = "Hosting" }
source = "N"
rule = "KINDS"
categories = ["only"]
formula = "per_unit"
by = "events"
evidence = { zh = "证明", en = "Proof", source = "N" }
[[kind.field]]
id = "events"
title = { zh = "场次", en = "Events" }
help = { zh = "仅本年度", en = "Of this year" }
type = "number"
most = { value = 9, source = "N" }
source = "N"
[kind.hours]
each = { value = 3, source = "N" }
most = { value = 12, source = "N" }
"""


def fault_of(text) -> PackFault:
    with pytest.raises(PackFault) as refusal:
        load(text)
    return refusal.value


def test_a_small_pack_of_one_category_is_sound():
    policy = load(SMALL)
    course, hosting = policy.kinds
    assert policy.category_ids == ("only",)
    assert course.figure("city") == Decimal("2.5")  # exact, never a float
    level, in_time = course.own_fields
    assert (level.type, [option.title.en for option in level.options]) == (FieldType.CHOICE, ["City", "State"])
    assert in_time.must and not level.must
    assert (hosting.own_fields[0].most, hosting.figures) == (9, (("each", 3), ("most", 12)))
    assert policy.companion("letter").when.zh == "非原件"
    # Every figure is on the pack's screen, those of its kinds too.
    assert {"kind[0].hours.city", "kind[1].hours.most", "kind[1].field[0].most"} <= {f.place for f in policy.figures}


@pytest.mark.parametrize(
    ("old", "new", "line", "place", "reason"),
    [
        ('10, source = "N" }\n[[', "10 }\n[[", 8, "total.required.source", "source_missing"),
        ('required = { value = 10, source = "N" }\n[[', "required = 10\n[[", 8, "total.required", "source_missing"),
        ('value = 6, source = "N"', 'value = 6, source = " "', 15, "day.hours.source", "source_missing"),
        ("value = 6,", "value = -6,", 15, "day.hours.value", "negative"),
        ("value = 6,", "value = 0,", 15, "day.hours.value", "not_positive"),
        ("value = 6,", "value = nan,", 15, "day.hours.value", "number_invalid"),
        ("value = 6,", "value = inf,", 15, "day.hours.value", "number_invalid"),
        ("value = 6,", "value = 1e999999999999999999999,", 15, "day.hours.value", "number_invalid"),
        ("value = 6,", "value = 1000000000,", 15, "day.hours.value", "number_too_large"),
        ("value = 6,", "value = 1e9,", 15, "day.hours.value", "number_too_large"),
        ("value = 6,", "value = 6.125,", 15, "day.hours.value", "number_too_fine"),
        ("value = 6,", "value = " + "9" * 5000 + ",", 15, "", "number_too_large"),
        ("value = 6,", "value = true,", 15, "day.hours.value", "type_wrong"),
        ("value = 6,", 'value = "6",', 15, "day.hours.value", "type_wrong"),
        ("value = 6,", "value = [6],", 15, "day.hours.value", "type_wrong"),
        ("value = 6,", "value = 2021-03-05,", 15, "day.hours.value", "type_wrong"),
        ("value = 45,", "value = 45.5,", 16, "day.minutes_per_hour.value", "type_wrong"),
        ("[day]\n", '[day]\nlunch = "noon"\n', 15, "day.lunch", "key_unknown"),
        ('value = "only"', 'value = "other"', 20, "carry.category.value", "category_unknown"),
        ("same-year 12-31", "same-year 02-29", 22, "deadlines.claim.value", "day_invalid"),
        ("same-year 12-31", "12-31", 22, "deadlines.claim.value", "day_invalid"),
        ('id = "small"\n', "", 1, "id", "key_missing"),
        ('id = "small"', 'id = "Small pack"', 1, "id", "id_invalid"),
        ('id = "small"', f'id = "{"s" * 41}"', 1, "id", "id_invalid"),
        ('id = "only"', 'id = "total"', 10, "category[0].id", "id_invalid"),
        ("[total]", "[total", 7, "", "syntax"),
        ("[total]", "[total]\n[total]", 8, "", "syntax"),
        ('source = "N"\nunit', 'source = "N\nunit', 4, "", "syntax"),
        ('zh = "小"', 'zh = ""', 2, "title.zh", "text_empty"),
        ('title = { zh = "小", en = "Small" }', 'title = "小"', 2, "title", "type_wrong"),
        ("out = { value = false", "out = { value = 0", 18, "carry.out.value", "type_wrong"),
        ('[[companion]]\nid = "letter"', '[[companion]]\nid = "proof"', 24, "companion[0].id", "id_invalid"),
        ('when = { zh = "非原件", en = "Not an original" }', "", 23, "companion[0].when", "key_missing"),
        ('by = "level"', 'by = "rank"', 35, "kind[0].by", "field_missing"),
        ('by = "level"', 'by = "in_time"', 35, "kind[0].by", "field_missing"),
        ('by = "level"', 'by = "passed"', 35, "kind[0].by", "field_missing"),
        ('by = "level"\n', "", 28, "kind[0].by", "key_missing"),
        ('fields = ["passed"]', 'fields = ["passed", "shoe_size"]', 36, "kind[0].fields[1]", "word_unknown"),
        ('fields = ["passed"]', 'fields = "passed"', 36, "kind[0].fields", "type_wrong"),
        ('id = "level"', 'id = "passed"', 39, "kind[0].field[0].id", "id_twice"),
        ('id = "in_time"', 'id = "level"', 48, "kind[0].field[1].id", "id_twice"),
        ('type = "choice"', 'type = "colour"', 41, "kind[0].field[0].type", "word_unknown"),
        ('type = "choice"\nsource = "N"', 'type = "choice"', 38, "kind[0].field[0].source", "source_missing"),
        ('id = "state"', 'id = "city"', 45, "kind[0].field[0].options[1].id", "id_twice"),
        ('id = "state", zh', 'id = "state", cn', 45, "kind[0].field[0].options[1].zh", "key_missing"),
        ("must = true", 'must = "yes"', 51, "kind[0].field[1].must", "type_wrong"),
        ('help = { zh', 'must = true\nhelp = { zh', 68, "kind[1].field[0].must", "key_unknown"),
        ('city = { value = 2.5, source = "N" }\n', "", 53, "kind[0].hours.city", "key_missing"),
        ('state = { value = 5', 'moon = { value = 5', 53, "kind[0].hours.state", "key_missing"),
        ('state = { value = 5', 'moon = { value = 1, source = "N" }\nstate = { value = 5', 55, "kind[0].hours.moon",
         "key_unknown"),
        ("city = { value = 2.5,", "city = { value = 0,", 54, "kind[0].hours.city.value", "not_positive"),
        ("most = { value = 9,", "most = { value = 0,", 70, "kind[1].field[0].most.value", "not_positive"),
        ("most = { value = 9,", "most = { value = 1.5,", 70, "kind[1].field[0].most.value", "type_wrong"),
        ('most = { value = 9, source = "N" }', "most = 9", 70, "kind[1].field[0].most", "source_missing"),
        ("each = { value = 3,", "each = { value = -3,", 73, "kind[1].hours.each.value", "negative"),
        ('most = { value = 12, source = "N" }', "most = { value = 12 }", 74, "kind[1].hours.most.source",
         "source_missing"),
        ('by = "events"', 'by = "level"', 63, "kind[1].by", "field_missing"),
        ('id = "hosting"', 'id = "course"', 57, "kind[1].id", "id_twice"),
        ('formula = "per_unit"', 'formula = "stated"', 56, "kind[1].fields", "field_missing"),
        ('formula = "per_unit"', 'formula = "by_luck"', 62, "kind[1].formula", "word_unknown"),
    ],
)  # fmt: skip
def test_a_bad_pack_is_refused_with_its_line_and_reason(old, new, line, place, reason):
    assert SMALL.count(old) == 1
    fault = fault_of(SMALL.replace(old, new))
    assert (fault.line, fault.place, fault.reason) == (line, place, reason)
    assert f":{line}: {place}: {reason}" in str(fault)


def test_a_list_over_several_lines_names_the_line_of_its_member():
    wide = SMALL.replace('categories = ["only"]', 'categories = [\n  "only",\n  # none\n  "none",\n]', 1)
    fault = fault_of(wide)
    assert (fault.line, fault.place, fault.reason) == (36, "kind[0].categories[1]", "category_unknown")


def test_a_text_over_several_lines_is_not_taken_for_keys():
    told = SMALL.replace('source = "N"\nunit', 'source = """N\nhours = 3\n[day]\n"""\nunit')
    told = told.replace("value = 6,", "value = -6,")
    assert (fault_of(told).line, fault_of(told).reason) == (18, "negative")


def test_the_same_category_twice_is_refused():
    start = SMALL.index("[[category]]")
    twice = SMALL[:start] + SMALL[start : SMALL.index("[day]")] + SMALL[start:]
    assert (fault_of(twice).line, fault_of(twice).reason) == (15, "id_twice")


def test_one_look_finds_the_faults_of_every_kind():
    bad = SMALL.replace("city = { value = 2.5,", "city = { value = -1,").replace('by = "events"', 'by = "moons"')
    bad = bad.replace('when = { zh = "非原件", en = "Not an original" }\n', "")
    assert [(one.line, one.reason) for one in fault_of(bad).all] == [
        (23, "key_missing"),
        (53, "negative"),
        (62, "field_missing"),
    ]


@pytest.mark.parametrize(
    ("raw", "line", "reason"),
    [
        (SMALL.encode().replace("某市".encode(), "某市".encode("gb18030")), 3, "not_utf8"),
        (b"\n\n\xff\xfe", 3, "not_utf8"),
        (b"# " + b"x" * (10 * 1024 * 1024), 1, "too_large"),
        (b'id = "a"\nb = ' + b"[" * 5000 + b"]" * 5000, 2, "too_deep"),
        (b'id = "a"\n\nb = ' + b"{ c = " * 5000 + b"1" + b"}" * 5000, 3, "too_deep"),
        (b'id = "a"\n' + b"a." * 50000 + b"b = 1", 2, "too_deep"),
        (b'id = "a"\n[' + b"a." * 50000 + b"b]", 2, "too_deep"),
        (b"", 1, "key_missing"),
        (b"\x00", 1, "syntax"),
        (b"[[kind]]\n" * 20000, 1, "key_missing"),
    ],
)
def test_a_file_that_is_no_pack_at_all_is_refused_at_once(tmp_path, raw, line, reason):
    path = tmp_path / "bad.toml"
    path.write_bytes(raw)
    begun = time.perf_counter()
    fault = fault_of(path)
    assert (fault.name, fault.line, fault.reason) == ("bad.toml", line, reason)
    assert time.perf_counter() - begun < 5


def test_two_packs_may_not_bind_the_same_year(tmp_path):
    binds = '[binds]\nfirst = 2021\nseries = ["*"]\nsource = "N"\n'
    (tmp_path / "small.toml").write_text(SMALL + binds, encoding="utf-8")
    assert set(read_folder(tmp_path)) == {"small"}
    other = SMALL.replace('"small"', '"other"') + binds.replace("2021", "2030")
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    with pytest.raises(PackFault) as refusal:
        read_folder(tmp_path)
    assert refusal.value.reason == "bindings_overlap"


def test_a_pack_is_named_after_its_id(tmp_path):
    (tmp_path / "large.toml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(PackFault) as refusal:
        read_folder(tmp_path)
    assert (refusal.value.reason, refusal.value.name) == ("name_differs", "large.toml")
