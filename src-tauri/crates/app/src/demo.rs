//! Example cases: a village and its township that really worked apart and really met, so that
//! whoever practises sees merges and contradictions as they are. Surnames only, with 某; places
//! that exist nowhere.

pub mod orders;
mod stories;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use domain::fact::Body;
use domain::fact::body::{
    Accepted, AcceptedOn, AgreementReached, AgreementSealed, AgreementSigned, Closed, Escalated,
    EscalationAccepted, EscalationReason, Kept, Note, Outcome, PerformanceNoted, PlanLine,
    Revisited, Satisfaction, SessionHeld, SessionResult, SignedWith, VisitReceived,
};
use domain::id::{FactId, RecordId};
use domain::money::Fen;
use domain::role::{Level, Role};
use domain::time::{At, Day};
use fastrand::Rng;
use trust::key::SecretKey;
use trust::seal::Cost;

use crate::accounts;
use crate::cases::{self, FactAdd, FieldSet};
use crate::clock::{Entropy, SetClock};
use crate::commands::FileSaved;
use crate::exchange::{self, PacketExport, PacketFrom};
use crate::fault::{Fault, file_fault};
use crate::host::Place;
use crate::identity;
use crate::journal::Pen;
use crate::office::{Office, Session};
use crate::organisation::{self, Ground, InvitationAccept, InvitationCreate, OrgCreate};
use crate::progress::{Phase, Progress};
use crate::vault::Vault;
use crate::view::FieldValue;

/// The passphrase of the practice profile; the window says it.
pub const PASSPHRASE: &str = "pingli-demo";

/// How many cases are registered in one transaction.
const BATCH: u32 = 100;

/// A day, in milliseconds.
const DAY_MS: u64 = 24 * 3600 * 1000;

/// Randomness that is the same for the same seed. Keys made from it protect nothing, which is why
/// it serves practice and measurement alone.
struct Seeded(Mutex<Rng>);

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(buffer);
    }
}

/// The two rooms of an example.
pub(crate) struct Rooms {
    pub(crate) village: Arc<Office>,
    pub(crate) township: Arc<Office>,
    clock: Arc<SetClock>,
    stick: tempfile::TempDir,
}

/// How the township of every example is founded.
fn founding(passphrase: &str) -> OrgCreate {
    OrgCreate {
        name: "青石镇综治中心".into(),
        user_name: "吴某".into(),
        role: Some(Role::R7),
        device_name: "镇中心电脑".into(),
        label: None,
        passphrase: passphrase.to_owned(),
    }
}

/// How many days ago the first of so many cases was registered.
fn span(count: u32) -> u64 {
    u64::from(count).saturating_div(3).clamp(40, 720)
}

/// Founds a township at one folder and lets a village join it at another.
///
/// # Errors
/// The disk's.
pub(crate) fn found(
    ground: &Ground<'_>,
    township_home: &Path,
    passphrase: &str,
    seed: u64,
) -> Result<Rooms, Fault> {
    let clock = Arc::new(SetClock::at(ground.clock.now_ms()));
    let entropy: Arc<dyn Entropy> = Arc::new(Seeded(Mutex::new(Rng::with_seed(seed))));
    let at = |home| Ground {
        home,
        clock: clock.clone(),
        entropy: entropy.clone(),
        machine: ground.machine.clone(),
        // Nothing here needs guarding, and two profiles are made.
        cost: ground.cost.or(Some(Cost::LEAST)),
    };
    let stick = tempfile::tempdir().map_err(|error| file_fault(&error, ground.home))?;
    let (township, _) = organisation::create(&at(township_home), &founding(passphrase), false)?;
    let inviting = InvitationCreate {
        unit: None,
        unit_name: Some("桥头村评理说事点".into()),
        level: Level::Village,
        sort: None,
        role: Role::R3,
        replaces: None,
        days: None,
        to: Place::Picked(String::new()),
    };
    let mut file = Vec::new();
    let invited = organisation::invite(&township, &inviting, Cost::LEAST, |name, bytes| {
        file.extend_from_slice(bytes);
        Ok(FileSaved { name: name.to_owned(), path: None, bytes: 0 })
    })?;
    let joining = InvitationAccept {
        from: Place::Picked(String::new()),
        code: invited.code,
        user_name: "周某".into(),
        device_name: "村里电脑".into(),
        label: None,
        passphrase: passphrase.to_owned(),
    };
    let (village, _) = organisation::accept(&at(ground.home), &joining, &file)?;
    let rooms = Rooms { village: Arc::new(village), township: Arc::new(township), clock, stick };
    rooms.meet()?;
    Ok(rooms)
}

