"""A duty at a place once a person: an index over expressions, which autogenerating the first migration left out."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = "uq_appointment_user_place"
PLACE = ("school_id", "authority_id", "organiser_id")


def upgrade() -> None:
    places = [sa.text(f"coalesce({column}, 0)") for column in PLACE]
    op.create_index(NAME, "appointment", ["user_id", "duty", *places], unique=True)


def downgrade() -> None:
    op.drop_index(NAME, table_name="appointment")
