//! One run: event after event on real desks, and what is remembered of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use carry::lan::LanFault;
use fastrand::Rng;
use serde_json::{Value, json};
use sync::session::Stop;
use tests::text;

use crate::event::{Event, Kind, mix};
use crate::model::{Case, FIELDS, Mail, Model, current, word};
use crate::oracles;
use crate::rope::Rope;
use crate::world::{TOWNSHIP, World};

/// The characters after which somebody may begin to type.
const STOP: char = '。';

/// How a run ended that did not end well.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The event; none for what was found at the end.
    pub event: Option<u32>,
    /// What is wrong.
    pub what: String,
}

impl Failure {
    /// Whether it is the same that went wrong, as far as its words tell, whoever it happened to.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        let words = |what: &str| {
            let words =
                what.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic));
            words.filter(|word| word.is_ascii()).take(4).map(str::to_owned).collect::<Vec<_>>()
        };
        self.event == other.event && words(&self.what) == words(&other.what)
    }
}

/// What a run was.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Line by line, what happened.
    pub log: Vec<String>,
    /// How often what happened.
    pub counts: BTreeMap<&'static str, u64>,
    /// A hash over the lines and over what everybody shows in the end.
    pub hash: String,
    /// What is wrong, if anything is.
    pub failure: Option<Failure>,
}

/// A mistake that is made on purpose, to see that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// None.
    Nothing,
    /// Nobody remembers that a disk was put back.
    Restore,
}

/// A run under way.
pub struct Play {
    pub(crate) world: World,
    pub(crate) model: Model,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) planted: Planted,
    has_revoked: bool,
}

/// What an event came to, in a word; or what is wrong.
pub(crate) type Outcome = Result<String, String>;

/// Plays a list of events and looks at everything in the end.
#[must_use]
pub fn play(seed: u64, events: &[Event], planted: Planted) -> Run {
    play_to(seed, events, planted, true)
}

/// Plays a list of events; looks at everything in the end, or at nothing that the events did not.
#[must_use]
pub fn play_to(seed: u64, events: &[Event], planted: Planted, is_whole: bool) -> Run {
    let mut run = Run::default();
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play {
            world: World::new(seed),
            model: Model::default(),
            counts: BTreeMap::new(),
            planted,
            has_revoked: false,
        };
        for event in events {
            play.world.pass(u64::from(event.c % 180) + 1);
            *play.counts.entry("events").or_default() += 1;
            let mark = play.model.mark();
            let outcome = play.happen(event).and_then(|outcome| {
                play.note_unheard(mark)?;
                Ok(outcome)
            });
            match outcome {
                Ok(outcome) => run.log.push(format!("{event} {outcome}")),
                Err(what) => {
                    run.log.push(format!("{event} {what}"));
                    run.failure = Some(Failure { event: Some(event.id), what });
                    break;
                }
            }
        }
        if is_whole && run.failure.is_none() {
            match oracles::settle(&mut play, mix(seed, 77)) {
                Ok(shown) => run.log.push(shown),
                Err(what) => run.failure = Some(Failure { event: None, what }),
            }
        }
        run.counts = play.counts;
    }));
    if let Err(panic) = played {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        run.failure = Some(Failure { event: None, what: format!("panic: {text:?}") });
    }
    run.hash = blake3::hash(run.log.join("\n").as_bytes()).to_hex()[..16].to_owned();
    run
}

