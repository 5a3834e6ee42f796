//! What whoever works here sees of a record: all of it, some of it masked, or its outside alone.
//! The one place where views are masked as they leave.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use domain::case::red::{self, Mask};
use domain::id::{RecordId, SpaceId};
use domain::rights::{Right, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Reader;
use store::guards::{GuardRow, Within};

use crate::clock::today;
use crate::fault::Fault;
use crate::office::{Me, Office};

/// How much of a case is shown to whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Sight {
    /// All of it.
    Whole,
    /// What makes its minors known is hidden.
    MinorsMasked,
    /// Its number, its place in the procedure and who has it in hand; nothing that was said.
    Closed,
    /// All of it, opened for a while in an emergency.
    BrokenGlass,
}

impl Sight {
    /// Whether nothing is hidden.
    pub(crate) const fn is_whole(self) -> bool {
        matches!(self, Self::Whole | Self::BrokenGlass)
    }
}

/// The eyes of whoever works here.
pub(crate) struct Lens<'a, 'r> {
    office: &'a Office,
    reader: &'a Reader<'r>,
    me: Me,
    /// The spaces of cases that the own unit holds.
    shared: BTreeSet<SpaceId>,
    /// Whether it looks at what leaves the office: children are hidden there whoever looks.
    is_leaving: bool,
    veils: RefCell<BTreeMap<RecordId, Veil>>,
}

impl<'a, 'r> Lens<'a, 'r> {
    pub(crate) fn new(office: &'a Office, reader: &'a Reader<'r>) -> Self {
        let me = office.me();
        let roster = office.roster();
        let held = roster.spaces_of(office.identity.record.unit);
        let shared = roster.case_spaces().intersection(&held).copied().collect();
        Self { office, reader, me, shared, is_leaving: false, veils: RefCell::default() }
    }

    /// The eyes for what leaves the office as a list or a file for others: what makes a child known
    /// is hidden in it, also from whoever may read it here (未成年人保护法第一百零三条).
    pub(crate) fn leaving(office: &'a Office, reader: &'a Reader<'r>) -> Self {
        Self { is_leaving: true, ..Self::new(office, reader) }
    }

    /// Whether a right reaches a record that is held here; what is not held is nobody's.
    pub(crate) fn reaches(&self, right: Right, record: RecordId) -> Result<bool, Fault> {
        if right.scope(self.me.role) == Scope::Township {
            return Ok(true);
        }
        if let Some(guard) = self.reader.guarded(record)? {
            return Ok(self.covers(right, &guard));
        }
        match self.reader.person(record)? {
            Some(person) => Ok(right.admits(self.me.role) && self.is_home(person.space)),
            None => Ok(true),
        }
    }

    /// Whether a space is the own unit's, or that of one which became part of it.
    fn is_home(&self, space: SpaceId) -> bool {
        let (roster, units) = (self.office.roster(), self.office.units());
        let mut own = units.former(self.me.unit).chain([self.me.unit]);
        own.any(|unit| roster.home(unit) == Some(space))
    }

    fn covers(&self, right: Right, guard: &GuardRow) -> bool {
        let unit = self.me.unit;
        match right.scope(self.me.role) {
            Scope::Nothing => false,
            Scope::Township => true,
            Scope::OwnUnit => guard.holders.contains(&unit),
            Scope::Addressed => guard.addressed.contains(&unit),
            Scope::TakesPart => {
                let parts = [&guard.holders, &guard.addressed, &guard.former];
                parts.iter().any(|units| units.contains(&unit))
                    || self.shared.contains(&guard.space)
            }
        }
    }

    /// How much of a case is shown.
    pub(crate) fn sight(&self, case: RecordId) -> Result<Sight, Fault> {
        let guard = self.reader.guarded(case)?;
        Ok(guard.map_or(Sight::Whole, |guard| self.sight_of(case, &guard)))
    }

