//! The table of commands: every use case once. It yields the router, the list of names, the JSON
//! Schemas and, for the tests that write it, the TypeScript map. To add a command, add a row.

use domain::rights::Right;
use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::{
    AccountAdd, AccountJoin, PassphraseChange, PassphraseRecover, PassphraseReset, ProfileUnlock,
    RecoveryRenew, RecoverySheet,
};
use crate::alarms::{self, AlarmNote, Alarms};
use crate::attachments::{
    self, AttachmentAsk, AttachmentBegin, AttachmentBegun, AttachmentBytes, AttachmentDrop,
    AttachmentFinish, AttachmentPiece, AttachmentRead, AttachmentSave,
};
use crate::audit::{self, AuditList, AuditWindow};
use crate::backup::{
    BackupDrill, BackupFind, BackupPlaceSet, BackupRestore, Backups, Drilled, FoundBackups,
};
use crate::cases::{
    self, CaseEnter, CaseGet, CaseHistory, CaseList, CaseRegister, CaseSearch, ConflictList,
    ConflictSettle, DuplicateDecide, DuplicateList, DuplicateUndo, FactAdd, FieldSet, TextEdit,
};
use crate::catalogue::CatalogueView;
use crate::desk::{Call, Desk};
use crate::devices::{self, DeviceAdopt, DeviceRename, DeviceRevoke, Devices};
use crate::drafts::{self, DraftSet, Drafts};
use crate::erasure::{
    self, ErasureAgree, ErasurePreview, ErasurePreviewGet, Erasures, RecordErase,
};
use crate::exchange::{
    self, Courier, CourierMoved, CourierStick, ExchangeHistory, ExchangeWindow, LanAutomaticSet,
    LanDiagnosis, LanExchange, LanExchanged, LanListen, LanPeers, LanState, PacketExport,
    PacketExported, PacketFrom, PacketImported, PacketView,
};
use crate::fault::Fault;
use crate::forms::archive::ArchiveWritten;
use crate::forms::dossier::{self, ArchiveExport, Dossier, DossierGet, DossierSave};
use crate::forms::package::PackageExport;
use crate::forms::receipts::ReceiptsSave;
use crate::forms::table::{self as form_table, FormNamed, FormReplace, FormRestore, FormTable};
use crate::forms::{self, FormList, FormPrint, FormSave, FormSheet, FormShow, Forms};
use crate::handover::{self, HandoverGet, HandoverMake, HandoverSave, HandoverUndo, HandoverView};
use crate::keyring::KeyringRemember;
use crate::ledgers::StatisticsExport;
use crate::ledgers::importing::{
    TableImport, TableImported, TableRead, TableRestExport, TableView,
};
use crate::ledgers::imports::{self, ImportUndo, Imports};
use crate::ledgers::lists::ListExport;
use crate::local_items::{self, LocalItemChange, LocalItemOffer, LocalItems};
use crate::numbering::{self, NumberAssign, NumberingGet, NumberingSet};
use crate::organisation::{
    InvitationAccept, InvitationAccepted, InvitationCreate, InvitationCreated, OrgCreate,
    OrgCreated,
};
use crate::people::{self, PersonAdd, PersonGet, PersonLinkSet, PersonList, UserRemove, Users};
use crate::period::{self, PeriodFreeze, PeriodView, ZeroReportMake};
use crate::preferences::Preferences;
use crate::printing::{self, PrintNote};
use crate::quarantine::{self, QuarantineDecide, QuarantineList, QuarantineWindow};
use crate::redaction::{self, CaseRedact, RedactionPreview, RedactionPreviewGet};
use crate::rights::{self, BreakGlass, Need, RightsView};
use crate::saved::{self, SavedView, SavedViewName, SavedViews};
use crate::settings::{self, SettingsChange, SettingsGet, SettingsView};
use crate::sharing::{self, CaseLeave, CaseShare};
use crate::similar::{self, SimilarCases};
use crate::statistics::{
    self, CountedWindow, CountersView, StatisticsCasesGet, StatisticsTableGet, StatisticsTableView,
};
use crate::status::{self, StatisticsGet, StatisticsView, StatusView, WorkbenchView};
use crate::succession::KeyTakeOver;
use crate::topic::Topic;
use crate::units::{self, UnitMerge, UnitRename, UnitWithdraw, Units};
use crate::view::{
    CaseView, CaseWindow, ConflictWindow, DuplicateGroupView, DuplicateWindow, HistoryWindow,
    NumberingView, PersonView, PersonWindow,
};

