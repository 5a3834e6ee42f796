//! The register of formal numbers of a unit: which computer keeps it, which numbers are set aside
//! for others, what comes next, and which are missing.
//!
//! Allotting by "the largest plus one" on every computer gives one number twice; so one computer
//! of a unit holds the sequence, and the others may only use what was set aside for them. A number
//! is never given again.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::known::{Facts, Known};
use crate::fact::{Body, RecordFacts, RecordKind};
use crate::id::DeviceId;

/// How many numbers are set aside at once unless said otherwise.
pub const BLOCK_LEN: u32 = 20;

/// The most numbers of one year.
pub const NUMBER_MAX: u32 = 99_999;

/// Numbers set aside for a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// For which computer.
    pub device: DeviceId,
    /// Of which year.
    pub year: u16,
    /// From this number
    pub from: u32,
    /// up to this one.
    pub to: u32,
}

impl Block {
    const fn holds(&self, year: u16, number: u32) -> bool {
        self.year == year && self.from <= number && number <= self.to
    }
}

/// How a unit numbers its cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbering {
    /// The computer that keeps the register.
    pub holder: Option<DeviceId>,
    /// 区划简称
    pub region: String,
    /// 调委会简称
    pub committee: String,
    /// The last number used on paper before, by year.
    pub used: BTreeMap<u16, u32>,
    /// Numbers set aside, in the order they were.
    pub blocks: Vec<Block>,
}

/// Where a number comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allotment {
    /// The register's sequence.
    Sequence(u32),
    /// A block.
    Block(u32),
}

impl Allotment {
    /// The number.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Sequence(number) | Self::Block(number) => number,
        }
    }
}

/// Folds the numbering of a unit record: the holder set last holds; of two blocks that overlap the
/// earlier one keeps what both name.
#[must_use]
pub fn fold(record: &RecordFacts) -> Numbering {
    let facts = Facts::of(record, RecordKind::Unit);
    let mut known: Vec<&Known> = facts.list.iter().collect();
    known.sort_by_key(|known| (known.fact.recorded, known.id));
    let mut numbering = Numbering::default();
    for known in known {
        match &known.fact.body {
            Body::RegisterHolderSet(body) => {
                numbering.holder = Some(body.device);
                numbering.region.clone_from(&body.region);
                numbering.committee.clone_from(&body.committee);
                for used in &body.used {
                    let last = numbering.used.entry(used.year).or_default();
                    *last = (*last).max(used.last.min(NUMBER_MAX));
                }
            }
            Body::NumberBlockReserved(body) => numbering.blocks.push(Block {
                device: body.device,
                year: body.year,
                from: body.from,
                to: body.to.min(NUMBER_MAX),
            }),
            _ => {}
        }
    }
    numbering
}

impl Numbering {
    /// What every number of a year begins with.
    #[must_use]
    pub fn prefix(&self, year: u16) -> String {
        format!("〔{year}〕{}{}人调字第", self.region, self.committee)
    }

    /// A number as it is written.
    #[must_use]
    pub fn write(&self, year: u16, number: u32) -> String {
        format!("{}{number:04}号", self.prefix(year))
    }

    /// The block a number belongs to: the earliest that names it.
    #[must_use]
    pub fn block_of(&self, year: u16, number: u32) -> Option<&Block> {
        self.blocks.iter().find(|block| block.holds(year, number))
    }

    /// The next number a computer may give, if it may give any.
    #[must_use]
    pub fn next(&self, device: DeviceId, year: u16, given: &BTreeSet<u32>) -> Option<Allotment> {
        if self.holder == Some(device) {
            let own = given.iter().filter(|n| self.block_of(year, **n).is_none());
            let last = own.max().copied().unwrap_or(0).max(self.last_on_paper(year));
            let mut next = last.saturating_add(1);
            while let Some(block) = self.block_of(year, next) {
                next = block.to.saturating_add(1);
            }
            return (next <= NUMBER_MAX).then_some(Allotment::Sequence(next));
        }
        let own = self.blocks.iter().filter(|b| b.device == device && b.year == year);
        own.flat_map(|block| block.from..=block.to)
            .find(|n| {
                let is_ours = self.block_of(year, *n).is_some_and(|b| b.device == device);
                is_ours && !given.contains(n) && *n > self.last_on_paper(year)
            })
            .map(Allotment::Block)
    }

