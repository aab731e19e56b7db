"""One unit of work: the nouns over one transaction."""

from __future__ import annotations

from storage.records.breaches import Breaches, LateWork
from storage.records.clocks import Clocks
from storage.records.files import Files
from storage.records.handing import Handing
from storage.records.impairments import Impairments
from storage.records.incidents import Bulletins, Incidents, Reviews
from storage.records.issued_reports import IssuedReports, Looks
from storage.records.leases import Leases
from storage.records.notices import ChainRuns, Notices
from storage.records.occurrences import DutyVersions, Occurrences
from storage.records.people import People
from storage.records.permissions import DoorFindings, PermissionStore
from storage.records.personal import PersonalData
from storage.records.phones import PhoneEntries, Phones
from storage.records.plans import Plans
from storage.records.port import Alerts, Facts, Letters, Maintenances, Notes, Registers, TestRuns, WorkOrders
from storage.records.reports import PlaceCodes, Reports
from storage.records.results import Results
from storage.records.retrievals import Retrievals
from storage.records.rotas import Rotas
from storage.records.rounds import Rounds
from storage.records.rule_versions import RuleVersions
from storage.records.sql.alerts import SqlAlerts
from storage.records.sql.breaches import SqlBreaches, SqlLateWork
from storage.records.sql.chains import SqlChainRuns
from storage.records.sql.clocks import SqlClocks
from storage.records.sql.duty_versions import SqlDutyVersions
from storage.records.sql.facts import SqlFacts
from storage.records.sql.files import SqlFiles
from storage.records.sql.handing import SqlHanding
from storage.records.sql.impairments import SqlImpairments
from storage.records.sql.incidents import SqlBulletins, SqlIncidents, SqlReviews
from storage.records.sql.issued_reports import SqlIssuedReports, SqlLooks
from storage.records.sql.leases import SqlLeases
from storage.records.sql.letters import SqlLetters
from storage.records.sql.notes import SqlNotes
from storage.records.sql.notices import SqlNotices
from storage.records.sql.occurrences import SqlOccurrences
from storage.records.sql.people import SqlPeople
from storage.records.sql.permissions import SqlDoorFindings, SqlPermissions
from storage.records.sql.personal import SqlPersonalData
from storage.records.sql.phones import SqlPhoneEntries, SqlPhones
from storage.records.sql.plans import SqlPlans
from storage.records.sql.registers import SqlRegisters
from storage.records.sql.reports import SqlPlaceCodes, SqlReports
from storage.records.sql.results import SqlResults
from storage.records.sql.retrievals import SqlRetrievals
from storage.records.sql.rotas import SqlRotas
from storage.records.sql.rounds import SqlRounds
from storage.records.sql.rule_versions import SqlRuleVersions
from storage.records.sql.spans import MAINTENANCES, TESTS, SqlSpans
from storage.records.sql.transaction import Transaction
from storage.records.sql.troubles import SqlTroubles
from storage.records.sql.visits import SqlVisits
from storage.records.sql.work_orders import SqlWorkOrders
from storage.records.troubles import Troubles
from storage.records.visits import Visits


class SqlUnit:
    """See ``storage.records.port.Unit``."""

    def __init__(self, transaction: Transaction) -> None:
        facts = SqlFacts(transaction)
        self.facts: Facts = facts
        self.registers: Registers = SqlRegisters(transaction, facts)
        self.alerts: Alerts = SqlAlerts(transaction)
        self.breaches: Breaches = SqlBreaches(transaction)
        self.late_work: LateWork = SqlLateWork(transaction)
        self.work_orders: WorkOrders = SqlWorkOrders(transaction)
        self.files: Files = SqlFiles(transaction)
        self.maintenance: Maintenances = SqlSpans(transaction, MAINTENANCES, "ended")
        self.test_modes: TestRuns = SqlSpans(transaction, TESTS, "reported")
        self.rule_versions: RuleVersions = SqlRuleVersions(transaction)
        self.results: Results = SqlResults(transaction)
        self.occurrences: Occurrences = SqlOccurrences(transaction)
        self.impairments: Impairments = SqlImpairments(transaction)
        self.duty_versions: DutyVersions = SqlDutyVersions(transaction)
        self.reports: Reports = SqlReports(transaction)
        self.place_codes: PlaceCodes = SqlPlaceCodes(transaction)
        self.issued_reports: IssuedReports = SqlIssuedReports(transaction)
        self.looks: Looks = SqlLooks(transaction)
        self.letters: Letters = SqlLetters(transaction)
        self.people: People = SqlPeople(transaction)
        self.plans: Plans = SqlPlans(transaction, facts)
        self.rota: Rotas = SqlRotas(transaction, facts)
        self.rounds: Rounds = SqlRounds(transaction)
        self.permissions: PermissionStore = SqlPermissions(transaction, facts)
        self.door_findings: DoorFindings = SqlDoorFindings(transaction)
        self.incidents: Incidents = SqlIncidents(transaction)
        self.bulletins: Bulletins = SqlBulletins(transaction)
        self.reviews: Reviews = SqlReviews(transaction)
        self.clocks: Clocks = SqlClocks(transaction)
        self.leases: Leases = SqlLeases(transaction)
        self.handing: Handing = SqlHanding(transaction)
        self.troubles: Troubles = SqlTroubles(transaction)
        self.notices: Notices = SqlNotices(transaction)
        self.chains: ChainRuns = SqlChainRuns(transaction)
        self.phones: Phones = SqlPhones(transaction)
        self.phone_entries: PhoneEntries = SqlPhoneEntries(transaction)
        self.visits: Visits = SqlVisits(transaction)
        self.retrievals: Retrievals = SqlRetrievals(transaction)
        self.personal: PersonalData = SqlPersonalData(transaction)
        self.notes: Notes = SqlNotes(transaction)
