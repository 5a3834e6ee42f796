//! Where things stand: who works here, what needs them today, when each neighbour was last heard.

use domain::audit::Act;
use domain::case::sheet::SheetStatus;
use domain::case::stage::Mark;
use domain::fact::body::{CardColour, ClockKind, SheetKind, SheetPart};
use domain::id::{FactId, OrganisationId, RecordId, UnitId};
use domain::money::Fen;
use domain::period::Period;
use domain::rights::Right;
use domain::role::Level;
use domain::time::{Day, day_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::audit::AuditFilter;
use store::cases::Filter;

use crate::accounts::AccountView;
use crate::attachments::travelling;
use crate::backup::{self, BackupsOverdue};
use crate::cases::{self, value};
use crate::clock::{signed, today};
use crate::exchange::{LanState, undelivered, waiting_for};
use crate::fault::Fault;
use crate::forks;
use crate::keyring::KeyringView;
use crate::names::Names;
use crate::office::Office;
use crate::period::{self, PeriodView};
use crate::preferences::Preferences;
use crate::projector::word;
use crate::quarantine;
use crate::rights::{self, Lens};
use crate::settings;
use crate::view::{CaseLine, ConflictLine, DeviceRef, UnitRef, UserRef};

/// The most days the workbench looks through.
const DUES_MAX: u32 = 200;

/// The word under which promises stand among what falls due.
pub(crate) const PROMISE: &str = "performance";

/// What ends within so many days is listed as soon.
const SOON_DAYS: i64 = 3;

/// The most things the workbench lists under one heading.
const LISTED_MAX: u32 = 50;

/// Whether there is a profile, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum ProfileState {
    /// There is none yet.
    None,
    /// There is one, locked.
    Locked,
    /// It is open.
    Open,
}

/// Where the user interface runs, and what it can do there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct HostView {
    /// `window`, `browser` or `cli`.
    pub name: String,
    /// Whether it can show native file dialogs.
    pub can_pick: bool,
    /// Whether it takes typed paths.
    pub takes_paths: bool,
}

/// Where things stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatusView {
    /// The version of the program.
    pub version: String,
    /// Where it runs.
    pub host: HostView,
    /// Whether there is a profile, and whether it is open.
    pub profile: ProfileState,
    /// Whether this is the practice profile.
    pub is_demo: bool,
    /// Whether other computers are still met while it is locked.
    pub is_answering: bool,
    /// Who opens the profile.
    pub accounts: Vec<AccountView>,
    /// The system's keyring.
    pub keyring: KeyringView,
    /// What this computer's screen remembers.
    pub preferences: Preferences,
    /// The day it is.
    pub today: Day,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
    /// Everything else, while the profile is open.
    pub office: Option<OfficeView>,
}

/// An open profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OfficeView {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Who works here.
    pub user: UserRef,
    /// For which unit.
    pub unit: UnitRef,
    /// The unit this computer joined: another, where that became part of the own one.
    pub joined: UnitRef,
    /// On which computer.
    pub device: DeviceRef,
    /// Whether the township has countersigned this computer.
    pub is_certified: bool,
    /// Whether another computer writes under this one's identity: it was copied, or an old image of it
    /// was put back.
    pub is_forked: bool,
    /// Minutes after which a desk that was left alone locks itself.
    pub idle_minutes: u16,
    /// Whether this computer can invite others.
    pub can_invite: bool,
    /// Whether the role of whoever works here registers cases.
    pub may_register: bool,
    /// The commands that whoever works here may call, by name.
    pub commands: Vec<String>,
    /// Cases held here.
    pub cases: u32,
    /// Contradictions whoever works here may decide.
    pub to_decide: u32,
    /// Things this unit has not taken note of.
    pub to_note: u32,
    /// Records whose documents are still being built.
    pub behind: u32,
    /// What was kept without effect or turned away, and waits to be looked at (待查).
    pub held: u32,
    /// Photographs, papers and their small pictures whose bytes are on other computers still.
    pub blobs_lacking: u32,
    /// The free bytes of the disk, where they are too few to take attachments from others.
    pub short_of_room: Option<u64>,
    /// The other units this one exchanges with.
    pub neighbours: Vec<NeighbourView>,
    /// Packets that must come first.
    pub waiting_for: Vec<WaitingView>,
    /// The network.
    pub lan: LanState,
}

