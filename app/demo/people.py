"""Invented teachers: who they are, where they worked and when. Their hours are other modules' business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.demo.days import a_day, seeded
from app.demo.names import MINORITY_NAMES, RARE_NAMES, IdNumbers, birthday, full_name, phone
from app.demo.places import STAGES_OF_KIND, Place
from app.domain.identity import mask_id_number
from app.domain.scope import Stay
from app.security.secrets import seal

STORY_NAME = "陈静怡"
# At every school the first few have stayed where they are: stories are told of them.
SETTLED = range(3)
# Of the first school one came from elsewhere, one has retired and one is new, whatever the size of the load.
MOVED, GONE, NEW = 4, 5, 10
UNUSUAL = {3: RARE_NAMES, 7: MINORITY_NAMES, 11: {"1": ("欧阳俊杰",), "2": ("欧阳慧琳",)}}
SUBJECTS = {
    "kindergarten": ("学前教育",),
    "primary": ("语文", "数学", "英语", "科学", "体育与健康", "美术", "音乐", "道德与法治", "信息科技"),
    "junior": ("语文", "数学", "英语", "物理", "化学", "生物", "历史", "地理", "道德与法治", "体育与健康"),
    "senior": ("语文", "数学", "英语", "物理", "化学", "生物", "历史", "地理", "思想政治", "信息技术"),
    "vocational": ("计算机应用", "电子商务", "护理", "汽车运用", "会计事务", "语文", "数学"),
    "special": ("生活适应", "康复训练", "语文", "数学"),
}
POST_OF_KIND = {"teaching_research": "teaching_research", "research": "research", "audiovisual": "audiovisual"}
OTHER_SERIES = (
    ("laboratory", "laboratory"), ("library", "library"), ("accounting", "other"), ("health", "other"),
    ("archives", "other"), ("engineering", "other"),
)  # fmt: skip
TITLES = ("none", "third", "second", "first", "senior", "full_senior")
# Shares of the titles by years of service: up to 2, 8, 16, and beyond.
TITLE_SHARES = (
    (2, (70, 22, 8, 0, 0, 0)),
    (8, (6, 8, 70, 16, 0, 0)),
    (16, (1, 1, 22, 66, 10, 0)),
    (99, (1, 0, 6, 48, 42, 3)),
)


@dataclass(slots=True)
class Person:
    """A teacher. ``stays`` in order of time; the last one is open unless the teacher has left."""

    id: int
    position: int
    name: str
    id_number: str
    sex: str
    place: Place
    stage: str | None
    subject: str | None
    title: str
    series: str
    post: str
    joined_on: date
    left_on: date | None
    phone: str
    stays: list[Stay]
    left_reason: str | None = None
    user_id: int | None = None
    is_story: bool = False
    is_of_first_school: bool = False

    @property
    def masked(self) -> str:
        return mask_id_number(self.id_number)

    def school_on(self, on: date) -> int | None:
        """The school of a day, None where there was none."""
        for stay in self.stays:
            if stay.from_on <= on and (stay.to_on is None or on <= stay.to_on):
                return stay.school_id
        return None


class People:
    """Makes the teachers of one school after another."""

    def __init__(self, seed: int, today: date, years: Sequence[int], places: Sequence[Place]) -> None:
        self._seed = seed
        self._today = today
        self._years = years
        self._numbers = IdNumbers()
        self._first_id = places[0].id
        # Where somebody may have come from: the closed school among them, more often than its size.
        self._with_history = [place for place in places if place.has_history] + [places[-1]] * 3
        self._without = [place for place in places if not place.has_history]

    def person(self, teacher_id: int, place: Place, position: int) -> Person:
        """The teacher at a position of a school's roster; the first of the first school has a story."""
        rng = seeded(self._seed, "teacher", place.id, position)
        is_story = position == 0 and place.id == self._first_id
        sex = "2" if is_story or rng.random() < (0.95 if place.kind == "kindergarten" else 0.72) else "1"
        born_on = birthday(rng, self._today)
        stage, subject = self._teaching(rng, place)
        series, post = "teacher", POST_OF_KIND.get(place.kind, "full_time")
        if not is_story and rng.random() < (0.3 if place.kind == "college" else 0.035):
            series, post = OTHER_SERIES[int(rng.random() ** 1.6 * len(OTHER_SERIES))]
            stage = subject = None
        joined_on = self._joined(rng, born_on)
        if place.id == self._first_id and position in (MOVED, GONE, NEW):
            born_on, joined_on = {
                MOVED: (date(1984, 3, 5), date(2008, 9, 1)),
                GONE: (date(self._today.year - 61, 3, 5), date(1988, 9, 1)),
                NEW: (date(self._today.year - 23, 3, 5), self._lately()),
            }[position]
        if is_story:
            born_on, joined_on, stage, subject = date(1989, 6, 14), date(2012, 9, 1), "primary", "语文"
        stays, left_on = self._stays(rng, place, position, joined_on)
        return Person(
            id=teacher_id,
            position=position,
            name=STORY_NAME if is_story else self._name(rng, place, position, sex),
            id_number=self._numbers.make(rng, place.district, born_on, sex),
            sex=sex,
            place=place,
            stage=stage,
            subject=subject,
            title="first" if is_story else self._title(rng, joined_on),
            series=series,
            post=post,
            joined_on=joined_on,
            left_on=left_on,
            phone=phone(rng),
            stays=stays,
            left_reason=self._why_left(place, position, born_on, left_on),
            is_story=is_story,
            is_of_first_school=place.id == self._first_id,
        )

    def _name(self, rng: Random, place: Place, position: int, sex: str) -> str:
        """A name; the first school has one of each unusual sort, whatever the size of the load."""
        if place.id != self._first_id or position not in UNUSUAL:
            return full_name(rng, sex)
        return rng.choice(UNUSUAL[position][sex])

    def _teaching(self, rng: Random, place: Place) -> tuple[str | None, str | None]:
        stages = STAGES_OF_KIND.get(place.kind)
        if stages is None:
            return None, None
        stage = rng.choice(stages)
        return stage, rng.choice(SUBJECTS[stage])

    def _title(self, rng: Random, joined_on: date) -> str:
        served = (self._today - joined_on).days // 365
        shares = next(shares for years, shares in TITLE_SHARES if served <= years)
        return rng.choices(TITLES, shares)[0]

    def _joined(self, rng: Random, born_on: date) -> date:
        """A first of September, most often between 22 and 30 years of age, and no later than the last one."""
        latest = self._today.year - (0 if self._today >= date(self._today.year, 9, 1) else 1)
        year = min(latest, born_on.year + 22 + int(rng.random() ** 2 * 9))
        return date(year, 9, 1)

    def _lately(self) -> date:
        """The beginning of the term that began last."""
        terms = [date(self._today.year, 9, 1), date(self._today.year, 2, 17), date(self._today.year - 1, 9, 1)]
        return next(begin for begin in terms if begin <= self._today)

    def _why_left(self, place: Place, position: int, born_on: date, left_on: date | None) -> str | None:
        if left_on is None:
            return None
        if left_on.year - born_on.year >= 55:
            return "retired"
        shares = {"transferred": 60, "resigned": 37, "deceased": 3}
        return seeded(self._seed, "left", place.id, position).choices(list(shares), list(shares.values()))[0]

    def _stays(self, rng: Random, place: Place, position: int, joined_on: date) -> tuple[list[Stay], date | None]:
        last_year = self._today.year - 1
        begin = joined_on
        if not place.has_history:
            # The register of these schools begins with last year.
            begin = max(joined_on, date(last_year, 1, 1))
        stays = [Stay(place.id, begin, None)]
        is_told = place.id == self._first_id and position in (MOVED, GONE)
        moves = rng.random() < 0.05 and position not in SETTLED
        leaves = rng.random() < 0.03 and position not in SETTLED
        if is_told:
            moves, leaves = position == MOVED, position == GONE
        if moves:
            others = self._with_history if place.has_history else self._without
            moved_on = date(rng.choice((2020, 2021, last_year, last_year)), 9, 1)
            other = next((some for some in rng.sample(others, min(3, len(others))) if some is not place), None)
            if other is not None and begin < moved_on <= self._today:
                stays = [Stay(other.id, begin, moved_on - timedelta(days=1)), Stay(place.id, moved_on, None)]
        earliest = max(stays[-1].from_on + timedelta(days=200), date(2020, 1, 1))
        latest = self._today - timedelta(days=20)
        if leaves and earliest < latest:
            left_on = a_day(rng, earliest, latest)
            stays[-1] = stays[-1]._replace(to_on=left_on)
            return stays, left_on
        return stays, None


def teacher_row(person: Person) -> dict[str, object]:
    """The teacher's columns."""
    sealed = seal(person.id_number)
    return {
        "id": person.id,
        "name": person.name,
        "id_number_cipher": sealed.cipher,
        "id_number_index": sealed.index,
        "id_number_masked": person.masked,
        "sex": person.sex,
        "school_id": person.place.id,
        "stage": person.stage,
        "subject": person.subject,
        "title": person.title,
        "series": person.series,
        "post": person.post,
        "joined_on": person.joined_on,
        "left_on": person.left_on,
        "left_reason": person.left_reason,
        "phone": person.phone,
        "is_active": person.left_on is None,
        "user_id": person.user_id,
        "version": 1,
    }
