//! The table of commands: every use case once. It yields the router, the list of names, the JSON
//! Schemas and, for the tests that write it, the TypeScript map. To add a command, add a row.

use schemars::{JsonSchema, Schema, schema_for};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cases::{
    self, CaseGet, CaseHistory, CaseList, CaseRegister, CaseSearch, ConflictList, ConflictSettle,
    DuplicateDecide, DuplicateList, DuplicateUndo, FactAdd, FieldSet, TextEdit,
};
use crate::catalogue::{self, CatalogueView};
use crate::desk::{Call, Desk};
use crate::exchange::{
    self, ExchangeHistory, ExchangeWindow, LanExchange, LanExchanged, LanListen, LanPeers,
    LanState, PacketExport, PacketExported, PacketFrom, PacketImported, PacketView,
};
use crate::fault::Fault;
use crate::numbering::{self, NumberAssign, NumberingGet, NumberingSet};
use crate::organisation::{
    InvitationAccept, InvitationAccepted, InvitationCreate, InvitationCreated, OrgCreate,
    OrgCreated,
};
use crate::people::{
    self, PersonAdd, PersonGet, PersonLinkSet, PersonList, Units, UserRemove, Users,
};
use crate::period::{self, PeriodFreeze, PeriodView, ZeroReportMake};
use crate::preferences::Preferences;
use crate::settings::{self, SettingsChange, SettingsGet, SettingsView};
use crate::sharing::{self, CaseShare};
use crate::status::{self, StatisticsGet, StatisticsView, StatusView, WorkbenchView};
use crate::topic::Topic;
use crate::view::{
    CaseView, CaseWindow, ConflictWindow, DuplicateGroupView, DuplicateWindow, HistoryWindow,
    NumberingView, PersonView, PersonWindow,
};

/// A command that takes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Nothing {}

/// Opens the profile.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ProfileUnlock {
    /// The passphrase.
    pub passphrase: String,
}

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
    /// Whether it works while the profile is locked or missing.
    pub is_always: bool,
    /// What it reads.
    pub reads: &'static [Topic],
    /// What it changes.
    pub changes: &'static [Topic],
    /// The schema of its payload.
    pub payload: fn() -> Schema,
    /// The schema of its result.
    pub result: fn() -> Schema,
}