impl Rooms {
    /// Carries a stick there and back.
    pub(crate) fn meet(&self) -> Result<(), Fault> {
        self.carry(&self.village, &self.township)?;
        self.carry(&self.township, &self.village)
    }

    fn carry(&self, from: &Arc<Office>, to: &Arc<Office>) -> Result<(), Fault> {
        let folder = self.stick.path();
        let export = PacketExport {
            everything: false,
            words_only: false,
            unit: to.identity.record.unit,
            to: Place::Picked(String::new()),
            after: None,
            part_bytes: None,
        };
        let quiet = Progress::unwatched();
        let to_stick =
            exchange::To { folder: folder.to_owned(), is_stick: false, shows_paths: false };
        let exported = exchange::export(from, &export, &to_stick, &quiet)?;
        for written in &exported.files {
            let path = folder.join(&written.name);
            let file = fs::File::open(&path).map_err(|error| file_fault(&error, &path))?;
            let import = PacketFrom { from: Place::Picked(String::new()), salvage: false };
            exchange::import(to, &import, file, &quiet)?;
            fs::remove_file(&path).map_err(|error| file_fault(&error, &path))?;
        }
        Ok(())
    }

    /// Sets both rooms' calendars.
    fn on(&self, ms: u64) {
        self.clock.set(ms);
    }
}

/// Makes the practice profile: a village with its cases, some of which the township has touched
/// too. The township's side is thrown away.
pub(crate) fn make(
    ground: &Ground<'_>,
    count: u32,
    seed: u64,
    progress: &Progress,
) -> Result<Office, Fault> {
    let elsewhere = tempfile::tempdir().map_err(|error| file_fault(&error, ground.home))?;
    let rooms = found(ground, &elsewhere.path().join("township"), PASSPHRASE, seed)?;
    fill(&rooms, ground.clock.now_ms(), count, seed, progress)?;
    let home = ground.home.to_path_buf();
    rooms.village.store.write(|tx| -> Result<(), Fault> {
        let bytes = tx.reader().value(identity::NAME)?.unwrap_or_default();
        let mut record = identity::IdentityRecord::read(&bytes)?;
        record.is_demo = true;
        Ok(tx.set_value(identity::NAME, &record.write()?)?)
    })?;
    drop(rooms);
    let vault = Vault::read(&home)?;
    let user = accounts::meant(&vault, None)?;
    let secrets = vault.open(user, PASSPHRASE)?;
    let machine = ground.machine.clone();
    Office::open(
        &home,
        &secrets.key(),
        Session::of(user, SecretKey::from_seed(secrets.seed)),
        ground.clock.clone(),
        ground.entropy.clone(),
        machine.as_deref(),
    )
}