impl Play {
    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn happen(&mut self, e: &Event) -> Outcome {
        let at = self.world.pick(e.a);
        self.model.actor = at;
        match e.kind {
            Kind::Register => self.register(e, at),
            Kind::Fact => self.fact(e, at),
            Kind::Field => self.field(e, at),
            Kind::Text => self.text(e, at),
            Kind::Attach => self.attach(e, at),
            Kind::Settle => self.settle(e, at),
            Kind::Meet | Kind::MeetCut | Kind::TornMeeting => self.meet(e, at),
            Kind::Pack => self.pack(e, at),
            Kind::Deliver
            | Kind::DeliverAgain
            | Kind::DeliverFlipped
            | Kind::DeliverTorn
            | Kind::TornImport => self.deliver(e),
            Kind::Lose => Ok(self.take_mail(e).map_or("nothing".into(), |_| "lost".into())),
            Kind::PowerCut => self.power_cut(at),
            Kind::TornEdit => self.torn_edit(e, at),
            Kind::Image => {
                let files = self.world.files(at);
                self.world.slots[at].images.push(files);
                Ok("kept".into())
            }
            Kind::Restore => self.restore(self.world.pick_village(e.a), e),
            Kind::RestoreTownship => self.restore_township(e),
            Kind::Twin => self.twin(e),
            Kind::ClockYears => {
                let years = [-10, -3, 1, 10][e.c as usize % 4];
                self.world.set_clock(at, years * 365 * 24 * 3600 * 1000);
                Ok(format!("{years} years"))
            }
            Kind::ClockMinutes => {
                let minutes = [0, 0, -7, 40][e.c as usize % 4];
                self.world.set_clock(at, minutes * 60_000);
                Ok(format!("{minutes} minutes"))
            }
            Kind::Revoke => self.revoke(e),
            Kind::Share => self.share(e),
            Kind::Leave => self.leave(e),
            Kind::Close => {
                let closed = json!({ "outcome": "failed", "routes": ["court"] });
                self.end(e, at, "closed", closed)
            }
            Kind::Archive => {
                let retention = ["short", "long"][e.c as usize % 2];
                self.end(e, TOWNSHIP, "archived", json!({ "retention": retention }))
            }
            Kind::Erase => self.erase(e),
            Kind::Redact => self.redact(e),
            Kind::Merge => self.merge(e),
            Kind::Rename => self.rename(e),
            Kind::Upgrade => self.upgrade(at),
            Kind::Next => self.write_next(e),
            Kind::Rebuild => oracles::rebuilt(&self.world, at, false).map(|()| "same".into()),
            Kind::Restart => self.world.restart(at).map(|()| "started".into()),
        }
    }

    /// The case that a number means among those that a computer holds: the same one, whatever else
    /// was registered.
    pub(crate) fn pick_case(&self, at: usize, number: u32) -> Result<Option<usize>, String> {
        let listed = self.world.call(at, "case_list", json!({ "limit": 200 }))?;
        let listed = listed.unwrap_or_default();
        let rows = listed["rows"].as_array().into_iter().flatten();
        let here = rows.filter_map(|row| self.model.cases.iter().position(|c| c.is(&row["id"])));
        Ok(here.max_by_key(|case| {
            // Few at a time, so that people meet there.
            let born = self.model.cases[*case].born;
            mix(u64::from(born), u64::from(number % 4))
        }))
    }

    fn register(&mut self, e: &Event, at: usize) -> Outcome {
        let (title, party, summary) = (word(e.id, 0), word(e.id, 1), word(e.id, 2));
        let payload = json!({
            "title": title, "summary": format!("{summary}{STOP}"),
            "parties": [
                { "name": party, "side": "applicant" }, { "name": "李某", "side": "respondent" },
            ],
        });
        match self.world.call(at, "case_register", payload)? {
            Ok(view) => {
                let unit = &self.world.slots[at].unit;
                let units = if at == TOWNSHIP {
                    BTreeSet::new()
                } else {
                    self.model.line_of(unit).collect()
                };
                self.model.cases.push(Case {
                    id: text(&view, "/id"),
                    heirs: Vec::new(),
                    born: e.id,
                    units,
                    left: BTreeSet::new(),
                    is_archived: false,
                    is_gone: false,
                    is_open: false,
                });
                let case = self.model.cases.len() - 1;
                self.model.say(case, party);
                self.model.say(case, summary);
                self.model.write(case, "title", title, (&[], ""), None);
                self.count("acts");
                Ok("registered".into())
            }
            Err(why) => Ok(why),
        }
    }

