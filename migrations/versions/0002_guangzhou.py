"""The eleven districts of Guangzhou with their bureaux, and the municipal training centre (S1 §四, GB/T 2260)."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

DISTRICTS = {
    "440103": "荔湾区",
    "440104": "越秀区",
    "440105": "海珠区",
    "440106": "天河区",
    "440111": "白云区",
    "440112": "黄埔区",
    "440113": "番禺区",
    "440114": "花都区",
    "440115": "南沙区",
    "440117": "从化区",
    "440118": "增城区",
}
CENTRE = "440100"

district = sa.table("district", sa.column("id"), sa.column("code"), sa.column("name"), sa.column("version"))
authority = sa.table(
    "authority",
    sa.column("id"),
    sa.column("code"),
    sa.column("name"),
    sa.column("kind"),
    sa.column("district_id"),
    sa.column("version"),
)


def upgrade() -> None:
    connection = op.get_bind()
    # What was in use stayed when this step was taken back.
    known = set(connection.scalars(sa.select(district.c.code)))
    op.bulk_insert(
        district,
        [{"code": code, "name": name, "version": 1} for code, name in DISTRICTS.items() if code not in known],
    )
    ids = dict(connection.execute(sa.select(district.c.code, district.c.id)).all())
    bureaux = [
        {"code": code, "name": f"{name}教育局", "kind": "district", "district_id": ids[code], "version": 1}
        for code, name in DISTRICTS.items()
    ]
    centre = {
        "code": CENTRE,
        "name": "广州市中小学教师培训中心",
        "kind": "centre",
        "district_id": None,
        "version": 1,
    }
    known = set(connection.scalars(sa.select(authority.c.code)))
    op.bulk_insert(authority, [row for row in (*bureaux, centre) if row["code"] not in known])


def downgrade() -> None:
    """Take away what nothing rests on; a district with schools stays, as its schools do."""
    used_authorities = [
        sa.select(sa.table(name, sa.column("authority_id")).c.authority_id).where(
            sa.column("authority_id").is_not(None)
        )
        for name in ("school", "claim", "appointment")
    ]
    op.execute(
        authority.delete().where(
            authority.c.code.in_([*DISTRICTS, CENTRE]), authority.c.id.not_in(sa.union(*used_authorities))
        )
    )
    used_districts = [
        sa.select(sa.table(name, sa.column("district_id")).c.district_id).where(sa.column("district_id").is_not(None))
        for name in ("school", "authority")
    ]
    op.execute(
        district.delete().where(district.c.code.in_(list(DISTRICTS)), district.c.id.not_in(sa.union(*used_districts)))
    )