/// Fills both rooms: `count` cases in the village, and some that both rooms touched while apart.
pub(crate) fn fill(
    rooms: &Rooms,
    now_ms: u64,
    count: u32,
    seed: u64,
    progress: &Progress,
) -> Result<(), Fault> {
    let mut rng = Rng::with_seed(seed);
    let both = apart(rooms, now_ms, count.min(2))?;
    let left = count.saturating_sub(u32::try_from(both).unwrap_or(0));
    let days = span(left);
    let mut done = 0u32;
    while done < left {
        progress.check()?;
        progress.at(Phase::Inventing, u64::from(done), Some(u64::from(left)));
        let batch = BATCH.min(left.saturating_sub(done));
        rooms.village.store.write(|tx| -> Result<(), Fault> {
            for _ in 0..batch {
                // Oldest first, spread evenly up to yesterday.
                let age =
                    days.saturating_mul(u64::from(left.saturating_sub(done))) / u64::from(left);
                rooms.on(now_ms.saturating_sub(age.saturating_add(1).saturating_mul(DAY_MS)));
                // The last two are about the same two people, as it happens.
                let people = done.min(left.saturating_sub(2));
                let mut pen = Pen::new(&rooms.village, tx);
                invent(rooms, &mut pen, &mut rng, (people, age))?;
                done = done.saturating_add(1);
            }
            Ok(())
        })?;
    }
    rooms.on(now_ms);
    rooms.meet()
}

/// One invented case, with as much of its life as its age allows.
fn invent(
    rooms: &Rooms,
    pen: &mut Pen<'_, '_>,
    rng: &mut Rng,
    (people, age_days): (u32, u64),
) -> Result<(), Fault> {
    let office = &rooms.village;
    let story = stories::invent(rng, usize::try_from(people).unwrap_or(0));
    let case = cases::register_with(office, pen, &story.register)?;
    let Some((first, second)) = parties(office, pen, case)? else { return Ok(()) };
    let start = office.now_ms();
    let write =
        |pen: &mut Pen<'_, '_>, after_days: u64, bodies: Vec<Body>| -> Result<Vec<FactId>, Fault> {
            rooms.on(start.saturating_add(after_days.saturating_mul(DAY_MS)));
            let mut ids = Vec::new();
            pen.edit(case, |_, _, draft| {
                for body in bodies {
                    let at = At::day(crate::clock::today(office.now_ms()));
                    ids.push(draft.fact(office, at, body)?.0);
                }
                Ok(())
            })?;
            Ok(ids)
        };
    let held = |result| {
        let held = SessionHeld::brief("村委会评理室", "周某", vec![first, second], result);
        Body::SessionHeld(SessionHeld {
            mediators: vec!["郑某".into()], rights_told: true, ..held
        })
    };
    if age_days > 1 {
        write(pen, 1, vec![Body::Accepted(Accepted { on: AcceptedOn::Application })])?;
    }
    let failures = rng.u64(0..3).min(age_days.saturating_sub(1) / 5);
    for n in 0..failures {
        write(pen, 3 + 5 * n, vec![held(SessionResult::Failed)])?;
    }
    let settled_after = 5 + 5 * failures;
    if age_days <= settled_after || rng.u8(0..10) < 2 {
        return Ok(());
    }
    let due = crate::clock::today(start.saturating_add((settled_after + 30) * DAY_MS));
    let agreed = write(
        pen,
        settled_after,
        vec![
            held(SessionResult::Agreed),
            agreement(vec![first, second], &story.terms, story.amount, due, story.promise),
        ],
    )?;
    let Some(reached) = agreed.get(1).copied() else { return Ok(()) };
    write(pen, settled_after, signed_and_sealed(reached, vec![first, second]))?;
    if age_days > settled_after + 30 && rng.u8(0..10) < 9 {
        write(
            pen,
            settled_after + 28,
            vec![
                Body::PerformanceNoted(PerformanceNoted {
                    agreement: reached,
                    line: Some(0),
                    kept: Kept::Done,
                    amount_fen: story.amount,
                    note: String::new(),
                }),
                Body::Revisited(Revisited {
                    agreement: Some(reached),
                    party: Some(first),
                    kept: Some(Kept::Done),
                    satisfaction: Some(Satisfaction::Satisfied),
                    note: "双方已和好".into(),
                }),
                Body::Closed(Closed {
                    outcome: Outcome::Settled,
                    routes: vec![],
                    note: String::new(),
                }),
            ],
        )?;
    }
    Ok(())
}