/// A command that takes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Nothing {}

/// Stops a long command.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CallCancel {
    /// The name its caller gave it.
    pub call: String,
}

/// Whether something was there to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct CallCancelled {
    /// It was.
    pub found: bool,
}

/// Makes the practice profile and opens it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DemoStart {
    /// How many cases; 200 if absent.
    #[serde(default)]
    pub cases: Option<u32>,
    /// The same number gives the same cases.
    #[serde(default)]
    pub seed: Option<u64>,
}

/// Saves a record as a plain Automerge document, which any Automerge client reads.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct RecordExportAutomerge {
    /// The record.
    pub record: domain::id::RecordId,
    /// Where the file goes.
    pub to: crate::host::Place,
}

/// Lets the person pick a file or a folder in a native dialog.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FilePick {
    /// What for.
    pub kind: crate::host::PickKind,
    /// A name to begin with, where something is to be saved.
    #[serde(default)]
    pub suggested: String,
}

/// What the person picked.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FilePicked {
    /// Names it until the program ends; absent if the person changed their mind.
    pub place: Option<crate::host::Place>,
    /// What it is called.
    pub name: String,
}

/// A file that was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct FileSaved {
    /// Its name.
    pub name: String,
    /// Where it is, as far as the caller may know.
    pub path: Option<String>,
    /// Its size.
    pub bytes: u64,
}

/// The sticks that are inserted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Sticks {
    /// By where they are mounted.
    pub sticks: Vec<StickView>,
}

/// A stick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StickView {
    /// Names it while it is inserted.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Free bytes.
    pub free: u64,
    /// Packets for this unit on it, by name.
    pub packets: Vec<StickFileView>,
    /// Invitations on it, by name.
    pub invitations: Vec<StickFileView>,
    /// How many packets on it are for others.
    pub for_others: u32,
}

/// A file on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StickFileView {
    /// Its name, as `StickFile` takes it.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written, as the stick says, in milliseconds since 1970; 0 where it does not.
    pub written_ms: u64,
}

/// One row of the table.
pub struct CommandRow {
    /// The name.
    pub name: &'static str,
    /// What whoever calls it must have.
    pub needs: Need,
    /// What it reads.
    pub reads: &'static [Topic],
    /// What it changes.
    pub changes: &'static [Topic],
    /// The schema of its payload.
    pub payload: fn() -> Schema,
    /// The schema of its result.
    pub result: fn() -> Schema,
}

/// What a row of the table needs: nothing, for the commands that work while the profile is locked
/// or missing; the rights of what its payload writes, takes over or takes along; or a right by name.
/// A row that names none of them does not compile.
macro_rules! need {
    (always) => {
        Need::Nothing
    };
    (each_kind) => {
        Need::EachKind
    };
    (each_table) => {
        Need::EachTable
    };
    (each_list) => {
        Need::EachList
    };
    ($right:ident) => {
        Need::Right(Right::$right)
    };
}

macro_rules! commands {
    ($($name:ident($payload:ty) -> $result:ty, $need:ident,
        reads [$($read:ident)*], changes [$($change:ident)*] = $body:expr;)*) => {
        /// The table of commands.
        pub const COMMANDS: &[CommandRow] = &[$(CommandRow {
            name: stringify!($name),
            needs: need!($need),
            reads: &[$(Topic::$read,)*],
            changes: &[$(Topic::$change,)*],
            payload: || schema_for!($payload),
            result: || schema_for!($result),
        },)*];

        /// Runs a command by its name.
        ///
        /// # Errors
        /// [`Fault::UnknownCommand`], [`Fault::BadRequest`], and the command's own.
        pub(crate) fn route(desk: &Desk, name: &str, payload: Value, call: &Call) -> Result<Value, Fault> {
            match name {
                $(stringify!($name) => {
                    let payload: $payload = serde_json::from_value(payload)?;
                    let body: fn(&Desk, $payload, &Call) -> Result<$result, Fault> = $body;
                    let result = body(desk, payload, call)?;
                    serde_json::to_value(&result).map_err(|error| Fault::internal(&error))
                })*
                _ => Err(Fault::UnknownCommand { name: name.to_owned() }),
            }
        }

        #[cfg(test)]
        mod typescript {
            use super::*;
            use ts_rs::TS;

            /// The TypeScript map of the table: `{ name: { payload, result } }`.
            pub(super) fn map(config: &ts_rs::Config) -> String {
                let mut out = String::from("export interface Commands {\n");
                $(
                    out.push_str(&format!(
                        "  {}: {{ payload: {}; result: {} }};\n",
                        stringify!($name),
                        <$payload as TS>::name(config),
                        <$result as TS>::name(config),
                    ));
                )*
                out.push_str("}\n");
                out
            }

            /// The names that the map imports.
            pub(super) fn imports(config: &ts_rs::Config) -> std::collections::BTreeSet<String> {
                let mut names = std::collections::BTreeSet::new();
                $(
                    names.insert(<$payload as TS>::name(config));
                    names.insert(<$result as TS>::name(config));
                )*
                names
            }
        }
    };
}