/// A unit this one exchanges with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NeighbourView {
    /// The unit.
    pub unit: UnitRef,
    /// When it was last met, in milliseconds since 1970.
    pub last_ms: Option<u64>,
    /// How: `lan` or `usb`.
    pub way: Option<String>,
    /// Whole days since then.
    pub days: Option<u32>,
    /// Whether that is too long.
    pub is_overdue: bool,
    /// Entries of ours it is known to hold.
    pub delivered: u64,
    /// Entries of ours it is not known to hold.
    pub undelivered: u64,
    /// When the earliest of those was written, in milliseconds since 1970.
    pub earliest_ms: Option<u64>,
    /// Whether it said that it lacks attachments that are here.
    pub lacks_attachments: bool,
    /// How far its clock was ahead of ours, in milliseconds, where that is more than a little.
    pub clock_ahead_ms: Option<i64>,
    /// Whether any of its computers has joined.
    pub has_devices: bool,
}

/// A packet that must come first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct WaitingView {
    /// Whose packet.
    pub unit: UnitRef,
    /// Up to which day it goes.
    pub until: Day,
}

/// What needs whoever works here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct WorkbenchView {
    /// The day it is.
    pub today: Day,
    /// Promises that fall due, earliest first.
    pub dues: Vec<DueItem>,
    /// Every clock and promise that is over or ends soon.
    pub deadlines: DeadlinesView,
    /// Contradictions to decide.
    pub conflicts: Vec<ConflictLine>,
    /// Things to take note of.
    pub notices: Vec<NoticeItem>,
    /// Cases that ask to be accepted: escalations, for a township.
    pub to_accept: Vec<CaseLine>,
    /// Cases that wait for confirmation, for a township.
    pub to_confirm: Vec<CaseLine>,
    /// Sheets on which this unit must do something: sign in, answer, decide, close.
    pub sheets: Vec<SheetItem>,
    /// Open cases this unit owns, newest first.
    pub handling: Vec<CaseLine>,
    /// How many of those there are.
    pub handling_total: u32,
    /// Cases that somebody opened in an emergency within the last thirty days, latest first: for
    /// the head of the centre.
    pub emergencies: Vec<EmergencyItem>,
    /// That no backup was made, or none reached the second place, for a week.
    pub backups: Option<BackupsOverdue>,
}

/// A case that somebody opened in an emergency (紧急查看).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct EmergencyItem {
    /// The case.
    pub case: RecordId,
    /// Its title.
    pub title: String,
    /// Who opened it.
    pub by: UserRef,
    /// On which computer.
    pub device: DeviceRef,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// Why it could not wait.
    pub reason: String,
}

/// What ends when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeadlinesView {
    /// 已超期
    pub overdue: Vec<DeadlineItem>,
    /// 今天到期
    pub today: Vec<DeadlineItem>,
    /// 三天内
    pub within_three_days: Vec<DeadlineItem>,
}

/// A clock or a promise that ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DeadlineItem {
    /// The case.
    pub case: RecordId,
    /// Its title.
    pub title: String,
    /// Which clock; `performance` for a promise.
    pub kind: ClockKind,
    /// The last day.
    pub day: Day,
    /// Days until then; negative once it is over.
    pub days_left: i32,
}

/// A promise that falls due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct DueItem {
    /// The case.
    pub case: RecordId,
    /// Its title.
    pub title: String,
    /// The agreement.
    pub agreement: FactId,
    /// The line of its plan, from 0.
    pub line: u16,
    /// The last day.
    pub day: Day,
    /// Days until then; negative once it is over.
    pub days_left: i32,
    /// What is to be done.
    pub what: String,
    /// What is to be paid.
    pub amount_fen: Option<Fen>,
}

/// A sheet that waits for this unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct SheetItem {
    /// The case.
    pub case: RecordId,
    /// Its title.
    pub title: String,
    /// The sheet.
    pub sheet: FactId,
    /// Which of the three it is.
    pub kind: SheetKind,
    /// Its number.
    pub number: String,
    /// Which unit sent it.
    pub from: UnitRef,
    /// To which unit.
    pub to: UnitRef,
    /// As what that unit is asked.
    pub part: SheetPart,
    /// How far it is.
    pub status: SheetStatus,
    /// The day by which it must be answered.
    pub due: Option<Day>,
    /// Days until then; negative once it is over.
    pub days_left: Option<i32>,
}

