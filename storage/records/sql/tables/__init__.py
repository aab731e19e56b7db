"""The tables, as this version wants them, one file a noun. ``migrations/`` brings a database here; a test compares the two."""

from storage.records.sql.tables.alerts import ALERTS, BREACHES, LATE_WORK, TRACKS
from storage.records.sql.tables.columns import METADATA, storable, within
from storage.records.sql.tables.facts import FACTS, NOTES
from storage.records.sql.tables.files import FILES
from storage.records.sql.tables.handing import HANDED
from storage.records.sql.tables.impairments import IMPAIRMENTS
from storage.records.sql.tables.incidents import BULLETINS, INCIDENTS, MEASURES, REVIEWS
from storage.records.sql.tables.issued_reports import ISSUED_REPORTS
from storage.records.sql.tables.letters import DEAD_LETTERS, UNCLAIMED
from storage.records.sql.tables.notices import CHAINS, NOTICES
from storage.records.sql.tables.occurrences import DUTY_VERSIONS, OCCURRENCES
from storage.records.sql.tables.people import ACCOUNTS, FAILED_SIGN_INS, LOOKS, SESSIONS, TOKENS
from storage.records.sql.tables.permissions import DOOR_FINDINGS, PERMISSION_ENTRIES, PERMISSION_VERSIONS
from storage.records.sql.tables.phones import PHONE_ENTRIES, PHONES
from storage.records.sql.tables.plans import PLAN_ENTRIES, PLAN_VERSIONS
from storage.records.sql.tables.registers import REGISTER_ENTRIES, REGISTER_VERSIONS
from storage.records.sql.tables.reports import CONTACTS, PLACE_CODES, REPORT_PHOTOS, REPORTS
from storage.records.sql.tables.response import CLOCK_ACTS, CLOCK_DUES, LEASES, TROUBLES
from storage.records.sql.tables.results import RESULTS
from storage.records.sql.tables.rotas import CALENDAR_FEEDS, ROTA_ENTRIES, ROTA_VERSIONS
from storage.records.sql.tables.rounds import CHECKPOINT_GIVEN, ROUNDS
from storage.records.sql.tables.rule_versions import RULE_VERSIONS
from storage.records.sql.tables.spans import MAINTENANCE, TEST_MODES
from storage.records.sql.tables.visits import CROSSINGS, RETRIEVALS, VISIT_GUESTS, VISITS
from storage.records.sql.tables.work_orders import ORDER_IS_OPEN, WORK_ORDERS

__all__ = [
    "ACCOUNTS",
    "ALERTS",
    "BREACHES",
    "BULLETINS",
    "CALENDAR_FEEDS",
    "CHAINS",
    "CHECKPOINT_GIVEN",
    "CLOCK_ACTS",
    "CLOCK_DUES",
    "CONTACTS",
    "CROSSINGS",
    "DEAD_LETTERS",
    "DOOR_FINDINGS",
    "DUTY_VERSIONS",
    "FACTS",
    "FAILED_SIGN_INS",
    "FILES",
    "HANDED",
    "IMPAIRMENTS",
    "INCIDENTS",
    "ISSUED_REPORTS",
    "LATE_WORK",
    "LEASES",
    "LOOKS",
    "MAINTENANCE",
    "MEASURES",
    "METADATA",
    "NOTES",
    "NOTICES",
    "OCCURRENCES",
    "ORDER_IS_OPEN",
    "PERMISSION_ENTRIES",
    "PERMISSION_VERSIONS",
    "PHONES",
    "PHONE_ENTRIES",
    "PLACE_CODES",
    "PLAN_ENTRIES",
    "PLAN_VERSIONS",
    "REGISTER_ENTRIES",
    "REGISTER_VERSIONS",
    "REPORTS",
    "REPORT_PHOTOS",
    "RESULTS",
    "RETRIEVALS",
    "REVIEWS",
    "ROTA_ENTRIES",
    "ROTA_VERSIONS",
    "ROUNDS",
    "RULE_VERSIONS",
    "SESSIONS",
    "TEST_MODES",
    "TOKENS",
    "TRACKS",
    "TROUBLES",
    "UNCLAIMED",
    "VISITS",
    "VISIT_GUESTS",
    "WORK_ORDERS",
    "storable",
    "within",
]