commands! {
    status_get(Nothing) -> StatusView, always,
        reads [Profile Cases Conflicts Roster Exchanges Neighbours Quarantine], changes [] =
        |desk, _, _| desk.status();
    catalogue_get(Nothing) -> CatalogueView, always, reads [Profile Roster], changes [] =
        |desk, _, _| desk.catalogue();
    org_create(OrgCreate) -> OrgCreated, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.found(&request);
    invitation_accept(InvitationAccept) -> InvitationAccepted, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.join(&request);
    profile_unlock(ProfileUnlock) -> StatusView, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.unlock(&request);
    keyring_unlock(Nothing) -> StatusView, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, _, _| desk.unlock_by_keyring();
    passphrase_recover(PassphraseRecover) -> StatusView, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.recover(&request);
    profile_lock(Nothing) -> StatusView, always,
        reads [], changes [Profile] =
        |desk, _, _| desk.lock();
    desk_leave(Nothing) -> StatusView, always,
        reads [], changes [Profile] =
        |desk, _, _| desk.leave();
    desk_touch(Nothing) -> Nothing, always, reads [], changes [] =
        |desk, _, _| {
            desk.hear_of_presence();
            Ok(Nothing {})
        };
    demo_start(DemoStart) -> StatusView, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, call| desk.start_demo(&request, &call.progress);
    demo_leave(Nothing) -> StatusView, always,
        reads [], changes [Profile] =
        |desk, _, _| desk.leave_demo();
    preferences_set(Preferences) -> Preferences, always, reads [], changes [Profile] =
        |desk, request, _| desk.set_preferences(request);
    call_cancel(CallCancel) -> CallCancelled, always, reads [], changes [] =
        |desk, request, _| Ok(CallCancelled { found: desk.cancel(&request.call) });
    file_pick(FilePick) -> FilePicked, always, reads [], changes [] =
        |desk, request, _| desk.pick(&request);
    stick_list(Nothing) -> Sticks, always, reads [Neighbours], changes [] =
        |desk, _, _| Ok(desk.sticks());
    passphrase_change(PassphraseChange) -> Nothing, AccountRun, reads [], changes [Profile] =
        |desk, request, _| desk.change_passphrase(&request);
    keyring_remember(KeyringRemember) -> Nothing, AccountRun, reads [], changes [Profile] =
        |desk, request, _| desk.remember(&request);
    keyring_forget(Nothing) -> Nothing, AccountRun, reads [], changes [Profile] =
        |desk, _, _| desk.forget();
    passphrase_reset(PassphraseReset) -> Nothing, AccountSet, reads [], changes [Profile] =
        |desk, request, _| desk.reset_passphrase(&request);
    recovery_renew(RecoveryRenew) -> RecoverySheet, AccountRun, reads [], changes [Profile] =
        |desk, request, _| desk.renew_recovery(&request);
    account_add(AccountAdd) -> Nothing, RosterInvite, reads [], changes [Profile Roster] =
        |desk, request, _| desk.add_account(&request);
    account_join(AccountJoin) -> Nothing, AccountRun, reads [], changes [Profile Roster] =
        |desk, request, _| desk.join_account(&request);
    draft_list(Nothing) -> Drafts, AccountRun, reads [], changes [] =
        |desk, _, _| drafts::list(&*desk.office()?);
    draft_set(DraftSet) -> Nothing, AccountRun, reads [], changes [] =
        |desk, request, _| drafts::set(&*desk.office()?, request).map(|()| Nothing {});
    backup_find(BackupFind) -> FoundBackups, always, reads [Backups], changes [] =
        |desk, request, _| desk.find_backups(&request);
    backup_restore(BackupRestore) -> StatusView, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours Backups] =
        |desk, request, call| desk.restore(&request, &call.progress);
    backup_list(Nothing) -> Backups, AccountRun, reads [Backups], changes [] =
        |desk, _, _| desk.backups();
    backup_make(Nothing) -> Backups, AccountRun, reads [], changes [Audit Backups] =
        |desk, _, call| desk.make_backup(&call.progress);
    backup_drill(BackupDrill) -> Drilled, AccountRun, reads [], changes [Audit Backups] =
        |desk, request, call| desk.drill_backup(&request, &call.progress);
    backup_place_set(BackupPlaceSet) -> Backups, AccountRun, reads [], changes [Backups] =
        |desk, request, _| desk.set_backup_place(&request);
    workbench_get(Nothing) -> WorkbenchView, CaseRead,
        reads [Audit Backups Cases Conflicts], changes [] =
        |desk, _, _| status::workbench(&*desk.office()?);
    statistics_get(StatisticsGet) -> StatisticsView, StatisticsRead, reads [Cases], changes [] =
        |desk, request, _| status::statistics(&*desk.office()?, &request);
    statistics_table(StatisticsTableGet) -> StatisticsTableView, StatisticsRead,
        reads [Cases Roster Exchanges], changes [] =
        |desk, request, _| statistics::table(&*desk.office()?, &request);
    statistics_cases(StatisticsCasesGet) -> CountedWindow, StatisticsRead,
        reads [Cases Roster], changes [] =
        |desk, request, _| statistics::cases(&*desk.office()?, &request);
    statistics_counters(Nothing) -> CountersView, StatisticsRead, reads [], changes [] =
        |_, _, _| statistics::counters();
    period_freeze(PeriodFreeze) -> PeriodView, PeriodFreeze, reads [], changes [Cases] =
        |desk, request, _| period::freeze(&*desk.office()?, &request);
    zero_report(ZeroReportMake) -> PeriodView, PeriodReport, reads [], changes [Cases] =
        |desk, request, _| period::report_zero(&*desk.office()?, &request);
    settings_get(SettingsGet) -> SettingsView, SettingsRead, reads [Roster Conflicts], changes [] =
        |desk, request, _| settings::get(&*desk.office()?, &request);
    settings_set(SettingsChange) -> SettingsView, SettingsSet,
        reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| settings::set(&*desk.office()?, &request);
    local_item_list(Nothing) -> LocalItems, SettingsRead, reads [Roster], changes [] =
        |desk, _, _| local_items::list(&*desk.office()?);
    local_item_set(LocalItemChange) -> LocalItems, SettingsSet,
        reads [], changes [Conflicts Roster] =
        |desk, request, _| local_items::set(&*desk.office()?, &request);
    local_item_offer(LocalItemOffer) -> LocalItems, SettingsSet,
        reads [], changes [Conflicts Roster] =
        |desk, request, _| local_items::offer(&*desk.office()?, &request);
    rights_get(Nothing) -> RightsView, RightsRead, reads [Profile Roster], changes [] =
        |desk, _, _| Ok(rights::view(&*desk.office()?));
    break_glass(BreakGlass) -> CaseView, CaseBreakGlass, reads [], changes [Audit Cases] =
        |desk, request, _| rights::break_glass(&*desk.office()?, &request);
    audit_list(AuditList) -> AuditWindow, AuditRead, reads [Audit Roster], changes [] =
        |desk, request, _| audit::list(&*desk.office()?, &request);
    list_export(ListExport) -> FileSaved, each_list, reads [], changes [Audit] =
        |desk, request, call| desk.export_list(&request, call);
    statistics_export(StatisticsExport) -> FileSaved, StatisticsRead, reads [], changes [Audit] =
        |desk, request, _| desk.export_statistics(&request);
    table_read(TableRead) -> TableView, each_table, reads [], changes [] =
        |desk, request, _| desk.read_table(&request);
    table_import(TableImport) -> TableImported, each_table,
        reads [], changes [Cases Conflicts Persons Roster Views] =
        |desk, request, call| desk.import_table(&request, &call.progress);
    table_rest(TableRestExport) -> FileSaved, each_table, reads [], changes [Audit] =
        |desk, request, _| desk.save_rest(&request);
    import_list(Nothing) -> Imports, each_table, reads [Cases], changes [] =
        |desk, _, _| imports::list(&*desk.office()?);
    import_undo(ImportUndo) -> Imports, each_table,
        reads [], changes [Cases Conflicts Persons Roster] =
        |desk, request, _| imports::undo(&*desk.office()?, &request);
    handover_get(HandoverGet) -> HandoverView, MediationWrite, reads [Cases Roster], changes [] =
        |desk, request, _| handover::get(&*desk.office()?, &request);
    handover_make(HandoverMake) -> HandoverView, MediationWrite,
        reads [], changes [Cases Conflicts] =
        |desk, request, _| handover::make(&*desk.office()?, &request);
    handover_undo(HandoverUndo) -> HandoverView, MediationWrite,
        reads [], changes [Cases Conflicts] =
        |desk, request, _| handover::undo(&*desk.office()?, &request);
    handover_save(HandoverSave) -> FileSaved, CaseExport, reads [], changes [Audit] =
        |desk, request, _| desk.save_handover(&request);
    print_note(PrintNote) -> Nothing, PrintRun, reads [], changes [Audit] =
        |desk, request, _| printing::note(&*desk.office()?, &request);
    unit_list(Nothing) -> Units, RosterRead, reads [Roster], changes [] =
        |desk, _, _| units::list(&*desk.office()?);
    unit_rename(UnitRename) -> Units, RosterRegister, reads [], changes [Roster] =
        |desk, request, _| units::rename(&*desk.office()?, &request);
    unit_merge(UnitMerge) -> Units, RosterRegister, reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| units::merge(&*desk.office()?, &request);
    unit_withdraw(UnitWithdraw) -> Units, RosterRegister, reads [], changes [Roster] =
        |desk, request, _| units::withdraw(&*desk.office()?, &request);
    user_list(Nothing) -> Users, RosterRead, reads [Roster], changes [] =
        |desk, _, _| people::users(&*desk.office()?);
    user_remove(UserRemove) -> Users, RosterRemove, reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| people::remove_user(&*desk.office()?, &request);
    device_list(Nothing) -> Devices, RosterRead, reads [Roster Exchanges], changes [] =
        |desk, _, _| devices::list(&*desk.office()?);
    device_revoke(DeviceRevoke) -> Devices, RosterRemove,
        reads [], changes [Cases Conflicts Roster Audit] =
        |desk, request, _| devices::revoke(&*desk.office()?, &request);
    device_adopt(DeviceAdopt) -> Devices, RosterRemove,
        reads [], changes [Cases Conflicts Roster Audit] =
        |desk, request, _| devices::adopt(&*desk.office()?, &request);
    key_take_over(KeyTakeOver) -> StatusView, RosterRemove,
        reads [], changes [Profile Roster Audit] =
        |desk, request, _| desk.take_over(&request);
    device_rename(DeviceRename) -> Devices, RosterInvite, reads [], changes [Roster Audit] =
        |desk, request, _| devices::rename(&*desk.office()?, &request);
    alarm_list(Nothing) -> Alarms, RosterRead, reads [Roster Exchanges Cases], changes [] =
        |desk, _, _| alarms::list(&*desk.office()?);
    alarm_note(AlarmNote) -> Alarms, RosterRead, reads [], changes [Roster] =
        |desk, request, _| alarms::take_note(&*desk.office()?, &request);
    quarantine_list(QuarantineList) -> QuarantineWindow, QuarantineRead,
        reads [Quarantine Cases Roster Exchanges], changes [] =
        |desk, request, _| quarantine::list(&*desk.office()?, &request);
    quarantine_decide(QuarantineDecide) -> QuarantineWindow, QuarantineDecide,
        reads [], changes [Cases Conflicts Roster Audit Quarantine] =
        |desk, request, _| quarantine::decide(&*desk.office()?, &request);
    invitation_create(InvitationCreate) -> InvitationCreated, RosterInvite,
        reads [], changes [Roster] =
        |desk, request, _| desk.invite(&request);
    case_register(CaseRegister) -> CaseView, CaseRegister, reads [], changes [Cases Roster] =
        |desk, request, _| cases::register(&*desk.office()?, &request);
    case_enter(CaseEnter) -> CaseView, CaseRegister, reads [], changes [Cases Roster] =
        |desk, request, _| cases::enter(&*desk.office()?, &request);
    case_share(CaseShare) -> CaseView, CaseShare, reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| sharing::share(&*desk.office()?, &request);
    case_leave(CaseLeave) -> CaseView, CaseShare, reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| sharing::leave(&*desk.office()?, &request);
    case_get(CaseGet) -> CaseView, CaseRead, reads [Cases Conflicts Roster], changes [] =
        |desk, request, _| cases::get(&*desk.office()?, &request);
    case_list(CaseList) -> CaseWindow, CaseRead, reads [Cases Roster], changes [] =
        |desk, request, _| cases::list(&*desk.office()?, &request);
    case_search(CaseSearch) -> CaseWindow, CaseSearch, reads [Cases Roster], changes [] =
        |desk, request, _| cases::search(&*desk.office()?, &request);
    case_similar(CaseGet) -> SimilarCases, CaseSearch, reads [Cases Roster], changes [] =
        |desk, request, _| similar::list(&*desk.office()?, &request);
    view_list(Nothing) -> SavedViews, CaseSearch, reads [Views], changes [] =
        |desk, _, _| saved::list(&*desk.office()?);
    view_save(SavedView) -> SavedViews, CaseSearch, reads [], changes [Views] =
        |desk, request, _| saved::save(&*desk.office()?, &request);
    view_drop(SavedViewName) -> SavedViews, CaseSearch, reads [], changes [Views] =
        |desk, request, _| saved::drop(&*desk.office()?, &request);
    case_history(CaseHistory) -> HistoryWindow, CaseRead, reads [Cases Roster], changes [] =
        |desk, request, _| cases::history(&*desk.office()?, &request);
    fact_add(FactAdd) -> CaseView, each_kind, reads [], changes [Cases Conflicts] =
        |desk, request, _| cases::add_facts(&*desk.office()?, &request);
    attachment_begin(AttachmentBegin) -> AttachmentBegun, NoteWrite, reads [], changes [] =
        |desk, request, _| attachments::begin(&*desk.office()?, &request);
    attachment_piece(AttachmentPiece) -> Nothing, NoteWrite, reads [], changes [] =
        |desk, request, _| attachments::add(&*desk.office()?, &request).map(|()| Nothing {});
    attachment_drop(AttachmentDrop) -> Nothing, NoteWrite, reads [], changes [] =
        |desk, request, _| attachments::give_up(&*desk.office()?, &request).map(|()| Nothing {});
    attachment_finish(AttachmentFinish) -> CaseView, NoteWrite, reads [], changes [Cases] =
        |desk, request, call| {
            attachments::finish(&*desk.office()?, &request, &call.progress)
        };
    attachment_read(AttachmentRead) -> AttachmentBytes, CaseRead, reads [Cases], changes [] =
        |desk, request, _| attachments::read(&*desk.office()?, &request);
    attachment_ask(AttachmentAsk) -> CaseView, CaseRead, reads [], changes [Cases Neighbours] =
        |desk, request, _| attachments::ask(&*desk.office()?, &request);
    attachment_save(AttachmentSave) -> FileSaved, CaseExport, reads [], changes [Audit] =
        |desk, request, _| desk.save_attachment(&request);
    form_list(FormList) -> Forms, CaseRead, reads [Cases Roster], changes [] =
        |desk, request, _| forms::list(&*desk.office()?, &request);
    form_show(FormShow) -> FormSheet, CaseRead, reads [Cases Roster], changes [] =
        |desk, request, _| forms::show(&*desk.office()?, &request);
    form_save(FormSave) -> FileSaved, CaseExport, reads [], changes [Audit Cases] =
        |desk, request, _| desk.save_form(&request);
    dossier_get(DossierGet) -> Dossier, CaseRead, reads [Cases Roster], changes [] =
        |desk, request, _| dossier::get(&*desk.office()?, &request);
    dossier_save(DossierSave) -> FileSaved, CaseExport, reads [], changes [Audit] =
        |desk, request, call| desk.save_dossier(&request, &call.progress);
    receipts_save(ReceiptsSave) -> FileSaved, CaseExport, reads [], changes [Audit] =
        |desk, request, call| desk.save_receipts(&request, &call.progress);
    archive_export(ArchiveExport) -> ArchiveWritten, CaseExport, reads [], changes [Audit] =
        |desk, request, call| desk.export_archive(&request, &call.progress);
    package_export(PackageExport) -> ArchiveWritten, CaseExport, reads [], changes [Audit] =
        |desk, request, call| desk.export_package(&request, &call.progress);
    form_table(Nothing) -> FormTable, PrintRun, reads [Profile], changes [] =
        |desk, _, _| Ok(form_table::list(&*desk.office()?));
    form_sample(FormNamed) -> FormSheet, PrintRun, reads [Profile], changes [] =
        |desk, request, _| form_table::sample(&*desk.office()?, &request);
    form_replace(FormReplace) -> FormTable, NumberSet, reads [], changes [Profile Audit] =
        |desk, request, _| desk.replace_form(&request);
    form_restore(FormRestore) -> FormTable, NumberSet, reads [], changes [Profile Audit] =
        |desk, request, _| form_table::put_back(&*desk.office()?, &request);
    form_print(FormPrint) -> Nothing, PrintRun, reads [], changes [Audit Cases] =
        |desk, request, _| forms::note(&*desk.office()?, &request);
    field_set(FieldSet) -> Nothing, CaseWrite, reads [], changes [Cases Persons] =
        |desk, request, _| cases::set_field(&*desk.office()?, &request).map(|()| Nothing {});
    text_edit(TextEdit) -> Nothing, CaseWrite, reads [], changes [Cases] =
        |desk, request, _| cases::edit_text(&*desk.office()?, &request).map(|()| Nothing {});
    conflict_list(ConflictList) -> ConflictWindow, ConflictRead, reads [Conflicts Cases], changes [] =
        |desk, request, _| cases::list_conflicts(&*desk.office()?, &request);
    conflict_settle(ConflictSettle) -> Nothing, ConflictDecide,
        reads [], changes [Cases Conflicts Persons] =
        |desk, request, _| cases::settle(&*desk.office()?, &request).map(|()| Nothing {});
    duplicate_list(DuplicateList) -> DuplicateWindow, DuplicateRead,
        reads [Cases Conflicts Roster], changes [] =
        |desk, request, _| cases::list_duplicates(&*desk.office()?, &request);
    duplicate_decide(DuplicateDecide) -> DuplicateGroupView, DuplicateDecide,
        reads [], changes [Cases Conflicts] =
        |desk, request, _| cases::decide(&*desk.office()?, &request);
    duplicate_undo(DuplicateUndo) -> DuplicateGroupView, DuplicateDecide,
        reads [], changes [Cases Conflicts] =
        |desk, request, _| cases::undo(&*desk.office()?, &request);
    number_assign(NumberAssign) -> CaseView, NumberAssign, reads [], changes [Cases Conflicts] =
        |desk, request, _| numbering::assign(&*desk.office()?, &request);
    numbering_get(NumberingGet) -> NumberingView, NumberRead, reads [Cases Roster], changes [] =
        |desk, request, _| numbering::read(&*desk.office()?, &request);
    numbering_set(NumberingSet) -> NumberingView, NumberSet, reads [], changes [Cases Roster] =
        |desk, request, _| numbering::set(&*desk.office()?, &request);
    erasure_preview(ErasurePreviewGet) -> ErasurePreview, ErasureDecide,
        reads [Cases Persons Roster], changes [] =
        |desk, request, _| erasure::preview(&*desk.office()?, &request);
    erasure_list(Nothing) -> Erasures, ErasureRead, reads [Roster Exchanges Cases Audit], changes [] =
        |desk, _, _| erasure::list(&*desk.office()?);
    record_erase(RecordErase) -> Erasures, ErasureDecide,
        reads [], changes [Cases Conflicts Persons Roster Audit] =
        |desk, request, _| erasure::erase(&*desk.office()?, &request);
    erasure_agree(ErasureAgree) -> Erasures, ErasureReview,
        reads [], changes [Cases Conflicts Persons Roster Audit] =
        |desk, request, _| erasure::agree(&*desk.office()?, &request);
    redaction_preview(RedactionPreviewGet) -> RedactionPreview, ErasureDecide,
        reads [Cases Persons Roster Quarantine], changes [] =
        |desk, request, _| redaction::preview(&*desk.office()?, &request);
    case_redact(CaseRedact) -> Erasures, ErasureDecide,
        reads [], changes [Cases Conflicts Persons Roster Audit] =
        |desk, request, _| redaction::redact(&*desk.office()?, &request);
    person_link(PersonLinkSet) -> PersonView, PersonLink, reads [], changes [Persons Conflicts] =
        |desk, request, _| people::link(&*desk.office()?, &request);
    person_unlink(PersonLinkSet) -> PersonView, PersonLink, reads [], changes [Persons Conflicts] =
        |desk, request, _| people::unlink(&*desk.office()?, &request);
    person_add(PersonAdd) -> PersonView, PersonWrite, reads [], changes [Persons] =
        |desk, request, _| people::add(&*desk.office()?, &request);
    person_get(PersonGet) -> PersonView, PersonRead, reads [Persons Cases Conflicts], changes [] =
        |desk, request, _| people::get(&*desk.office()?, &request);
    person_list(PersonList) -> PersonWindow, PersonRead, reads [Persons], changes [] =
        |desk, request, _| people::list(&*desk.office()?, &request);
    packet_export(PacketExport) -> PacketExported, ExchangeRun, reads [], changes [Exchanges] =
        |desk, request, call| desk.export_packet(&request, &call.progress);
    packet_preview(PacketFrom) -> PacketView, ExchangeRun, reads [], changes [Quarantine] =
        |desk, request, call| desk.preview_packet(&request, &call.progress);
    packet_import(PacketFrom) -> PacketImported, ExchangeRun,
        reads [], changes [Cases Conflicts Persons Roster Exchanges Quarantine] =
        |desk, request, call| desk.import_packet(&request, &call.progress);
    courier_list(Nothing) -> Courier, ExchangeRun, reads [Exchanges], changes [] =
        |desk, _, _| exchange::list_courier(&*desk.office()?);
    courier_take(CourierStick) -> CourierMoved, ExchangeRun, reads [], changes [Exchanges] =
        |desk, request, call| desk.take_along(&request, &call.progress);
    courier_put(CourierStick) -> CourierMoved, ExchangeRun, reads [], changes [] =
        |desk, request, call| desk.put_along(&request, &call.progress);
    courier_drop(Nothing) -> Courier, ExchangeRun, reads [], changes [Exchanges] =
        |desk, _, _| exchange::drop_all(&*desk.office()?);
    lan_listen(LanListen) -> LanState, ExchangeRun, reads [], changes [Neighbours] =
        |desk, request, _| desk.listen(&request);
    lan_automatic_set(LanAutomaticSet) -> LanState, ExchangeRun, reads [], changes [Neighbours] =
        |desk, request, _| desk.set_automatic(&request);
    lan_peers(Nothing) -> LanPeers, ExchangeRun, reads [Neighbours Roster], changes [] =
        |desk, _, call| desk.peers(&call.progress);
    lan_diagnose(Nothing) -> LanDiagnosis, ExchangeRun, reads [], changes [] =
        |desk, _, call| desk.diagnose(&call.progress);
    lan_exchange(LanExchange) -> LanExchanged, ExchangeRun,
        reads [], changes [Cases Conflicts Persons Roster Exchanges Quarantine] =
        |desk, request, call| desk.exchange(&request, &call.progress);
    exchange_history(ExchangeHistory) -> ExchangeWindow, ExchangeRun,
        reads [Exchanges Roster], changes [] =
        |desk, request, _| exchange::list_history(&*desk.office()?, &request);
    record_export_automerge(RecordExportAutomerge) -> FileSaved, CaseExport, reads [], changes [] =
        |desk, request, _| desk.export_automerge(&request);
}