/// Something to take note of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NoticeItem {
    /// The case.
    pub case: RecordId,
    /// Its title.
    pub title: String,
    /// Its key within the case.
    pub key: String,
    /// The word for the rule behind it.
    pub rule: String,
}

/// Counts over cases.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatisticsGet {
    /// Only cases registered on or after this day.
    #[serde(default)]
    pub from: Option<Day>,
    /// Only cases registered on or before this day.
    #[serde(default)]
    pub until: Option<Day>,
    /// Only cases this unit owns.
    #[serde(default)]
    pub owner: Option<UnitId>,
    /// A month (`2026-07`), a quarter (`2026-Q3`) or a year (`2026`): what it counts, what was
    /// frozen, what came late, and who has reported.
    #[serde(default)]
    pub period: Option<Period>,
}

/// The counts: recomputed from facts, never stored as truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct StatisticsView {
    /// 案件
    pub cases: u64,
    /// 结案
    pub closed: u64,
    /// 接待
    pub visits: u64,
    /// 调解会
    pub sessions: u64,
    /// 提级: void ones are not counted.
    pub escalations: u64,
    /// 书面协议
    pub written_agreements: u64,
    /// 口头协议
    pub oral_agreements: u64,
    /// 协议金额, in fen.
    pub amount_fen: i64,
    /// Cases whose amount is 待核.
    pub unverified: u64,
    /// 蓝牌: cards that were withdrawn do not count.
    pub blue_cards: u64,
    /// 黄牌
    pub yellow_cards: u64,
    /// 红牌
    pub red_cards: u64,
    /// The period that was asked for.
    pub period: Option<PeriodView>,
}

/// An open profile, as the status shows it.
pub(crate) fn office_view(office: &Office, lan: LanState) -> Result<OfficeView, Fault> {
    let me = office.me();
    let roster = office.roster();
    let names = office.store.read(|reader| Names::read(office, reader))?;
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let mine = cases::ConflictList { mine: true, ..cases::ConflictList::default() };
    let waiting = waiting_for(office)?;
    let (held_cases, notices, behind, held, lacking, idle_minutes) =
        office.store.read(|reader| -> Result<_, Fault> {
            Ok((
                reader.case_count()?,
                reader.notices(me.unit, LISTED_MAX)?.len(),
                reader.behind_count()?,
                quarantine::open_count(office, reader)?,
                reader.lacking_count()?,
                crate::settings::current(reader)?.idle_minutes,
            ))
        })?;
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(OfficeView {
        organisation: roster.organisation(),
        user: names.user(me.user),
        unit: names.unit(me.unit),
        joined: names.unit(office.identity.record.unit),
        device: names.device(me.device),
        is_certified: me.is_certified,
        is_forked: forks::devices(office)?.contains_key(&me.device),
        idle_minutes,
        can_invite: office.identity.operational.is_some(),
        may_register: Right::CaseRegister.admits(me.role),
        commands: rights::open_to(me.role),
        cases: count(held_cases),
        to_decide: cases::list_conflicts(office, &mine)?.total,
        to_note: size(notices),
        behind: count(behind),
        held: count(held),
        blobs_lacking: count(lacking),
        short_of_room: travelling::short_of_room(office),
        neighbours: neighbours(office, &names)?,
        waiting_for: waiting
            .into_iter()
            .map(|(unit, until)| WaitingView { unit: names.unit(unit), until })
            .collect(),
        lan,
    })
}

