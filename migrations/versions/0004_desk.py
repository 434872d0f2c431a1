"""Saved views, notes, notices, delegation, sentences of reasons, samples of bulk approvals, figures counted beforehand."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "reason_sentence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("zh", sa.String(length=300), nullable=False),
        sa.Column("en", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(trim(zh)) > 0 AND length(trim(en)) > 0", name=op.f("ck_reason_sentence_sentence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reason_sentence")),
        sa.UniqueConstraint("code", name=op.f("uq_reason_sentence_code")),
    )
    op.create_table(
        "review_setting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_percent", sa.Integer(), nullable=False),
        sa.Column("sample_least", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_review_setting_single")),
        sa.CheckConstraint("sample_least BETWEEN 0 AND 100", name=op.f("ck_review_setting_least")),
        sa.CheckConstraint("sample_percent BETWEEN 0 AND 100", name=op.f("ck_review_setting_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_setting")),
    )
    op.create_table(
        "bulk_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=130), nullable=False),
        sa.Column("sample_percent", sa.Integer(), nullable=False),
        sa.Column("sample_least", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("unusual", sa.JSON(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_bulk_review_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_review")),
    )
    op.create_index(op.f("ix_bulk_review_user_id"), "bulk_review", ["user_id"])
    op.create_table(
        "list_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_list_choice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_choice")),
        sa.UniqueConstraint("user_id", "view", name=op.f("uq_list_choice_user_id_view")),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=130), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "subject IN ('claim', 'teacher', 'school', 'activity', 'standing', 'certificate')",
            name=op.f("ck_note_subject"),
        ),
        sa.CheckConstraint("length(trim(text)) > 0", name=op.f("ck_note_text")),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_note_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_subject", "note", ["subject", "subject_id"])
    op.create_table(
        "preference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("toured_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_preference_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preference")),
        sa.UniqueConstraint("user_id", name=op.f("uq_preference_user_id")),
    )
    op.create_table(
        "authority_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_authority_tally_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_tally")),
        sa.UniqueConstraint("authority_id", "year", name=op.f("uq_authority_tally_authority_id_year")),
    )
    op.create_index("ix_authority_tally_year", "authority_tally", ["year"])
    op.create_table(
        "delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_user_id", sa.Integer(), nullable=False),
        sa.Column("to_user_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(school_id IS NULL) <> (authority_id IS NULL)", name=op.f("ck_delegation_place")),
        sa.CheckConstraint("from_user_id <> to_user_id", name=op.f("ck_delegation_other")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_delegation_reason")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_delegation_period")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_delegation_authority_id")),
        sa.ForeignKeyConstraint(["from_user_id"], ["ab_user.id"], name=op.f("fk_delegation_from_user_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_delegation_school_id")),
        sa.ForeignKeyConstraint(["to_user_id"], ["ab_user.id"], name=op.f("fk_delegation_to_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    op.create_index(op.f("ix_delegation_authority_id"), "delegation", ["authority_id"])
    op.create_index(op.f("ix_delegation_from_user_id"), "delegation", ["from_user_id"])
    op.create_index(op.f("ix_delegation_school_id"), "delegation", ["school_id"])
    op.create_index(op.f("ix_delegation_to_user_id"), "delegation", ["to_user_id"])
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=10), nullable=True),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "duty IN ('teacher', 'school', 'authority', 'organiser', 'city', 'auditor', 'system')",
            name=op.f("ck_saved_view_duty"),
        ),
        sa.CheckConstraint(
            "duty IS NOT NULL OR (school_id IS NULL AND authority_id IS NULL)", name=op.f("ck_saved_view_shared")
        ),
        sa.CheckConstraint("length(trim(title)) > 0", name=op.f("ck_saved_view_title")),
        sa.ForeignKeyConstraint(["authority_id"], ["authority.id"], name=op.f("fk_saved_view_authority_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"], name=op.f("fk_saved_view_owner_id")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_saved_view_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("owner_id", "view", "title", name=op.f("uq_saved_view_owner_id_view_title")),
    )
    op.create_index("ix_saved_view_view", "saved_view", ["view"])
    op.create_table(
        "school_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("teachers", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.Integer(), nullable=False),
        sa.Column("would_pass", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("wait_first", sa.Integer(), nullable=False),
        sa.Column("wait_second", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("decisions", sa.Integer(), nullable=False),
        sa.Column("recent_first", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("passed + exempt <= teachers", name=op.f("ck_school_tally_passed")),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name=op.f("fk_school_tally_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_tally")),
        sa.UniqueConstraint("school_id", "year", name=op.f("uq_school_tally_school_id_year")),
    )
    op.create_index("ix_school_tally_year", "school_tally", ["year"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_notice_claim_id")),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_claim_id"), "notice", ["claim_id"])
    op.create_index("ix_notice_mailed_at", "notice", ["mailed_at"])
    op.create_index("ix_notice_user_id_read_at", "notice", ["user_id", "read_at"])
    op.create_table(
        "spot_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("bulk_review_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("stage IN ('first', 'second')", name=op.f("ck_spot_check_stage")),
        sa.ForeignKeyConstraint(["bulk_review_id"], ["bulk_review.id"], name=op.f("fk_spot_check_bulk_review_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_spot_check_claim_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["ab_user.id"], name=op.f("fk_spot_check_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spot_check")),
        sa.UniqueConstraint("claim_id", "round", "stage", name=op.f("uq_spot_check_claim_id_round_stage")),
    )
    op.create_index(op.f("ix_spot_check_bulk_review_id"), "spot_check", ["bulk_review_id"])
    op.create_index("ix_spot_check_claim_id", "spot_check", ["claim_id"])
    op.add_column("decision", sa.Column("open_fields", sa.JSON(), nullable=True))
    op.add_column("claim", sa.Column("form_key", sa.String(length=32), nullable=True))
    op.create_index("uq_claim_form_key", "claim", ["form_key"], unique=True)
    op.add_column("decision", sa.Column("acted_for", sa.String(length=100), nullable=True))
    setting = sa.table(
        "review_setting",
        sa.column("id"),
        sa.column("sample_percent"),
        sa.column("sample_least"),
        sa.column("seed"),
        sa.column("version"),
    )
    op.execute(sa.insert(setting).values(id=1, sample_percent=5, sample_least=1, seed=secrets.token_hex(16), version=1))
    op.create_index("ix_claim_authority_queue", "claim", ["authority_id", "state", "year", "submitted_at", "id"])
    op.create_index("ix_claim_starts_on_ends_on", "claim", ["starts_on", "ends_on"])
    op.create_index("ix_decision_user_id_decided_at", "decision", ["user_id", "decided_at"])
    op.create_index("ix_decision_claim_id_user_id", "decision", ["claim_id", "user_id"])


def downgrade():
    op.drop_index("ix_decision_claim_id_user_id", "decision")
    op.drop_index("ix_decision_user_id_decided_at", "decision")
    op.drop_index("ix_claim_starts_on_ends_on", "claim")
    op.drop_index("ix_claim_authority_queue", "claim")
    op.drop_column("decision", "acted_for")
    op.drop_index("uq_claim_form_key", table_name="claim")
    op.drop_column("claim", "form_key")
    op.drop_column("decision", "open_fields")
    op.drop_index("ix_spot_check_claim_id", "spot_check")
    op.drop_index(op.f("ix_spot_check_bulk_review_id"), "spot_check")
    op.drop_table("spot_check")
    op.drop_index("ix_notice_user_id_read_at", "notice")
    op.drop_index("ix_notice_mailed_at", "notice")
    op.drop_index(op.f("ix_notice_claim_id"), "notice")
    op.drop_table("notice")
    op.drop_index("ix_school_tally_year", "school_tally")
    op.drop_table("school_tally")
    op.drop_index("ix_saved_view_view", "saved_view")
    op.drop_table("saved_view")
    op.drop_index(op.f("ix_delegation_to_user_id"), "delegation")
    op.drop_index(op.f("ix_delegation_school_id"), "delegation")
    op.drop_index(op.f("ix_delegation_from_user_id"), "delegation")
    op.drop_index(op.f("ix_delegation_authority_id"), "delegation")
    op.drop_table("delegation")
    op.drop_index("ix_authority_tally_year", "authority_tally")
    op.drop_table("authority_tally")
    op.drop_table("preference")
    op.drop_index("ix_note_subject", "note")
    op.drop_table("note")
    op.drop_table("list_choice")
    op.drop_index(op.f("ix_bulk_review_user_id"), "bulk_review")
    op.drop_table("bulk_review")
    op.drop_table("review_setting")
    op.drop_table("reason_sentence")