    fn sight_of(&self, case: RecordId, guard: &GuardRow) -> Sight {
        let covers = |right| self.covers(right, guard);
        let is_open = covers(Right::CaseRead)
            && (!guard.is_protected || covers(Right::ProtectedRead))
            && !guard.is_restricted;
        let may_know = covers(Right::MinorRead) && !self.is_leaving;
        let is_masking = !words(&guard.minors).is_empty() && !may_know;
        match () {
            () if is_open && !is_masking => Sight::Whole,
            () if is_open && self.is_leaving => Sight::MinorsMasked,
            () if self.office.opened_until(self.me.user, case).is_some() => Sight::BrokenGlass,
            () if !is_open => Sight::Closed,
            () => Sight::MinorsMasked,
        }
    }

    /// Whether what is hidden of a case may be opened in an emergency; of a restricted file by
    /// whoever answers for what is erased alone.
    pub(crate) fn may_break_glass(&self, case: RecordId) -> Result<bool, Fault> {
        let is_restricted = self.reader.guarded(case)?.is_some_and(|guard| guard.is_restricted);
        let answers = !is_restricted || Right::ErasureReview.admits(self.me.role);
        let is_hidden = !self.sight(case)?.is_whole();
        Ok(is_hidden && answers && Right::CaseBreakGlass.admits(self.me.role))
    }

    /// Within which cases words may be looked for.
    pub(crate) fn found(&self) -> Within {
        let with_protected = Right::ProtectedRead.admits(self.me.role);
        Within { with_protected, with_restricted: false, ..self.within(Right::CaseSearch) }
    }

    /// Which cases may be taken along as a list.
    pub(crate) fn exported(&self) -> Within {
        let with_protected = Right::ProtectedRead.admits(self.me.role);
        Within { with_protected, with_restricted: false, ..self.within(Right::CaseExport) }
    }

    /// Which cases are counted.
    pub(crate) fn counted(&self) -> Within {
        self.within(Right::StatisticsRead)
    }

    fn within(&self, right: Right) -> Within {
        Within {
            unit: (right.scope(self.me.role) != Scope::Township).then_some(self.me.unit),
            spaces: self.shared.iter().copied().collect(),
            with_protected: true,
            with_restricted: true,
        }
    }

    /// From which day of birth on persons on record are shown by the family name alone, if any.
    pub(crate) fn hidden_since(&self) -> Option<String> {
        let oldest = red::oldest_minor(today(self.office.now_ms()));
        let day = oldest.format("%Y-%m-%d").to_string();
        (!Right::MinorRead.admits(self.me.role)).then_some(day)
    }

    /// What is hidden of a record.
    fn veil(&self, record: RecordId) -> Result<Veil, Fault> {
        if let Some(known) = self.veils.borrow().get(&record) {
            return Ok(known.clone());
        }
        let veil = match self.reader.guarded(record)? {
            Some(guard) => self.veil_of_case(record, &guard),
            None => Veil { mask: self.mask_of_person(record)?, is_closed: false },
        };
        self.veils.borrow_mut().insert(record, veil.clone());
        Ok(veil)
    }

    fn veil_of_case(&self, case: RecordId, guard: &GuardRow) -> Veil {
        let minors = || words(&guard.minors);
        let everybody = || minors().into_iter().chain(words(&guard.parties)).collect();
        match self.sight_of(case, guard) {
            Sight::Whole | Sight::BrokenGlass => Veil::default(),
            Sight::MinorsMasked => Veil { mask: Mask::new(minors()), is_closed: false },
            Sight::Closed => Veil { mask: Mask::new(everybody()), is_closed: true },
        }
    }

    fn mask_of_person(&self, record: RecordId) -> Result<Mask, Fault> {
        let Some(person) = self.reader.person(record)? else { return Ok(Mask::default()) };
        if !self.hides_person(&person.born) {
            return Ok(Mask::default());
        }
        let beside = person.beside.lines().map(str::to_owned);
        let rest = [person.phone, person.address].into_iter().chain(beside);
        let name = (person.name.clone(), red::family(&person.name));
        let words = std::iter::once(name).chain(rest.map(|word| red::hidden(&word)));
        Ok(Mask::new(words.collect()))
    }