    fn fact(&mut self, e: &Event, at: usize) -> Outcome {
        let Some(case) = self.pick_case(at, e.b)? else { return Ok("no case".into()) };
        let id = self.model.cases[case].id.clone();
        let (said, risk) = (word(e.id, 0), ["blue", "yellow", "red"][e.c as usize % 3]);
        let note = json!({ "kind": "note", "body": { "text": said } });
        let fact = match e.c % 8 {
            0 | 1 => json!({ "kind": "visit_received", "body": { "content": said } }),
            2 => json!({ "kind": "risk_assessed", "body": { "risk": risk, "reason": said } }),
            3 => json!({ "kind": "session_held", "body": {
                "place": said, "mode": "joint", "host": "周某", "present": [], "result": "failed",
            } }),
            4 => json!({ "kind": "agreement_reached", "body": {
                "form": "written", "text": said,
                "plan": [{ "due": "2036-04-10", "what": "收回屋檐", "amount_fen": 100000 }],
            } }),
            5 => json!({ "kind": "escalated", "body": { "reason": "danger", "note": said } }),
            6 => json!({ "kind": "accepted", "body": { "on": "application" } }),
            _ => note.clone(),
        };
        let mut kind = text(&fact, "/kind");
        let facts = if kind == "accepted" { vec![fact, note.clone()] } else { vec![fact] };
        let add = |facts: &[Value]| json!({ "case": id, "facts": facts });
        let mut done = self.world.call(at, "fact_add", add(&facts))?;
        if done.is_err() {
            done = self.world.call(at, "fact_add", add(&[note]))?;
            kind.push_str(" no, note");
        }
        match done {
            Ok(_) => {
                self.model.say(case, said);
                self.count("acts");
                Ok(kind)
            }
            Err(why) => Ok(format!("{kind} {why}")),
        }
    }

    /// A paper, named by a word that stands at its end too.
    fn attach(&mut self, e: &Event, at: usize) -> Outcome {
        let Some(case) = self.pick_case(at, e.b)? else { return Ok("no case".into()) };
        let id = json!(self.model.cases[case].id);
        let said = word(e.id, 0);
        // Most are short, and one in four takes several chunks.
        let length = if e.c.is_multiple_of(4) { 300 * e.c } else { e.c };
        let content = [b"%PDF-1.7 ", &*vec![7; length as usize], said.as_bytes()].concat();
        match self.world.room(at).attach(&id, &said, &content) {
            Ok(_) => {
                self.model.papers.push((case, at, said.clone()));
                self.model.say(case, said);
                self.count("papers");
                Ok(format!("{} bytes", content.len()))
            }
            Err(why) => Ok(format!("{why:?}")),
        }
    }

    /// A case as a computer shows it, if it does.
    pub(crate) fn view(&self, at: usize, case: usize) -> Result<Result<Value, String>, String> {
        self.world.call(at, "case_get", json!({ "case": self.model.cases[case].id }))
    }

    fn field(&mut self, e: &Event, at: usize) -> Outcome {
        let Some(case) = self.pick_case(at, e.b)? else { return Ok("no case".into()) };
        let field = FIELDS[e.c as usize % FIELDS.len()];
        let view = match self.view(at, case)? {
            Ok(view) => view,
            Err(why) => return Ok(why),
        };
        let value = word(e.id, 0);
        let payload =
            json!({ "record": self.model.cases[case].id, "field": field, "value": value });
        match self.world.call(at, "field_set", payload)? {
            Ok(_) => {
                let values = current(&view, field);
                self.model.write(case, field, value, (values.as_slice(), &*view.to_string()), None);
                self.count("acts");
                Ok(format!("{field} over {}", values.len()))
            }
            Err(why) => Ok(why),
        }
    }

    fn text(&mut self, e: &Event, at: usize) -> Outcome {
        let Some(case) = self.pick_case(at, e.b)? else { return Ok("no case".into()) };
        let view = match self.view(at, case)? {
            Ok(view) => view,
            Err(why) => return Ok(why),
        };
        let summary = &view["texts"]["summary"];
        let old = summary["text"].as_str().unwrap_or_default();
        // Somewhere between two sentences.
        let ends =
            old.char_indices().filter(|(_, c)| *c == STOP).map(|(at, _)| at + STOP.len_utf8());
        let places: Vec<usize> = [0].into_iter().chain(ends).collect();
        let place = places[e.c as usize % places.len()];
        let said = word(e.id, 0);
        let value = format!("{}{said}{STOP}{}", &old[..place], &old[place..]);
        let version = if e.c.is_multiple_of(2) { summary["version"].clone() } else { Value::Null };
        let payload = json!({
            "record": self.model.cases[case].id, "text": "summary", "value": value,
            "version": version,
        });
        match self.world.call(at, "text_edit", payload)? {
            Ok(_) => {
                self.model.say(case, said);
                self.count("acts");
                Ok("typed".into())
            }
            Err(why) => Ok(why),
        }
    }