/// The units with which more is shared than what everybody shares.
fn neighbours(office: &Office, names: &Names) -> Result<Vec<NeighbourView>, Fault> {
    let (me, own) = (office.me(), office.identity.record.unit);
    let roster = office.roster();
    let settings = office.store.read(settings::current)?;
    let now = signed(office.now_ms());
    let met = office.store.read(|reader| reader.met())?;
    let mut neighbours = Vec::new();
    for unit in roster.units() {
        let shares = roster.exchanged(own, unit).spaces().len() > 1;
        let has_devices = roster.active_devices_of(unit).any(|d| d.device() != me.device);
        if !shares || (unit == own && !has_devices) {
            continue;
        }
        let last = met.iter().filter(|m| m.unit == unit).max_by_key(|m| m.at_ms);
        let days = last.map(|m| {
            let days = day_of(now).signed_duration_since(day_of(m.at_ms)).num_days();
            u32::try_from(days).unwrap_or(0)
        });
        let sum = undelivered(office, unit)?;
        let skew = last.map_or(0, |m| m.skew_ms);
        let limit = i64::from(settings.clock_skew_minutes).saturating_mul(60_000);
        neighbours.push(NeighbourView {
            unit: names.unit(unit),
            last_ms: last.map(|m| u64::try_from(m.at_ms).unwrap_or(0)),
            way: last.map(|m| m.way.clone()),
            days,
            is_overdue: has_devices && days.is_none_or(|d| d > u32::from(settings.silent_days)),
            delivered: sum.delivered,
            undelivered: sum.waiting,
            lacks_attachments: travelling::is_owed_any(office, unit)?,
            earliest_ms: sum.earliest_ms.map(|ms| u64::try_from(ms).unwrap_or(0)),
            clock_ahead_ms: (skew.saturating_abs() >= limit).then_some(skew),
            has_devices,
        });
    }
    neighbours.sort_by_key(|n| (std::cmp::Reverse(n.unit.level), n.unit.name.clone()));
    Ok(neighbours)
}

/// What needs whoever works here.
pub(crate) fn workbench(office: &Office) -> Result<WorkbenchView, Fault> {
    let me = office.me();
    let now = today(office.now_ms());
    let mine = cases::ConflictList {
        mine: true,
        limit: Some(LISTED_MAX),
        ..cases::ConflictList::default()
    };
    let list = |request: cases::CaseList| {
        cases::list(office, &cases::CaseList { limit: Some(LISTED_MAX), ..request })
    };
    let marked = |mark| cases::CaseList {
        mark: Some(mark),
        is_closed: Some(false),
        ..cases::CaseList::default()
    };
    let is_township = office.level() == Level::Township;
    let handling = list(cases::CaseList {
        owner: Some(me.unit),
        is_closed: Some(false),
        ..cases::CaseList::default()
    })?;
    let to_accept = if is_township { list(marked(Mark::Escalating))?.rows } else { Vec::new() };
    let to_confirm =
        if is_township { list(marked(Mark::AwaitingConfirmation))?.rows } else { Vec::new() };
    Ok(WorkbenchView {
        today: now,
        dues: dues(office, me.unit, now)?,
        deadlines: deadlines(office, me.unit, now)?,
        conflicts: cases::list_conflicts(office, &mine)?.rows,
        notices: notices(office, me.unit)?,
        to_accept,
        to_confirm,
        sheets: sheets(office, me.unit, now)?,
        handling_total: handling.total,
        handling: handling.rows,
        emergencies: emergencies(office)?,
        backups: backup::overdue(office)?,
    })
}

/// For how long an emergency is told of.
const EMERGENCY_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// What was opened in an emergency, for whoever orders the work of the centre and reads the notes.
fn emergencies(office: &Office) -> Result<Vec<EmergencyItem>, Fault> {
    let role = office.me().role;
    if !(Right::AuditRead.admits(role) && Right::DispatchApprove.admits(role)) {
        return Ok(Vec::new());
    }
    office.store.read(|reader| {
        let filter = AuditFilter {
            from_ms: Some(signed(office.now_ms()).saturating_sub(EMERGENCY_MS)),
            act: Some(word(&Act::GlassBroken)),
            ..AuditFilter::default()
        };
        let (rows, _) = reader.audit(&filter, 0, LISTED_MAX)?;
        let names = Names::read(office, reader)?;
        let mut items = Vec::new();
        for row in rows {
            let Some(case) = row.note.deed.record else { continue };
            items.push(EmergencyItem {
                case,
                title: reader.case(case)?.map(|c| c.title).unwrap_or_default(),
                by: names.user(row.note.by),
                device: names.device(row.device),
                at_ms: row.note.at.ms,
                reason: row.note.deed.reason,
            });
        }
        Ok(items)
    })
}