macro_rules! commands {
    ($($name:ident($payload:ty) -> $result:ty, $when:ident,
        reads [$($read:ident)*], changes [$($change:ident)*] = $body:expr;)*) => {
        /// The table of commands.
        pub const COMMANDS: &[CommandRow] = &[$(CommandRow {
            name: stringify!($name),
            is_always: is_always(stringify!($when)),
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

const fn is_always(when: &str) -> bool {
    when.len() == "always".len()
}

commands! {
    status_get(Nothing) -> StatusView, always,
        reads [Profile Cases Conflicts Roster Exchanges Neighbours], changes [] =
        |desk, _, _| desk.status();
    catalogue_get(Nothing) -> CatalogueView, always, reads [], changes [] =
        |_, _, _| catalogue::catalogue();
    org_create(OrgCreate) -> OrgCreated, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.found(&request);
    invitation_accept(InvitationAccept) -> InvitationAccepted, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.join(&request);
    profile_unlock(ProfileUnlock) -> StatusView, always,
        reads [], changes [Profile Cases Conflicts Persons Roster Exchanges Neighbours] =
        |desk, request, _| desk.unlock(&request.passphrase);
    profile_lock(Nothing) -> StatusView, always,
        reads [], changes [Profile] =
        |desk, _, _| desk.lock();
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
    workbench_get(Nothing) -> WorkbenchView, open, reads [Cases Conflicts], changes [] =
        |desk, _, _| status::workbench(&*desk.office()?);
    statistics_get(StatisticsGet) -> StatisticsView, open, reads [Cases], changes [] =
        |desk, request, _| status::statistics(&*desk.office()?, &request);
    period_freeze(PeriodFreeze) -> PeriodView, open, reads [], changes [Cases] =
        |desk, request, _| period::freeze(&*desk.office()?, &request);
    zero_report(ZeroReportMake) -> PeriodView, open, reads [], changes [Cases] =
        |desk, request, _| period::report_zero(&*desk.office()?, &request);
    settings_get(SettingsGet) -> SettingsView, open, reads [Roster Conflicts], changes [] =
        |desk, request, _| settings::get(&*desk.office()?, &request);
    settings_set(SettingsChange) -> SettingsView, open,
        reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| settings::set(&*desk.office()?, &request);
    unit_list(Nothing) -> Units, open, reads [Roster], changes [] =
        |desk, _, _| people::units(&*desk.office()?);
    user_list(Nothing) -> Users, open, reads [Roster], changes [] =
        |desk, _, _| people::users(&*desk.office()?);
    user_remove(UserRemove) -> Users, open, reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| people::remove_user(&*desk.office()?, &request);
    invitation_create(InvitationCreate) -> InvitationCreated, open,
        reads [], changes [Roster] =
        |desk, request, _| desk.invite(&request);
    case_register(CaseRegister) -> CaseView, open, reads [], changes [Cases Roster] =
        |desk, request, _| cases::register(&*desk.office()?, &request);
    case_share(CaseShare) -> CaseView, open, reads [], changes [Cases Conflicts Roster] =
        |desk, request, _| sharing::share(&*desk.office()?, &request);
    case_get(CaseGet) -> CaseView, open, reads [Cases Conflicts Roster], changes [] =
        |desk, request, _| cases::get(&*desk.office()?, &request);
    case_list(CaseList) -> CaseWindow, open, reads [Cases Roster], changes [] =
        |desk, request, _| cases::list(&*desk.office()?, &request);
    case_search(CaseSearch) -> CaseWindow, open, reads [Cases Roster], changes [] =
        |desk, request, _| cases::search(&*desk.office()?, &request);
    case_history(CaseHistory) -> HistoryWindow, open, reads [Cases Roster], changes [] =
        |desk, request, _| cases::history(&*desk.office()?, &request);
    fact_add(FactAdd) -> CaseView, open, reads [], changes [Cases Conflicts] =
        |desk, request, _| cases::add_facts(&*desk.office()?, &request);
    field_set(FieldSet) -> Nothing, open, reads [], changes [Cases Persons] =
        |desk, request, _| cases::set_field(&*desk.office()?, &request).map(|()| Nothing {});
    text_edit(TextEdit) -> Nothing, open, reads [], changes [Cases] =
        |desk, request, _| cases::edit_text(&*desk.office()?, &request).map(|()| Nothing {});
    conflict_list(ConflictList) -> ConflictWindow, open, reads [Conflicts Cases], changes [] =
        |desk, request, _| cases::list_conflicts(&*desk.office()?, &request);
    conflict_settle(ConflictSettle) -> Nothing, open,
        reads [], changes [Cases Conflicts Persons] =
        |desk, request, _| cases::settle(&*desk.office()?, &request).map(|()| Nothing {});
    duplicate_list(DuplicateList) -> DuplicateWindow, open,
        reads [Cases Conflicts Roster], changes [] =
        |desk, request, _| cases::list_duplicates(&*desk.office()?, &request);
    duplicate_decide(DuplicateDecide) -> DuplicateGroupView, open,
        reads [], changes [Cases Conflicts] =
        |desk, request, _| cases::decide(&*desk.office()?, &request);
    duplicate_undo(DuplicateUndo) -> DuplicateGroupView, open,
        reads [], changes [Cases Conflicts] =
        |desk, request, _| cases::undo(&*desk.office()?, &request);
    number_assign(NumberAssign) -> CaseView, open, reads [], changes [Cases Conflicts] =
        |desk, request, _| numbering::assign(&*desk.office()?, &request);
    numbering_get(NumberingGet) -> NumberingView, open, reads [Cases Roster], changes [] =
        |desk, request, _| numbering::read(&*desk.office()?, &request);
    numbering_set(NumberingSet) -> NumberingView, open, reads [], changes [Cases Roster] =
        |desk, request, _| numbering::set(&*desk.office()?, &request);
    person_link(PersonLinkSet) -> PersonView, open, reads [], changes [Persons Conflicts] =
        |desk, request, _| people::link(&*desk.office()?, &request);
    person_unlink(PersonLinkSet) -> PersonView, open, reads [], changes [Persons Conflicts] =
        |desk, request, _| people::unlink(&*desk.office()?, &request);
    person_add(PersonAdd) -> PersonView, open, reads [], changes [Persons] =
        |desk, request, _| people::add(&*desk.office()?, &request);
    person_get(PersonGet) -> PersonView, open, reads [Persons Cases Conflicts], changes [] =
        |desk, request, _| people::get(&*desk.office()?, &request);
    person_list(PersonList) -> PersonWindow, open, reads [Persons], changes [] =
        |desk, request, _| people::list(&*desk.office()?, &request);
    packet_export(PacketExport) -> PacketExported, open, reads [], changes [Exchanges] =
        |desk, request, call| desk.export_packet(&request, &call.progress);
    packet_preview(PacketFrom) -> PacketView, open, reads [], changes [] =
        |desk, request, call| desk.preview_packet(&request, &call.progress);
    packet_import(PacketFrom) -> PacketImported, open,
        reads [], changes [Cases Conflicts Persons Roster Exchanges] =
        |desk, request, call| desk.import_packet(&request, &call.progress);
    lan_listen(LanListen) -> LanState, open, reads [], changes [Neighbours] =
        |desk, request, _| desk.listen(&request);
    lan_peers(Nothing) -> LanPeers, open, reads [Neighbours Roster], changes [] =
        |desk, _, call| desk.peers(&call.progress);
    lan_exchange(LanExchange) -> LanExchanged, open,
        reads [], changes [Cases Conflicts Persons Roster Exchanges] =
        |desk, request, call| desk.exchange(&request, &call.progress);
    exchange_history(ExchangeHistory) -> ExchangeWindow, open,
        reads [Exchanges Roster], changes [] =
        |desk, request, _| exchange::list_history(&*desk.office()?, &request);
    record_export_automerge(RecordExportAutomerge) -> FileSaved, open, reads [], changes [] =
        |desk, request, _| desk.export_automerge(&request);
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