    /// What a computer may settle: cases, with the keys of contradictions.
    fn to_settle(&self, at: usize) -> Result<Vec<(usize, String)>, String> {
        let asked = json!({ "mine": true, "limit": 50 });
        let listed = self.world.call(at, "conflict_list", asked)?.unwrap_or_default();
        let is_case = |row: &Value| self.model.cases.iter().position(|c| c.is(&row["record"]));
        let rows = listed["rows"].as_array().into_iter().flatten();
        Ok(rows.filter_map(|row| Some((is_case(row)?, text(row, "/key")))).collect())
    }

    fn settle(&mut self, e: &Event, first: usize) -> Outcome {
        let count = self.world.slots.len();
        let (mut at, mut rows) = (first, Vec::new());
        for next in 0..count {
            at = (first + next) % count;
            rows = self.to_settle(at)?;
            if !rows.is_empty() {
                break;
            }
        }
        let Some((case, key)) = rows.get(e.b as usize % rows.len().max(1)).cloned() else {
            return Ok("nothing to settle".into());
        };
        self.model.actor = at;
        let view = match self.view(at, case)? {
            Ok(view) => view,
            Err(why) => return Ok(why),
        };
        let conflicts = view["conflicts"].as_array().into_iter().flatten();
        let is_it = |c: &&Value| c["key"] == *key && c["settlement"].is_null();
        let Some(conflict) = conflicts.clone().find(is_it) else {
            return Err(format!("{key} is listed and not shown"));
        };
        let sides = conflict["sides"].as_array().into_iter().flatten();
        let ways = conflict["ways"].as_array().into_iter().flatten();
        let choices: Vec<Value> = sides
            .map(|side| side["choice"].clone())
            .chain(ways.map(|way| json!({ "way": way })))
            .collect();
        let Some(choice) = choices.get(e.c as usize % choices.len().max(1)) else {
            return Ok("no choice".into());
        };
        let reason = word(e.id, 0);
        let record = &self.model.cases[case].id;
        let payload = json!({ "record": record, "key": key, "choice": choice, "reason": reason });
        match self.world.call(at, "conflict_settle", payload)? {
            Ok(_) => {
                let field = FIELDS.iter().find(|field| key == format!("field/{field}"));
                if let (Some(field), Some(value)) = (field, choice["value"].as_str()) {
                    let values = current(&view, field);
                    let shown = (values.as_slice(), &*view.to_string());
                    self.model.write(case, field, value.to_owned(), shown, Some(reason.clone()));
                    self.model.say(case, reason);
                    self.count("settled fields");
                } else {
                    self.count("settled others");
                }
                self.count("acts");
                Ok(format!("settled {key}"))
            }
            Err(why) => Ok(format!("{key} {why}")),
        }
    }

    fn meet(&mut self, e: &Event, at: usize) -> Outcome {
        let other = if e.c % 5 < 3 { TOWNSHIP } else { self.world.pick(e.b) };
        let (caller, answerer) = if e.c.is_multiple_of(2) { (at, other) } else { (other, at) };
        if caller == answerer {
            return Ok("alone".into());
        }
        let seed = mix(u64::from(e.a), u64::from(e.c));
        let bytes_left = (e.kind == Kind::MeetCut).then(|| {
            // As many cuts among the first messages as among the long ones.
            let mut rng = Rng::with_seed(seed ^ 1);
            let most = 1 << rng.usize(5..17);
            rng.usize(..most)
        });
        let torn = match e.kind {
            Kind::TornMeeting => {
                self.world.quiet(caller);
                Some((e.b % 24, self.world.path("files").1))
            }
            _ => None,
        };
        let (outcome, is_dark) = self.hold(caller, answerer, seed, bytes_left, torn.as_ref())?;
        if let (true, Some((_, files))) = (is_dark, &torn) {
            self.world.start_from(caller, files)?;
            self.count("power cuts");
        }
        self.model.note_held(&self.world, caller)?;
        self.model.ticks(&self.world, caller)?;
        self.model.ticks(&self.world, answerer)?;
        Ok(outcome)
    }