/// The first two parties of a case.
fn parties(
    office: &Office,
    pen: &Pen<'_, '_>,
    case: RecordId,
) -> Result<Option<(FactId, FactId)>, Fault> {
    let (_, record) = crate::projector::load(&pen.tx.reader(), case)?;
    let reader = pen.tx.reader();
    let facts = crate::projector::facts_of(office, &reader, &record)?;
    let folded = crate::settings::fold_case(&reader, &facts)?;
    let mut ids = folded.parties.iter().map(|party| party.id);
    Ok(ids.next().zip(ids.next()))
}

fn agreement(
    parties: Vec<FactId>,
    text: &str,
    amount_fen: Option<Fen>,
    due: Day,
    promise: String,
) -> Body {
    Body::AgreementReached(AgreementReached {
        text_hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
        amount_fen,
        plan: vec![PlanLine { due, what: promise, amount_fen }],
        ..AgreementReached::written(text, parties)
    })
}

fn signed_and_sealed(agreement: FactId, parties: Vec<FactId>) -> Vec<Body> {
    vec![
        Body::AgreementSigned(AgreementSigned {
            agreement,
            parties,
            mediators: vec!["周某".into()],
            with: SignedWith::Fingerprint,
        }),
        Body::AgreementSealed(AgreementSealed {
            agreement,
            seal: "桥头村人民调解委员会".into(),
            custodian: "郑某".into(),
        }),
    ]
}

/// Adds facts through the same door a person uses, so that every guard is asked.
fn add(office: &Office, case: RecordId, at: Option<At>, bodies: &[Body]) -> Result<(), Fault> {
    let facts = bodies
        .iter()
        .map(|body| {
            let mut value = serde_json::to_value(body)?;
            if let (Some(at), Some(members)) = (at, value.as_object_mut()) {
                members.insert("at".into(), serde_json::to_value(at)?);
            }
            Ok(value)
        })
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    cases::add_facts(office, &FactAdd { case, facts, notes: vec![] })?;
    Ok(())
}

/// The cases both rooms touched while apart: an agreement in the village against an escalation at
/// the township, and an amount written down differently.
fn apart(rooms: &Rooms, now_ms: u64, count: u32) -> Result<usize, Fault> {
    let (village, township) = (&rooms.village, &rooms.township);
    let day = |before: u64| now_ms.saturating_sub(before.saturating_mul(DAY_MS));
    let mut made = Vec::new();
    rooms.on(day(24));
    for register in
        [stories::eaves(), stories::loan()].into_iter().take(usize::try_from(count).unwrap_or(0))
    {
        made.push(cases::register(village, &register)?);
    }
    rooms.meet()?;
    if let Some(case) = made.first() {
        let present: Vec<FactId> = case.parties.iter().map(|p| p.id).collect();
        let held = |result| {
            let held = SessionHeld::brief("村委会评理室", "周某", present.clone(), result);
            Body::SessionHeld(SessionHeld { rights_told: true, ..held })
        };
        rooms.on(day(17));
        add(village, case.id, None, &[held(SessionResult::Failed)])?;
        rooms.on(day(10));
        add(village, case.id, None, &[held(SessionResult::Failed)])?;
        rooms.meet()?;
        rooms.on(day(4));
        let due = crate::clock::today(day(0)).checked_add_days(chrono::Days::new(30));
        add(
            village,
            case.id,
            None,
            &[
                held(SessionResult::Agreed),
                agreement(
                    present.clone(),
                    stories::EAVES_TERMS,
                    None,
                    due.unwrap_or_default(),
                    "拆除雨棚，滴水改回自家院内".into(),
                ),
            ],
        )?;
        let reached = cases::get(village, &cases::CaseGet { case: case.id })?;
        if let Some(agreement) = reached.agreements.first() {
            add(village, case.id, None, &signed_and_sealed(agreement.id, present))?;
        }
        rooms.on(day(2));
        add(
            township,
            case.id,
            None,
            &[
                Body::VisitReceived(VisitReceived {
                    party: case.parties.get(1).map(|p| p.id),
                    content: "李某到镇里说：再滴水就要动手。".into(),
                    danger: true,
                }),
                Body::Escalated(Escalated {
                    from: Level::Village,
                    round: 0,
                    reason: EscalationReason::Danger,
                    asked: Vec::new(),
                    note: String::new(),
                }),
                Body::EscalationAccepted(EscalationAccepted { from: Level::Village, round: 0 }),
            ],
        )?;
    }
    if let Some(case) = made.get(1) {
        let set = |office: &Office, fen: i64| {
            let value = FieldValue::Number(fen);
            let request = FieldSet { record: case.id, field: "amount".into(), value };
            cases::set_field(office, &request)
        };
        rooms.on(day(3));
        set(village, 1_800_000)?;
        rooms.on(day(2));
        set(township, 1_200_000)?;
        add(township, case.id, None, &[Body::Note(Note { text: "借条上写的是一万二。".into() })])?;
    }
    rooms.meet()?;
    Ok(made.len())
}