    /// The last number of a year that was used on paper.
    #[must_use]
    pub fn last_on_paper(&self, year: u16) -> u32 {
        self.used.get(&year).copied().unwrap_or(0)
    }

    /// The numbers of the sequence that nobody has, though a later one is given (跳号). What is set
    /// aside in blocks is not missing.
    #[must_use]
    pub fn gaps(&self, year: u16, given: &BTreeSet<u32>) -> Vec<u32> {
        let own = given.iter().copied().filter(|n| self.block_of(year, *n).is_none());
        let last = own.max().unwrap_or(0).min(NUMBER_MAX);
        (self.last_on_paper(year).saturating_add(1)..last)
            .filter(|n| !given.contains(n) && self.block_of(year, *n).is_none())
            .collect()
    }
}

/// Takes a written number apart: what it begins with, and its place in the sequence.
#[must_use]
pub fn read(text: &str) -> Option<(&str, u32)> {
    let text = text.trim();
    let whole = text.strip_suffix('号')?;
    let digits = whole.chars().rev().take_while(char::is_ascii_digit).count();
    let (prefix, number) = whole.split_at_checked(whole.len().checked_sub(digits)?)?;
    Some((prefix, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(n: u8) -> DeviceId {
        DeviceId([n; 16])
    }

    fn numbering() -> Numbering {
        Numbering {
            holder: Some(device(1)),
            region: "青石".into(),
            committee: "桥头".into(),
            used: [(2026, 38)].into(),
            blocks: vec![
                Block { device: device(2), year: 2026, from: 41, to: 60 },
                // Set aside in ignorance of the first: what both name is the first's.
                Block { device: device(3), year: 2026, from: 60, to: 61 },
            ],
        }
    }

    fn next(n: u8, given: &[u32]) -> Option<u32> {
        numbering().next(device(n), 2026, &given.iter().copied().collect()).map(Allotment::number)
    }

    #[test]
    fn the_holder_goes_on_after_the_paper_and_passes_over_blocks() {
        assert_eq!(next(1, &[]), Some(39), "after the paper numbers");
        assert_eq!(next(1, &[39, 41, 42]), Some(40), "a block is no part of the sequence");
        assert_eq!(next(1, &[39, 40]), Some(62), "past both blocks");
        assert_eq!(numbering().write(2026, 39), "〔2026〕青石桥头人调字第0039号");
    }

    #[test]
    fn others_use_what_was_set_aside_for_them_and_nothing_else() {
        assert_eq!(next(2, &[]), Some(41));
        assert_eq!(next(2, &[41, 42]), Some(43), "never the same again");
        assert_eq!(next(2, &(41..=60).collect::<Vec<_>>()), None, "used up");
        assert_eq!(next(3, &[]), Some(61), "the earlier block keeps what both name");
        assert_eq!(next(4, &[]), None, "nothing was set aside");
        assert_eq!(numbering().next(device(2), 2027, &BTreeSet::new()), None, "of another year");
    }

    #[test]
    fn what_is_missing_is_listed() {
        let given = [39, 41, 62, 65].into();
        assert_eq!(numbering().gaps(2026, &given), [40, 63, 64]);
        assert!(numbering().gaps(2026, &BTreeSet::new()).is_empty());
    }

    #[test]
    fn numbers_are_taken_apart() {
        assert_eq!(read("〔2026〕青石桥头人调字第0039号"), Some(("〔2026〕青石桥头人调字第", 39)));
        for text in ["", "号", "第号", "0039", "第99999999999号"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_block_holds_the_numbers_of_its_year() {
        let block = Block { device: device(2), year: 2026, from: 41, to: 60 };
        for (year, number, want) in [
            (2026, 40, false),
            (2026, 41, true),
            (2026, 60, true),
            (2026, 61, false),
            (2025, 50, false),
        ] {
            assert_eq!(block.holds(year, number), want, "{number} of {year}");
        }
    }

    #[test]
    fn numbers_on_paper_and_of_other_years_are_not_given() {
        let block = |year, from, to| Block { device: device(2), year, from, to };
        let blocks = vec![block(2025, 50, 60), block(2026, 36, 60)];
        let numbering = Numbering { blocks, ..numbering() };
        let next =
            |given: &[u32]| numbering.next(device(2), 2026, &given.iter().copied().collect());
        assert_eq!(next(&[]), Some(Allotment::Block(39)), "38 stands on paper");
        assert_eq!(next(&[39, 40]), Some(Allotment::Block(41)));
        assert_eq!((numbering.last_on_paper(2026), numbering.last_on_paper(2025)), (38, 0));
    }

    #[test]
    fn a_sequence_ends_with_the_largest_number() {
        let numbering = Numbering { holder: Some(device(1)), ..Numbering::default() };
        let next = |last: u32| numbering.next(device(1), 2026, &[last].into());
        assert_eq!(next(99_998), Some(Allotment::Sequence(99_999)));
        assert_eq!(next(99_999), None);
        assert_eq!(Allotment::Sequence(5).number(), 5);
    }

    #[test]
    fn the_holder_set_last_holds_and_the_largest_number_on_paper_counts() {
        use crate::fact::body::{NumberBlockReserved, RegisterHolderSet, UsedNumber};
        use crate::fact::{Carried, Fact, Proof};
        use crate::id::{FactId, LogTag, RecordId, UserId, ulid};
        let unit = RecordId([1; 16]);
        let carried = |n: u8, body: Body| {
            let fact = Fact {
                at: "2026-03-05".parse().unwrap(),
                recorded: crate::time::Hlc { ms: u64::from(n), count: 0 },
                by: UserId([1; 16]),
                unit,
                body,
                newer: false,
            };
            Carried {
                // Ids run against the order of typing.
                id: FactId { log: LogTag([1; 8]), ulid: ulid(u64::from(9 - n), &[n; 10]) },
                json: fact.write().unwrap().into(),
                proof: Some(Proof { device: device(1), unit }),
                role: Some(crate::role::Role::R3),
                past: Default::default(),
            }
        };
        let holder = |n: u8, region: &str, used: Vec<UsedNumber>| {
            Body::RegisterHolderSet(RegisterHolderSet {
                device: device(n),
                region: region.into(),
                committee: "桥头".into(),
                used,
            })
        };
        let used = |year, last| UsedNumber { year, last };
        let block = |from, to| {
            Body::NumberBlockReserved(NumberBlockReserved {
                device: device(2),
                year: 2026,
                from,
                to,
            })
        };
        let mut facts = vec![
            carried(1, holder(1, "青石镇", vec![used(2025, 7), used(2026, 38)])),
            carried(2, block(41, 60)),
            carried(3, holder(3, "青石", vec![used(2026, 12), used(2027, 200_000)])),
            carried(4, block(99_990, 100_009)),
        ];
        facts.sort_by_key(|carried| carried.id);
        let got = fold(&RecordFacts { facts, ..RecordFacts::default() });
        let want = Numbering {
            holder: Some(device(3)),
            region: "青石".into(),
            committee: "桥头".into(),
            used: [(2025, 7), (2026, 38), (2027, NUMBER_MAX)].into(),
            blocks: vec![
                Block { device: device(2), year: 2026, from: 41, to: 60 },
                Block { device: device(2), year: 2026, from: 99_990, to: NUMBER_MAX },
            ],
        };
        assert_eq!(got, want);
    }
}