    /// A meeting of two computers; says what came of it, and whether the power went at the caller.
    fn hold(
        &mut self,
        caller: usize,
        answerer: usize,
        seed: u64,
        bytes_left: Option<usize>,
        torn: Option<&(u32, std::path::PathBuf)>,
    ) -> Result<(String, bool), String> {
        let home = self.world.home(caller).to_owned();
        let power = torn.map(|(left, to)| (*left, home.as_path(), to.as_path()));
        let rng = Rng::with_seed(seed);
        // What either holds before is what the other may hear of.
        self.model.note_held(&self.world, caller)?;
        self.model.note_held(&self.world, answerer)?;
        let (a, b) = (&self.world.room(caller).desk, &self.world.room(answerer).desk);
        let has_forked =
            |(slot, _): &(usize, _)| self.model.forked.contains(&self.world.slots[*slot].device);
        let ends = [(caller, &**a), (answerer, &**b)];
        let mut rope = Rope {
            rng,
            bytes_left,
            power,
            is_cut: false,
            is_dark: false,
            watched: ends.into_iter().filter(has_forked).collect(),
            held: Vec::new(),
        };
        let met = catch_unwind(AssertUnwindSafe(|| a.meet(b, &mut rope)))
            .map_err(|_| "a meeting panics".to_owned())?
            .map_err(|fault| format!("a meeting: {fault}"))?;
        let (is_cut, is_dark, held) = (rope.is_cut, rope.is_dark, rope.held);
        for (slot, held) in held {
            self.model.note(&self.world.slots[slot].device, held);
        }
        // The one whose power went has written on in vain.
        if !is_dark {
            self.model.note_held(&self.world, caller)?;
        }
        self.model.note_held(&self.world, answerer)?;
        let slots = &self.world.slots;
        let (one, two) = (&slots[caller], &slots[answerer]);
        let is_strange = one.device == two.device || one.is_revoked || two.is_revoked;
        let mut told = String::new();
        for (name, end) in [(&one.name, &met.caller), (&two.name, &met.answerer)] {
            let may = match end {
                Ok(_) => true,
                Err(LanFault::Io(_)) => is_cut || is_strange,
                Err(LanFault::Stranger | LanFault::Cancelled) => is_strange,
                Err(LanFault::Stopped(Stop::Cancelled)) => is_strange,
                Err(_) => false,
            };
            let said = match end {
                Ok(met) => format!("{}/{} {}", met.received, met.sent, met.is_equal),
                Err(fault) => format!("{fault:?}").chars().take(60).collect(),
            };
            if !may {
                return Err(format!("{} meets {}: {name}: {said}", one.name, two.name));
            }
            told.push_str(&format!("{name} {said} "));
        }
        self.count("meetings");
        let ends = [&met.caller, &met.answerer];
        if ends.into_iter().flatten().any(|met| met.listed > 0) {
            self.count("lists lent");
        }
        if is_cut {
            self.count("lines cut");
        }
        Ok((told.trim().to_owned(), is_dark))
    }

    /// A whole meeting; how much moved and whether both are equal, or nothing where they do not
    /// speak.
    pub(crate) fn meet_whole(
        &mut self,
        caller: usize,
        answerer: usize,
        seed: u64,
    ) -> Result<(bool, bool), String> {
        let (told, _) = self.hold(caller, answerer, seed, None, None)?;
        self.model.ticks(&self.world, caller)?;
        self.model.ticks(&self.world, answerer)?;
        let is_still = told.matches(" 0/0 ").count() == 2;
        let is_equal = told.matches(" true").count() == 2;
        Ok((is_still, is_equal))
    }

    fn pack(&mut self, e: &Event, at: usize) -> Outcome {
        let other = if e.c.is_multiple_of(2) { TOWNSHIP } else { self.world.pick(e.b) };
        if at == other {
            return Ok("nobody".into());
        }
        let unit = self.world.slots[other].unit.clone();
        let stick = self.world.path("stick").1;
        let part_bytes = if e.c.is_multiple_of(3) { json!(7_400) } else { Value::Null };
        let payload = json!({ "unit": unit, "to": { "path": stick }, "part_bytes": part_bytes });
        let done = self.world.call(at, "packet_export", payload)?;
        self.model.note_held(&self.world, at)?;
        match done {
            Ok(packet) => {
                let files = packet["files"].as_array().into_iter().flatten();
                let files: Vec<String> = files.map(|file| text(file, "/path")).collect();
                for file in &files {
                    let (file, unit) = (std::path::PathBuf::from(file), unit.clone());
                    self.model.packets.push((file.clone(), unit.clone(), at));
                    self.model.mail.push(Mail { born: e.id, file, unit, from: at });
                }
                self.count("packets written");
                Ok(format!("{} parts, {} entries", files.len(), packet["entries"]))
            }
            Err(why) => Ok(why),
        }
    }