impl CommandRow {
    /// Whether it works while the profile is locked or missing.
    #[must_use]
    pub fn is_always(&self) -> bool {
        self.needs == Need::Nothing
    }
}

/// The row of a command.
#[must_use]
pub fn row(name: &str) -> Option<&'static CommandRow> {
    COMMANDS.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    #[test]
    fn names_are_noun_and_verb_and_unique() {
        let mut names: Vec<_> = COMMANDS.iter().map(|row| row.name).collect();
        assert!(names.iter().all(|name| name.contains('_')), "{names:?}");
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn every_command_has_schemas() {
        for row in COMMANDS {
            for schema in [(row.payload)(), (row.result)()] {
                assert!(schema.as_object().is_some_and(|o| !o.is_empty()), "{}", row.name);
            }
        }
    }

    /// The TypeScript of the contract: what is committed must be what the table says. Run
    /// `cargo xtask codegen` to write it anew.
    #[test]
    fn the_typescript_is_fresh() {
        let config = ts_rs::Config::from_env();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/host/generated");
        let map = typescript::map(&config);
        let imports: String = typescript::imports(&config)
            .iter()
            .map(|name| format!("import type {{ {name} }} from \"./{name}\";\n"))
            .collect();
        let topics = |topics: &[Topic]| {
            let words: Vec<String> =
                topics.iter().map(|t| serde_json::to_string(t).unwrap()).collect();
            format!("[{}]", words.join(", "))
        };
        let reads: String = COMMANDS
            .iter()
            .map(|row| format!("  {}: {},\n", row.name, topics(row.reads)))
            .collect();
        let file = format!(
            "// Written by `cargo xtask codegen` from the table of commands. Do not edit.\n\
             {imports}import type {{ Topic }} from \"./Topic\";\n\n{map}\n\
             /** What each command reads: its answer is stale when one of these changes. */\n\
             export const READS: Record<keyof Commands, readonly Topic[]> = {{\n{reads}}};\n"
        );
        let path = folder.join("commands.ts");
        if std::env::var_os("PINGLI_CODEGEN").is_some() {
            fs::write(&path, &file).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == file,
            "ui/src/host/generated/commands.ts is stale: cargo xtask codegen"
        );
    }
}
