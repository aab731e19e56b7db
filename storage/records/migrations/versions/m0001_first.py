"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "m0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    _create_register()
    _create_alerts()
    _create_work_orders()
    _create_facts()
    _guard_facts()
    _create_letters()
    _create_people()
    _create_notes()


def _id() -> sa.Column[int]:
    whole = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", whole, autoincrement=True, primary_key=True)


def _words(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _whole(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=null)


def _number(name: str) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=True)


def _yes_or_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _one_where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _create_register() -> None:
    op.create_table(
        "register_versions",
        _whole("version"),
        _whole("at"),
        _words("who"),
        _words("why"),
        sa.PrimaryKeyConstraint("version", name="pk_register_versions"),
    )
    op.create_table(
        "register_entries",
        _id(),
        _words("noun"),
        _words("key"),
        sa.Column("version_from", sa.BigInteger, sa.ForeignKey("register_versions.version"), nullable=False),
        sa.Column("version_to", sa.BigInteger, sa.ForeignKey("register_versions.version"), nullable=True),
        _whole("position"),
        _words("body", null=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_register_entries_history", "register_entries", ["noun", "key", "version_from"])
    op.create_index(
        "uq_register_entries_in_force",
        "register_entries",
        ["noun", "key"],
        unique=True,
        **_one_where("version_to IS NULL"),
    )


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        _id(),
        _words("rule"),
        _words("rule_version"),
        _words("clause"),
        _words("point"),
        _words("asset"),
        _words("zone"),
        sa.Column("severity", sa.SmallInteger, nullable=False),
        _yes_or_no("life_safety"),
        _words("title_zh"),
        _words("title_en"),
        _words("condition"),
        _yes_or_no("acknowledged"),
        _words("acknowledged_by"),
        _whole("acknowledged_at", null=True),
        _whole("started"),
        _whole("raised"),
        _whole("ended", null=True),
        _whole("opened"),
        _whole("closed", null=True),
        _number("value"),
        _number("latest"),
        _words("unit"),
        _number("low"),
        _number("high"),
        _words("limit_zh"),
        _words("limit_en"),
        _yes_or_no("late"),
        _whole("work_order", null=True),
        _whole("version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_asset", "alerts", ["asset", "id"])
    op.create_index("ix_alerts_open", "alerts", ["id"], **_one_where("closed IS NULL"))
    op.create_index("ix_alerts_point", "alerts", ["point", "id"])
    op.create_index("ix_alerts_rule", "alerts", ["rule", "id"])
    op.create_index("ix_alerts_started", "alerts", ["started"])
    op.create_index("ix_alerts_state", "alerts", ["condition", "acknowledged", "id"])
    op.create_index("ix_alerts_zone", "alerts", ["zone", "id"])
    op.create_index("uq_alerts_open", "alerts", ["rule", "point"], unique=True, **_one_where("closed IS NULL"))
    op.create_table(
        "tracks",
        _words("rule"),
        _words("point"),
        _words("condition"),
        _whole("bad_since"),
        _whole("raised"),
        _whole("good_since"),
        _whole("last"),
        sa.PrimaryKeyConstraint("rule", "point", name="pk_tracks"),
    )


def _create_work_orders() -> None:
    op.create_table(
        "work_orders",
        _id(),
        _whole("alert", null=True),
        _words("kind"),
        _words("title_zh"),
        _words("title_en"),
        _words("clause"),
        sa.Column("severity", sa.SmallInteger, nullable=False),
        _yes_or_no("life_safety"),
        _words("point"),
        _words("asset"),
        _words("zone"),
        _words("limit_zh"),
        _words("limit_en"),
        _number("value"),
        _words("unit"),
        _words("rule"),
        _words("rule_version"),
        _words("state"),
        _words("assignee"),
        _whole("opened"),
        _whole("event_at"),
        _whole("closed", null=True),
        _yes_or_no("emergency"),
        _whole("duplicate_of", null=True),
        _words("finished_by"),
        _words("clocks"),
        _whole("version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_work_orders_alert", "work_orders", ["alert"])
    op.create_index("ix_work_orders_asset", "work_orders", ["asset", "id"])
    op.create_index("ix_work_orders_assignee", "work_orders", ["assignee", "id"])
    is_open = "state NOT IN ('closed', 'reviewed', 'cancelled', 'duplicate-of')"
    op.create_index("ix_work_orders_open", "work_orders", ["id"], **_one_where(is_open))
    op.create_index("ix_work_orders_opened", "work_orders", ["opened"])
    op.create_index("ix_work_orders_state", "work_orders", ["state", "id"])
    op.create_index("ix_work_orders_zone", "work_orders", ["zone", "id"])


def _create_facts() -> None:
    op.create_table(
        "facts",
        _whole("seq"),
        _whole("at"),
        _words("noun"),
        _words("subject"),
        _words("what"),
        _words("before"),
        _words("after"),
        _words("why"),
        _words("who"),
        _words("data"),
        _words("previous"),
        _words("hash"),
        sa.PrimaryKeyConstraint("seq", name="pk_facts"),
        sa.UniqueConstraint("previous", name="uq_facts_previous"),
    )
    op.create_index("ix_facts_subject", "facts", ["noun", "subject", "seq"])


def _create_letters() -> None:
    op.create_table(
        "dead_letters",
        _id(),
        _words("likeness"),
        _words("source"),
        _words("topic"),
        _words("reason"),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        _whole("size"),
        _whole("first"),
        _whole("last"),
        _whole("count"),
        _whole("retry", null=True),
        _whole("resolved", null=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_dead_letters_last", "dead_letters", ["last", "id"])
    op.create_index("ix_dead_letters_retry", "dead_letters", ["retry"], **_one_where("retry IS NOT NULL"))
    op.create_index("ix_dead_letters_source", "dead_letters", ["source"], **_one_where("resolved IS NULL"))
    op.create_index(
        "uq_dead_letters_unresolved", "dead_letters", ["likeness"], unique=True, **_one_where("resolved IS NULL")
    )
    op.create_table(
        "unclaimed",
        _id(),
        _words("likeness"),
        _words("source"),
        _words("external_id"),
        _words("key"),
        _words("topic"),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        _words("guess"),
        _whole("first"),
        _whole("last"),
        _whole("count"),
        sa.UniqueConstraint("likeness", name="uq_unclaimed_likeness"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unclaimed_last", "unclaimed", ["last", "id"])
    op.create_index("ix_unclaimed_source", "unclaimed", ["source"])


def _create_people() -> None:
    op.create_table(
        "accounts",
        _words("id"),
        _words("name"),
        _words("role"),
        _words("password"),
        _whole("created"),
        _whole("disabled", null=True),
        _words("language"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_table(
        "sessions",
        _words("digest"),
        _words("account"),
        _words("csrf"),
        _whole("created"),
        _whole("seen"),
        _whole("expires"),
        _words("language"),
        _words("agent"),
        sa.PrimaryKeyConstraint("digest", name="pk_sessions"),
    )
    op.create_index("ix_sessions_account", "sessions", ["account"])
    op.create_index("ix_sessions_expires", "sessions", ["expires"])
    op.create_table(
        "tokens",
        _id(),
        _words("digest"),
        _words("name"),
        _words("role"),
        _whole("created"),
        _words("created_by"),
        _whole("expires", null=True),
        _whole("revoked", null=True),
        _whole("used", null=True),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "failed_sign_ins",
        _id(),
        _words("digest"),
        _whole("at"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_failed_sign_ins_at", "failed_sign_ins", ["at"])
    op.create_index("ix_failed_sign_ins_digest", "failed_sign_ins", ["digest", "at"])


def _create_notes() -> None:
    op.create_table(
        "notes",
        _words("name"),
        _words("value"),
        sa.PrimaryKeyConstraint("name", name="pk_notes"),
    )


_SQLITE_GUARDS = (
    "CREATE TRIGGER facts_stay BEFORE UPDATE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never changed'); END",
    "CREATE TRIGGER facts_remain BEFORE DELETE ON facts BEGIN SELECT RAISE(ABORT, 'facts are never removed'); END",
    # INSERT OR REPLACE removes without asking the trigger above.
    """
    CREATE TRIGGER facts_follow BEFORE INSERT ON facts WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM facts)
    BEGIN SELECT RAISE(ABORT, 'facts follow one another'); END
    """,
)
_POSTGRES_GUARDS = (
    """
    CREATE FUNCTION refuse_change_of_facts() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'facts are never changed or removed'; END $$
    """,
    "CREATE TRIGGER facts_stay BEFORE UPDATE OR DELETE ON facts FOR EACH ROW EXECUTE FUNCTION refuse_change_of_facts()",
    "CREATE TRIGGER facts_remain BEFORE TRUNCATE ON facts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_facts()",
)


def _guard_facts() -> None:
    """Facts are evidence: whoever wants to change one has to take away a trigger first, and the chain tells."""
    for guard in _SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else _POSTGRES_GUARDS:
        op.execute(guard)