    fn pick_mail(&self, e: &Event) -> Option<usize> {
        let key = |at: &usize| mix(u64::from(self.model.mail[*at].born), u64::from(e.b));
        (0..self.model.mail.len()).max_by_key(key)
    }

    fn take_mail(&mut self, e: &Event) -> Option<Mail> {
        self.pick_mail(e).map(|at| self.model.mail.remove(at))
    }

    fn deliver(&mut self, e: &Event) -> Outcome {
        let Some(place) = self.pick_mail(e) else { return Ok("no packet".into()) };
        let mail = &self.model.mail[place];
        let (mut file, from) = (mail.file.clone(), mail.from);
        let here = |at: &usize| self.takes(*at, from, &mail.unit);
        let to: Vec<usize> = (0..self.world.slots.len()).filter(here).collect();
        let Some(to) = to.get(e.a as usize % to.len().max(1)).copied() else {
            return Ok("nobody".into());
        };
        let is_damaged = matches!(e.kind, Kind::DeliverFlipped | Kind::DeliverTorn);
        if is_damaged {
            let mut bytes = fs::read(&file).expect("a packet");
            let at = mix(u64::from(e.b), u64::from(e.c)) as usize % bytes.len();
            if e.kind == Kind::DeliverFlipped {
                bytes[at] ^= 1 << (e.c % 8);
            } else {
                bytes.truncate(at);
            }
            file = self.world.path("damaged").1;
            fs::write(&file, bytes).expect("written");
        } else if e.kind != Kind::DeliverAgain {
            self.model.mail.remove(place);
        }
        if e.kind == Kind::TornImport {
            let files = self.world.light(to, e.c % 5);
            let import = json!({ "from": { "path": file } });
            let outcome = self.world.call(to, "packet_import", import)?;
            if self.world.is_burnt(to) {
                self.world.start_from(to, &files)?;
                self.count("power cuts");
                return Ok("dark".into());
            }
            self.model.note_held(&self.world, to)?;
            return Ok(outcome.map_or_else(|why| why, |done| text(&done, "/outcome")));
        }
        let before = is_damaged.then(|| self.world.room(to).records());
        let outcome = self.import(to, from, &file, is_damaged)?;
        if before.is_some_and(|before| before != self.world.room(to).records()) {
            return Err(format!(
                "{}: a damaged packet changed something",
                self.world.slots[to].name
            ));
        }
        Ok(outcome)
    }

    /// Whether a computer may be given a packet for a unit: copies of one computer write nothing for
    /// each other.
    pub(crate) fn takes(&self, to: usize, from: usize, unit: &str) -> bool {
        let slots = &self.world.slots;
        slots[to].unit == unit && slots[to].device != slots[from].device
    }

    /// A packet is imported.
    pub(crate) fn import(
        &mut self,
        to: usize,
        from: usize,
        file: &std::path::Path,
        is_damaged: bool,
    ) -> Outcome {
        let import = json!({ "from": { "path": file } });
        let done = self.world.call(to, "packet_import", import)?;
        self.count("packets imported");
        self.model.note_held(&self.world, to)?;
        self.model.ticks(&self.world, to)?;
        let slots = &self.world.slots;
        let is_ended = slots[to].is_revoked || slots[from].is_revoked;
        match done {
            Ok(_) if is_damaged => Err("a damaged packet is taken".into()),
            Ok(done) => Ok(format!("{} {}", text(&done, "/outcome"), done["received"])),
            Err(why) if is_damaged => Ok(why),
            Err(why) if is_ended => Ok(why),
            Err(why) => {
                let (to, from) = (&slots[to].name, &slots[from].name);
                Err(format!("{to} does not take a packet of {from}: {why}"))
            }
        }
    }

    fn power_cut(&mut self, at: usize) -> Outcome {
        let files = self.world.files(at);
        let before = self.world.room(at).records();
        self.world.start_from(at, &files)?;
        self.count("power cuts");
        let after = self.world.room(at).records();
        if before != after {
            return Err(format!("a power cut changes: {}", oracles::differ(&before, &after)));
        }
        Ok("dark".into())
    }