/// Makes two rooms that may really meet: a village in a home folder, with `count` cases, and its
/// township in another. For measurements and for whoever tries the command line.
///
/// # Errors
/// The disk's.
pub fn make_rooms(
    village_home: &Path,
    township_home: &Path,
    passphrase: &str,
    count: u32,
    seed: u64,
    options: &crate::DeskOptions,
) -> Result<(), Fault> {
    let ground = Ground {
        home: village_home,
        clock: options.clock.clone(),
        entropy: options.entropy.clone(),
        machine: options.host.machine(),
        cost: options.cost,
    };
    let rooms = found(&ground, township_home, passphrase, seed)?;
    fill(&rooms, ground.clock.now_ms(), count, seed, &Progress::unwatched())
}

/// Makes a township whose ledger is as full as after many years: the same cases, as they were
/// registered, without what became of them, and nobody to meet. What is looked for in a case is
/// what was registered, and this takes a tenth of the time.
///
/// # Errors
/// The disk's.
pub fn make_ledger(
    home: &Path,
    passphrase: &str,
    count: u32,
    seed: u64,
    options: &crate::DeskOptions,
) -> Result<(), Fault> {
    let now_ms = options.clock.now_ms();
    let clock = Arc::new(SetClock::at(now_ms));
    let ground = Ground {
        home,
        clock: clock.clone(),
        entropy: Arc::new(Seeded(Mutex::new(Rng::with_seed(seed)))),
        machine: options.host.machine(),
        cost: options.cost.or(Some(Cost::LEAST)),
    };
    let (office, _) = organisation::create(&ground, &founding(passphrase), false)?;
    let mut rng = Rng::with_seed(seed);
    let ordinals: Vec<u32> = (0..count).collect();
    for some in ordinals.chunks(usize::try_from(BATCH).unwrap_or(1)) {
        office.store.write(|tx| -> Result<(), Fault> {
            for ordinal in some {
                // Oldest first, spread evenly up to yesterday.
                let left = u64::from(count.saturating_sub(*ordinal));
                let age = span(count).saturating_mul(left) / u64::from(count);
                let before = age.saturating_add(1).saturating_mul(DAY_MS);
                // No two at one moment, as when people type them.
                clock.set(now_ms.saturating_sub(before).saturating_add(u64::from(*ordinal)));
                let story = stories::invent(&mut rng, usize::try_from(*ordinal).unwrap_or(0));
                cases::register_with(&office, &mut Pen::new(&office, tx), &story.register)?;
            }
            Ok(())
        })?;
    }
    clock.set(now_ms);
    Ok(())
}
