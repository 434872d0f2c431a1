"""Exemptions, extensions of deadlines, and what the rules ask of teachers, claims, evidence and standings (DOMAIN §3)."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

claim = sa.table("claim", sa.column("id"), sa.column("certificate_number"), sa.column("certificate_key"))
CHUNK = 1000


def upgrade() -> None:
    op.create_table(
        "exemption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("effect", sa.String(length=10), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=True),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_by", sa.String(length=130), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("effect IN ('none', 'exempt', 'credited')", name=op.f("ck_exemption_effect")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_exemption_period")),
        sa.CheckConstraint(
            "(effect = 'credited') = (hours IS NOT NULL) AND (effect = 'credited') = (category IS NOT NULL)",
            name=op.f("ck_exemption_credited"),
        ),
        sa.CheckConstraint("hours IS NULL OR (hours > 0 AND hours <= 878400)", name=op.f("ck_exemption_hours")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_exemption_reason")),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_exemption_ended")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["ab_user.id"], name=op.f("fk_exemption_granted_by_id_ab_user")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_exemption_school_id_school")),
        sa.ForeignKeyConstraint(["teacher_id"], ["teacher.id"], name=op.f("fk_exemption_teacher_id_teacher")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemption")),
    )
    op.create_index(op.f("ix_exemption_school_id"), "exemption", ["school_id"])
    op.create_index(op.f("ix_exemption_teacher_id"), "exemption", ["teacher_id"])
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("teacher_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.String(length=15), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by_id", sa.Integer(), nullable=True),
        sa.Column("granted_by", sa.String(length=130), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "deadline IN ('claim', 'first_review', 'face_to_face', 'sessions')", name=op.f("ck_extension_deadline")
        ),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_extension_year")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_extension_reason")),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name=op.f("ck_extension_ended")),
        sa.ForeignKeyConstraint(["granted_by_id"], ["ab_user.id"], name=op.f("fk_extension_granted_by_id_ab_user")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_extension_school_id_school")),
        sa.ForeignKeyConstraint(["teacher_id"], ["teacher.id"], name=op.f("fk_extension_teacher_id_teacher")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_teacher_id"), "extension", ["teacher_id"])
    op.create_index("ix_extension_school_year", "extension", ["school_id", "year"])
    # A CHECK that belongs to its column comes and goes with it, on both databases, without rebuilding the table.
    op.execute(
        "ALTER TABLE teacher ADD COLUMN left_reason VARCHAR(15)"
        " CONSTRAINT ck_teacher_left_reason"
        " CHECK (left_reason IN ('retired', 'resigned', 'transferred', 'deceased'))"
        " CONSTRAINT ck_teacher_left_why CHECK (left_reason IS NULL OR left_on IS NOT NULL)"
    )
    op.add_column("claim", sa.Column("certificate_key", sa.String(length=60), nullable=True))
    op.drop_index("ix_claim_certificate_number", "claim")
    op.create_index(op.f("ix_claim_certificate_key"), "claim", ["certificate_key"])
    op.create_index("ix_certificate_year_series", "certificate", ["year", "series"])
    op.add_column("claim", sa.Column("is_flagged", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("evidence", sa.Column("purpose", sa.String(length=30), nullable=False, server_default="proof"))
    op.add_column("standing", sa.Column("credited", sa.JSON(), nullable=False, server_default="{}"))
    _fill_keys()


def _fill_keys() -> None:
    connection, last = op.get_bind(), 0
    while True:
        rows = connection.execute(
            sa.select(claim.c.id, claim.c.certificate_number)
            .where(claim.c.certificate_number.is_not(None), claim.c.id > last)
            .order_by(claim.c.id)
            .limit(CHUNK)
        ).all()
        if not rows:
            return
        connection.execute(
            sa.update(claim).where(claim.c.id == sa.bindparam("key")),
            [{"key": row.id, "certificate_key": _key(row.certificate_number)} for row in rows],
        )
        last = rows[-1].id


def _key(number: str) -> str | None:
    """As `certificate_key` of the domain was on the day of this step."""
    kept = "".join(mark for mark in unicodedata.normalize("NFKC", number).upper() if mark.isalnum())
    return kept[:60] or None


def downgrade() -> None:
    op.drop_column("standing", "credited")
    op.drop_index("ix_certificate_year_series", "certificate")
    op.drop_column("evidence", "purpose")
    op.drop_column("claim", "is_flagged")
    op.drop_index(op.f("ix_claim_certificate_key"), "claim")
    op.create_index("ix_claim_certificate_number", "claim", ["certificate_number"])
    op.drop_column("claim", "certificate_key")
    op.drop_column("teacher", "left_reason")
    op.drop_table("extension")
    op.drop_table("exemption")