/// What is over or ends within three days, earliest first.
fn deadlines(office: &Office, unit: UnitId, now: Day) -> Result<DeadlinesView, Fault> {
    let mut view = DeadlinesView::default();
    office.store.read(|reader| {
        for row in reader.dues(unit, None, DUES_MAX)? {
            let kind = serde_json::from_value(serde_json::Value::String(row.kind));
            let (Ok(day), Ok(kind)) = (row.day.parse::<Day>(), kind) else { continue };
            let left = day.signed_duration_since(now).num_days();
            let list = match left {
                ..0 => &mut view.overdue,
                0 => &mut view.today,
                1..=SOON_DAYS => &mut view.within_three_days,
                _ => continue,
            };
            list.push(DeadlineItem {
                case: row.record,
                title: reader.case(row.record)?.map(|c| c.title).unwrap_or_default(),
                kind,
                day,
                days_left: i32::try_from(left).unwrap_or(i32::MIN),
            });
        }
        Ok(view)
    })
}

fn dues(office: &Office, unit: UnitId, now: Day) -> Result<Vec<DueItem>, Fault> {
    office.store.read(|reader| {
        let mut items = Vec::new();
        for row in reader.dues(unit, Some(PROMISE), LISTED_MAX)? {
            let (Ok(day), Ok(agreement)) = (row.day.parse::<Day>(), row.agreement.parse()) else {
                continue;
            };
            let left = day.signed_duration_since(now).num_days();
            items.push(DueItem {
                case: row.record,
                title: reader.case(row.record)?.map(|c| c.title).unwrap_or_default(),
                agreement,
                line: row.line,
                day,
                days_left: i32::try_from(left).unwrap_or(i32::MAX),
                what: row.what,
                amount_fen: row.amount_fen.map(Fen),
            });
        }
        Ok(items)
    })
}

/// The sheets that wait for a unit, by the day they must be answered.
fn sheets(office: &Office, unit: UnitId, now: Day) -> Result<Vec<SheetItem>, Fault> {
    office.store.read(|reader| {
        let names = Names::read(office, reader)?;
        let mut items = Vec::new();
        for row in reader.sheets(unit, LISTED_MAX)? {
            let (Some(kind), Some(part), Some(status), Ok(sheet)) =
                (value(&row.kind), value(&row.part), value(&row.status), row.fact.parse())
            else {
                continue;
            };
            let due = row.day.parse::<Day>().ok();
            let left = due.map(|due| due.signed_duration_since(now).num_days());
            items.push(SheetItem {
                case: row.record,
                title: reader.case(row.record)?.map(|c| c.title).unwrap_or_default(),
                sheet,
                kind,
                number: row.number,
                from: names.unit(row.sender),
                to: names.unit(row.addressee),
                part,
                status,
                due,
                days_left: left.map(|left| i32::try_from(left).unwrap_or(i32::MAX)),
            });
        }
        Ok(items)
    })
}

fn notices(office: &Office, unit: UnitId) -> Result<Vec<NoticeItem>, Fault> {
    office.store.read(|reader| {
        let mut items = Vec::new();
        for row in reader.notices(unit, LISTED_MAX)? {
            items.push(NoticeItem {
                case: row.record,
                title: reader.case(row.record)?.map(|c| c.title).unwrap_or_default(),
                key: row.key,
                rule: row.rule,
            });
        }
        Ok(items)
    })
}

/// The counts over the cases held here.
pub(crate) fn statistics(
    office: &Office,
    request: &StatisticsGet,
) -> Result<StatisticsView, Fault> {
    let day = |d: Day| d.format("%Y-%m-%d").to_string();
    let filter = Filter {
        owner: request.owner,
        from: request.from.or(request.period.map(|p| p.first())).map(day),
        until: request.until.or(request.period.map(|p| p.last())).map(day),
        ..Filter::default()
    };
    let period = request.period.map(|asked| period::view(office, asked)).transpose()?;
    office.store.read(|reader| {
        let filter = Filter { within: Some(Lens::new(office, reader).counted()), ..filter };
        let sums = reader.sums(&filter)?;
        Ok(StatisticsView {
            cases: sums.cases,
            closed: sums.closed,
            visits: sums.visits,
            sessions: sums.sessions,
            escalations: sums.escalations,
            written_agreements: sums.written_agreements,
            oral_agreements: sums.oral_agreements,
            amount_fen: sums.amount_fen,
            unverified: sums.unverified,
            blue_cards: reader.card_count(&filter, &word(&CardColour::Blue))?,
            yellow_cards: reader.card_count(&filter, &word(&CardColour::Yellow))?,
            red_cards: reader.card_count(&filter, &word(&CardColour::Red))?,
            period,
        })
    })
}
