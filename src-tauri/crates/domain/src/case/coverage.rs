//! Which demands agreements settle. An agreement may settle some of them (部分达成); the rest stays
//! open, and two agreements about different demands do not contradict.
//!
//! Source: 深圳经济特区矛盾纠纷多元化解条例 (2022) art. 26; 人民调解法 (2010) art. 29.

use std::collections::BTreeSet;

use crate::id::FactId;
use crate::time::{At, Day};

use super::agreement::{Agreement, Standing};
use super::known::{Claim, Facts};

/// Whether an agreement that holds speaks of a demand; one that names none speaks of all.
fn covers(agreement: &Agreement, demand: u16) -> bool {
    agreement.demands.is_empty() || agreement.demands.contains(&demand)
}

/// Whether two agreements have a demand in common.
pub(super) fn share_demand(a: &Agreement, b: &Agreement) -> bool {
    a.demands.is_empty() || b.demands.is_empty() || a.demands.iter().any(|d| b.demands.contains(d))
}

/// The places of so many demands.
fn places(demands: usize) -> std::ops::Range<u16> {
    0..u16::try_from(demands).unwrap_or(u16::MAX)
}

fn settles_all(agreement: &Agreement, demands: usize) -> bool {
    places(demands).all(|demand| covers(agreement, demand))
}

/// Whether an agreement holds, contested or not.
pub(super) const fn holds(agreement: &Agreement) -> bool {
    matches!(agreement.standing, Standing::Current | Standing::Contested)
}

/// The demands that no agreement which holds settles, if there is such an agreement at all.
pub(super) fn open(agreements: &[Agreement], demands: usize) -> Vec<u16> {
    let holding: Vec<&Agreement> = agreements.iter().filter(|a| holds(a)).collect();
    if holding.is_empty() {
        return Vec::new();
    }
    places(demands).filter(|demand| !holding.iter().any(|a| covers(a, *demand))).collect()
}

/// The day on which every demand was settled, and the agreements that did it, in order of effect.
fn completed<'a>(
    agreements: impl Iterator<Item = &'a Agreement>,
    demands: usize,
) -> Option<(Day, Vec<&'a Agreement>)> {
    let mut in_effect: Vec<(Day, &Agreement)> =
        agreements.filter_map(|a| Some((a.effective?, a))).collect();
    in_effect.sort_by_key(|(day, a)| (*day, a.id));
    let mut open: BTreeSet<u16> = places(demands).collect();
    let mut used = Vec::new();
    for (day, agreement) in in_effect {
        open.retain(|demand| !covers(agreement, *demand));
        used.push(agreement);
        if open.is_empty() {
            return Some((day, used));
        }
    }
    None
}

/// When the whole dispute was settled, and by which agreement at last.
pub(super) fn settled(agreements: &[Agreement], demands: usize) -> Option<(At, FactId)> {
    let (day, used) = completed(agreements.iter().filter(|a| holds(a)), demands)?;
    Some((At::day(day), used.last()?.id))
}

