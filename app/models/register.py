"""The register: districts, reviewing authorities, organisers, schools, teachers and where they worked.

ID numbers stand here encrypted, beside a blind index for look-ups and the masked form for screens
(PIPL; PROMISES "ID numbers are secret"). The words of the CHECK lists are DOMAIN §1 and §8.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Model, Versioned, one_of

AUTHORITY_KINDS = ("district", "centre")
OWNERSHIPS = ("public", "private")
SCHOOL_KINDS = (
    "kindergarten",
    "primary",
    "junior",
    "senior",
    "complete",
    "nine_year",
    "vocational",
    "special",
    "teaching_research",
    "research",
    "audiovisual",
    "youth_palace",
    "teacher_training",
    "college",
    "other",
)
STAGES = ("kindergarten", "primary", "junior", "senior", "vocational", "special")
SERIES = (
    "teacher",
    "laboratory",
    "library",
    "engineering",
    "archives",
    "accounting",
    "health",
    "other",
)
POSTS = (
    "full_time",
    "laboratory",
    "library",
    "teaching_research",
    "research",
    "audiovisual",
    "other",
)
# Why somebody left: 退休, 离职, 调出, 去世. Their history stays (SCOPE).
LEFT_REASONS = ("retired", "resigned", "transferred", "deceased")
TITLES = ("full_senior", "senior", "first", "second", "third", "none")
SEXES = ("0", "1", "2", "9")  # GB/T 2261.1
ORGANISER_LEVELS = ("national", "province", "city", "district", "school", "other")


class District(Versioned, Model):
    """An administrative district, GB/T 2260."""

    __tablename__ = "district"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True, nullable=False)
    name: Mapped[str] = mapped_column(String(50), unique=True, nullable=False)

    __table_args__ = (CheckConstraint("length(code) = 6", name="code"),)

    def __str__(self) -> str:
        return self.name


class Authority(Versioned, Model):
    """Who does the second review: a district's bureau, or the municipal training centre (S1 §四)."""

    __tablename__ = "authority"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True, nullable=False)
    name: Mapped[str] = mapped_column(String(100), unique=True, nullable=False)
    kind: Mapped[str] = mapped_column(String(10), nullable=False)
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), unique=True)
    district: Mapped[District | None] = relationship()

    __table_args__ = (
        one_of("kind", AUTHORITY_KINDS),
        CheckConstraint("(kind = 'district') = (district_id IS NOT NULL)", name="district_of_kind"),
    )

    def __str__(self) -> str:
        return self.name


class Organiser(Versioned, Model):
    """Who runs activities: a training base, an institute, a bureau. Schools run their own without one."""

    __tablename__ = "organiser"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True, nullable=False)
    level: Mapped[str] = mapped_column(String(10), nullable=False)
    is_education_authority: Mapped[bool] = mapped_column(Boolean, nullable=False, default=False)

    __table_args__ = (one_of("level", ORGANISER_LEVELS),)

    def __str__(self) -> str:
        return self.name


class School(Versioned, Model):
    """An employing unit. Without ``authority_id`` its own review is the last (S2's college)."""

    __tablename__ = "school"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True, nullable=False)
    name: Mapped[str] = mapped_column(String(100), nullable=False, index=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), nullable=False, index=True)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"), index=True)
    ownership: Mapped[str] = mapped_column(String(10), nullable=False, default="public")
    kind: Mapped[str] = mapped_column(String(20), nullable=False, default="other")
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    district: Mapped[District] = relationship()
    authority: Mapped[Authority | None] = relationship()

    @property
    def no_second_review(self) -> bool:
        """Whether the school's own review is the last one."""
        return self.authority_id is None

    __table_args__ = (
        one_of("ownership", OWNERSHIPS),
        one_of("kind", SCHOOL_KINDS),
        CheckConstraint("length(code) = 10", name="code"),
    )

    def __str__(self) -> str:
        return self.name


class Teacher(Versioned, Model):
    """The person verified. ``school_id`` repeats the open affiliation so that lists need no join on dates."""

    __tablename__ = "teacher"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(50), nullable=False, index=True)
    id_number_cipher: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    id_number_index: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    id_number_masked: Mapped[str] = mapped_column(String(18), nullable=False)
    sex: Mapped[str] = mapped_column(String(1), nullable=False)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False, index=True)
    stage: Mapped[str | None] = mapped_column(String(20))
    subject: Mapped[str | None] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(20), nullable=False, default="none")
    series: Mapped[str] = mapped_column(String(20), nullable=False, default="teacher")
    post: Mapped[str] = mapped_column(String(20), nullable=False, default="full_time")
    joined_on: Mapped[date | None] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    left_reason: Mapped[str | None] = mapped_column(String(15))
    phone: Mapped[str | None] = mapped_column(String(20))
    is_active: Mapped[bool] = mapped_column(Boolean, nullable=False, default=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), unique=True)
    school: Mapped[School] = relationship()
    affiliations: Mapped[list[Affiliation]] = relationship(
        back_populates="teacher", order_by="Affiliation.from_on"
    )

    __table_args__ = (
        one_of("sex", SEXES),
        one_of("stage", STAGES),
        one_of("title", TITLES),
        one_of("series", SERIES),
        one_of("post", POSTS),
        one_of("left_reason", LEFT_REASONS),
        CheckConstraint("length(trim(name)) > 0", name="name"),
        CheckConstraint("left_reason IS NULL OR left_on IS NOT NULL", name="left_why"),
        CheckConstraint("left_on IS NULL OR joined_on IS NULL OR left_on >= joined_on", name="left_on"),
    )

    def __str__(self) -> str:
        return self.name


class Affiliation(Model):
    """Where a teacher worked and when; ``to_on`` empty while it lasts. At most one lasts."""

    __tablename__ = "affiliation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), nullable=False, index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), nullable=False, index=True)
    from_on: Mapped[date] = mapped_column(Date, nullable=False)
    to_on: Mapped[date | None] = mapped_column(Date)
    teacher: Mapped[Teacher] = relationship(back_populates="affiliations")
    school: Mapped[School] = relationship()

    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="dates"),
        Index(
            "uq_affiliation_open",
            "teacher_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
    )