    /// An edit, of which only a part was written when the power went: it is there or it is not, and
    /// everything else is.
    fn torn_edit(&mut self, e: &Event, at: usize) -> Outcome {
        let (before, mark) = (self.world.files(at), self.model.mark());
        let old = self.world.room(at).records();
        let done = match e.c % 4 {
            0 => self.register(e, at)?,
            1 => self.text(e, at)?,
            2 => self.fact(e, at)?,
            _ => self.field(e, at)?,
        };
        let new = self.world.room(at).records();
        let written = self.model.since(mark);
        let ids: Vec<String> = self.model.cases.iter().map(|case| case.id.clone()).collect();
        let (files, is_torn) = self.world.torn(at, &before, f64::from(e.b) / 1000.0);
        self.world.start_from(at, &files)?;
        self.count("power cuts");
        let shown = self.world.room(at).records();
        let is_there = written.iter().all(|(case, word)| {
            self.world.shown(at, &ids[*case]).is_some_and(|s| s.contains(word))
        });
        if !is_there {
            if !is_torn {
                return Err("an acknowledged edit is gone".into());
            }
            self.model.forget(mark);
        }
        if shown != new && (shown != old || !is_torn) {
            let names = oracles::differ(&old, &shown);
            return Err(format!("half an edit: {done}: {names}"));
        }
        Ok(format!("{done}, torn {is_torn}, there {is_there}"))
    }

    fn revoke(&mut self, e: &Event) -> Outcome {
        let at = self.world.pick_village(e.a);
        if self.has_revoked {
            return Ok("one is enough".into());
        }
        let device = self.world.slots[at].device.clone();
        let payload = json!({ "device": device, "reason": "电脑丢了" });
        match self.world.call(TOWNSHIP, "device_revoke", payload)? {
            Ok(_) => {
                self.has_revoked = true;
                for slot in self.world.slots.iter_mut().filter(|slot| slot.device == device) {
                    slot.is_revoked = true;
                }
                self.count("revoked");
                Ok("revoked".into())
            }
            Err(why) => Ok(why),
        }
    }

    fn end(&mut self, e: &Event, at: usize, kind: &'static str, body: Value) -> Outcome {
        let Some(case) = self.pick_case(at, e.b)? else { return Ok("no case".into()) };
        let payload = json!({
            "case": self.model.cases[case].id, "facts": [{ "kind": kind, "body": body }],
        });
        match self.world.call(at, "fact_add", payload)? {
            Ok(_) => {
                self.model.cases[case].is_archived |= kind == "archived";
                self.count("acts");
                Ok(kind.into())
            }
            Err(why) => Ok(why),
        }
    }

    /// The case that a number means among those that are archived.
    pub(crate) fn pick_archived(&self, number: u32) -> Option<usize> {
        let archived = |case: &usize| {
            let case = &self.model.cases[*case];
            case.is_archived && !case.is_gone
        };
        let key = |case: &usize| mix(u64::from(self.model.cases[*case].born), u64::from(number));
        (0..self.model.cases.len()).filter(archived).max_by_key(key)
    }

    fn erase(&mut self, e: &Event) -> Outcome {
        let Some(case) = self.pick_archived(e.b) else { return Ok("nothing archived".into()) };
        let id = &self.model.cases[case].id;
        let payload = json!({
            "records": [id], "ground": "retention_ended", "reason": "保管期限已满",
        });
        match self.world.call(TOWNSHIP, "record_erase", payload)? {
            Ok(done) => {
                let lines = done["erasures"].as_array().into_iter().flatten();
                let mut of = lines.filter(|line| {
                    // That of an earlier record told of one person alone.
                    let last = self.model.cases[case].heirs.last().unwrap_or(id);
                    line["records"][0]["record"] == **last
                });
                let holds = of.any(|line| line["holds"] == true);
                if holds {
                    self.model.cases[case].is_gone = true;
                    self.count("erased");
                }
                Ok(format!("erased {holds}: case {}", self.model.cases[case].born))
            }
            Err(why) => Ok(why),
        }
    }

    /// Whether anybody was revoked.
    pub(crate) fn has_revoked(&self) -> bool {
        self.has_revoked
    }
}