/// What may bar a climb: each agreement in effect that settles every demand, and those that do so
/// together. One that leaves demands open bars nothing: the rest may climb.
pub(super) fn claims<'a>(
    facts: &'a Facts,
    agreements: &[Agreement],
    demands: usize,
) -> Vec<Claim<'a>> {
    let (whole, parts): (Vec<&Agreement>, Vec<&Agreement>) =
        agreements.iter().partition(|a| settles_all(a, demands));
    let mut claims: Vec<Claim<'a>> = whole.iter().filter_map(|a| a.claim(facts)).collect();
    if let Some((day, used)) = completed(parts.into_iter(), demands) {
        let mut ids: Vec<FactId> = used.iter().flat_map(|a| a.why.facts.iter().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        let basis = ids.iter().filter_map(|id| facts.get(*id)).collect();
        claims.push(Claim::lasting(At::day(day).span(), basis));
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::super::conflict::{Conflict, ConflictKind};
    use super::super::ladder::EscalationStatus;
    use super::super::stage::State;
    use super::super::world::{Begun, accepted, begun_with, escalated};
    use crate::fact::Body;
    use crate::fact::body::{AgreementReached, ClockKind, SessionResult};
    use crate::role::Level;

    /// A case of two demands.
    fn two() -> Begun {
        begun_with(&["退还押金", "修好屋顶"])
    }

    fn part(b: &Begun, text: &str, demands: &[u16]) -> Body {
        match b.agreement(text, None) {
            Body::AgreementReached(body) => {
                Body::AgreementReached(AgreementReached { demands: demands.to_vec(), ..body })
            }
            other => other,
        }
    }

    fn settle(b: &mut Begun, desk: super::super::world::Desk, at: &str, demands: &[u16]) {
        let body = part(b, &format!("协议{demands:?}"), demands);
        b.agree_to(desk, at, body);
    }

    #[test]
    fn a_part_leaves_the_rest_open() {
        let mut b = two();
        let village = b.village;
        settle(&mut b, village, "2026-03-05", &[0]);
        let case = b.merged();
        assert_eq!((case.state, case.open_demands.as_slice()), (State::PartlyAgreed, &[1][..]));
        let running = case.running.iter().find(|r| r.kind == ClockKind::Acceptance);
        assert!(running.is_some_and(|r| r.stop.is_none()), "the rest is still to be mediated");
        for at in ["2026-03-06", "2026-03-08", "2026-03-10"] {
            let failed = b.session(SessionResult::Failed);
            b.world.write(b.village, at, failed);
        }
        assert_eq!(b.merged().suggestions.len(), 1, "and may climb");
        settle(&mut b, village, "2026-03-12", &[1]);
        let case = b.merged();
        assert_eq!((case.state, case.open_demands.len()), (State::Performing, 0));
        assert!(case.running.iter().any(|r| r.kind == ClockKind::Acceptance && r.stop.is_some()));
        assert!(!case.conflicts.iter().any(Conflict::is_open), "two parts, no contradiction");
        assert_eq!(case.counts.amount_fen, 3_600_000, "each part counts");
    }

    #[test]
    fn parts_that_overlap_contradict_and_those_that_do_not_stand_side_by_side() {
        for (ours, theirs, is_contested) in [
            (vec![0], vec![1], false),
            (vec![0, 1], vec![1], true),
            (vec![], vec![1], true),
            (vec![1], vec![1], true),
        ] {
            let mut b = two();
            let (village, township) = (b.village, b.mediator());
            let body = part(&b, "甲", &ours);
            b.agree_to(village, "2026-03-05", body);
            let body = part(&b, "乙", &theirs);
            b.agree_to(township, "2026-03-06", body);
            b.world.meet(township, b.township);
            let case = b.merged();
            let asks = case.conflicts.iter().any(|c| c.kind == ConflictKind::Agreements);
            assert_eq!(asks, is_contested, "{ours:?} and {theirs:?}");
        }
    }

    #[test]
    fn a_part_bars_no_climb_until_the_parts_are_whole() {
        for (demands, want) in
            [(vec![vec![0]], Level::Township), (vec![vec![0], vec![1]], Level::Village)]
        {
            let mut b = two();
            let village = b.village;
            for part in &demands {
                settle(&mut b, village, "2026-03-24", part);
            }
            b.world.write(b.township, "2026-03-26", escalated());
            b.world.write(b.township, "2026-03-26", accepted());
            let case = b.merged();
            assert_eq!(case.owner().map(|t| t.level), Some(want), "{demands:?}");
            let is_void = case.ladder.escalations[0].status == EscalationStatus::Void;
            assert_eq!(is_void, want == Level::Village);
        }
    }

    #[test]
    fn a_place_no_demand_has_settles_nothing() {
        let mut b = two();
        let refused = b.world.check(b.village, "2026-03-05", &part(&b, "甲", &[7]));
        assert_eq!(refused.map_err(|r| r.field), Err("demands"));
        // A broken peer writes it all the same.
        let village = b.village;
        settle(&mut b, village, "2026-03-05", &[7]);
        let case = b.merged();
        assert_eq!((case.state, case.open_demands.len()), (State::PartlyAgreed, 2));
    }

    #[test]
    fn only_what_holds_settles() {
        use super::super::agreement::Standing;
        use super::{holds, settled};
        use crate::time::At;
        let day = super::super::world::day;
        let mut b = two();
        let village = b.village;
        settle(&mut b, village, "2026-03-05", &[0]);
        settle(&mut b, village, "2026-03-12", &[1]);
        settle(&mut b, village, "2026-03-20", &[]);
        let agreements = b.merged().agreements;
        for (standing, want) in [
            (Standing::Unsigned, false),
            (Standing::Current, true),
            (Standing::Contested, true),
            (Standing::Replaced, false),
            (Standing::Copy, false),
        ] {
            let agreement = super::Agreement { standing, ..agreements[0].clone() };
            assert_eq!(holds(&agreement), want, "{standing:?}");
        }
        let of = |at: usize| {
            (At::day(day(["2026-03-05", "2026-03-12", "2026-03-20"][at])), agreements[at].id)
        };
        let pick = |places: &[usize]| -> Vec<super::Agreement> {
            let current = |at: &usize| super::Agreement {
                standing: Standing::Current,
                ..agreements[*at].clone()
            };
            places.iter().map(current).collect()
        };
        for (places, want) in [
            (&[][..], None),
            (&[0], None),
            (&[1], None),
            (&[0, 1], Some(of(1))),
            (&[2], Some(of(2))),
            (&[0, 2], Some(of(2))),
        ] {
            assert_eq!(settled(&pick(places), 2), want, "{places:?}");
        }
    }
}