    /// Whether a person on record, born on a day, is shown by the family name alone.
    pub(crate) fn hides_person(&self, born: &str) -> bool {
        let now = today(self.office.now_ms());
        let may_know = Right::MinorRead.admits(self.me.role) && !self.is_leaving;
        red::is_minor(born.parse().ok(), now) && !may_know
    }

    /// Hides in an answer what whoever asked may not read: whatever names a record is shown as the
    /// veils of the records in it leave it, and all of it as those of what was asked for.
    pub(crate) fn over(&self, answer: &mut Value, asked: &[RecordId]) -> Result<(), Fault> {
        let rights = [Right::CaseRead, Right::MinorRead, Right::ProtectedRead];
        if !self.is_leaving
            && rights.iter().all(|right| right.scope(self.me.role) == Scope::Township)
            && !self.reader.has_restricted()?
        {
            return Ok(());
        }
        let mut veil = Veil::default();
        for record in asked {
            veil = veil.and(&self.veil(*record)?);
        }
        veil.over(answer);
        self.descend(answer)
    }

    fn descend(&self, value: &mut Value) -> Result<(), Fault> {
        match value {
            Value::Object(members) => {
                let direct: Vec<RecordId> = members.values().filter_map(record_in).collect();
                if direct.is_empty() {
                    return members.values_mut().try_for_each(|member| self.descend(member));
                }
                let mut named = BTreeSet::new();
                members.values().for_each(|member| collect(member, &mut named));
                let mut veil = Veil::default();
                for record in named {
                    let other = self.veil(record)?;
                    // What is named in passing hides its own words, not what stands around it.
                    let is_closed = other.is_closed && direct.contains(&record);
                    veil = veil.and(&Veil { is_closed, ..other });
                }
                veil.over(value);
                Ok(())
            }
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.descend(item)),
            _ => Ok(()),
        }
    }
}

/// What lies over a record for whoever works here.
#[derive(Debug, Clone, Default)]
struct Veil {
    mask: Mask,
    /// Free words are hidden whole.
    is_closed: bool,
}

/// The members in which lines about a case hold free words.
const FREE: [&str; 3] = ["title", "place", "what"];

impl Veil {
    fn and(&self, other: &Self) -> Self {
        Self { mask: self.mask.and(&other.mask), is_closed: self.is_closed || other.is_closed }
    }

    fn over(&self, value: &mut Value) {
        if self.mask.is_empty() && !self.is_closed {
            return;
        }
        match value {
            Value::String(text) => *text = self.mask.over(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.over(item)),
            Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
                match member {
                    // A day of birth is no text that a mask could go over.
                    _ if name == "birth" => *member = Value::Null,
                    Value::String(text) if self.is_closed && FREE.contains(&name.as_str()) => {
                        *text = red::hidden("").1;
                    }
                    _ => self.over(member),
                }
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Words to hide, as a row keeps them.
fn words(json: &str) -> Vec<(String, String)> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Whether a text holds what makes somebody known whom a record names.
pub(crate) fn names_somebody(
    reader: &Reader<'_>,
    record: RecordId,
    text: &str,
) -> Result<bool, Fault> {
    let guarded = reader.guarded(record)?;
    let of_case = guarded.into_iter().flat_map(|guard| {
        words(&guard.minors).into_iter().chain(words(&guard.parties)).map(|(word, _)| word)
    });
    let of_person =
        reader.person(record)?.into_iter().flat_map(|person| [person.name, person.phone]);
    let mut told = of_case.chain(of_person).filter(|word| word.trim().chars().count() > 1);
    Ok(told.any(|word| text.contains(word.trim())))
}

fn record_in(value: &Value) -> Option<RecordId> {
    value.as_str()?.parse().ok()
}

fn collect(value: &Value, into: &mut BTreeSet<RecordId>) {
    match value {
        Value::String(_) => into.extend(record_in(value)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, into)),
        Value::Object(members) => members.values().for_each(|member| collect(member, into)),
        _ => {}
    }
}
