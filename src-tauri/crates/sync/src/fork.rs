//! A fork: two different chains at one place of one log, both signed by its device. That happens
//! when a computer was copied, or put back to an older state without noticing, or lies. The proof
//! stands for itself: whoever knows the device's certificate can check it, and nobody can make one
//! up about an honest computer.
//!
//! **Shape**: a CBOR map of space, device, epoch, number, and the two branches. A branch is the
//! signature that closes a run exactly there, or an [`excerpt`] of names and hashes that begins
//! right after and ends at a signature.

use domain::id::{DeviceId, LogId, SpaceId};
use domain::log::{Entry, Epoch, Hash, LogKey, Run};
use minicbor::{Decode, Encode};
use trust::key::PublicKey;
use trust::roster::Roster;
use trust::statement::to_bytes;

use crate::excerpt::Walked;
use crate::{chain, excerpt};

/// A proof as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
struct Proof {
    #[n(0)]
    #[cbor(with = "trust::cbor::id")]
    space: SpaceId,
    #[n(1)]
    #[cbor(with = "trust::cbor::id")]
    device: DeviceId,
    #[n(2)]
    #[cbor(with = "trust::cbor::fixed")]
    epoch: Epoch,
    #[n(3)]
    seq: u64,
    #[n(4)]
    one: Branch,
    #[n(5)]
    other: Branch,
    /// The chain that whoever tells of it holds: an excerpt of names and hashes. Whoever holds
    /// another finds there where the two part.
    #[n(6)]
    #[cbor(with = "minicbor::bytes")]
    shown: Option<Vec<u8>>,
}

/// One of the two chains, signed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Branch {
    /// A run ends exactly there.
    #[n(0)]
    Point(
        #[n(0)]
        #[cbor(with = "trust::cbor::fixed")]
        Hash,
        #[n(1)]
        #[cbor(with = "trust::cbor::fixed")]
        [u8; 64],
    ),
    /// The entries after it, without their payloads, up to the end of their run.
    #[n(1)]
    Before(
        #[n(0)]
        #[cbor(with = "minicbor::bytes")]
        Vec<u8>,
    ),
}

/// A proved fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fork {
    /// The log.
    pub log: LogId,
    /// Whose it is.
    pub key: LogKey,
    /// Where the two chains differ for certain.
    pub seq: u64,
}

impl Branch {
    /// The branch that a run ends.
    #[must_use]
    pub const fn ends(run: &Run) -> Self {
        Self::Point(run.head, run.signature)
    }

    /// The branch whose chain at `seq` is `head`, from the entries after it up to the end of
    /// their run.
    #[must_use]
    pub fn goes_on(
        key: LogKey,
        seq: u64,
        head: &Hash,
        entries: &[Entry],
        signature: &[u8; 64],
    ) -> Self {
        let first = seq.saturating_add(1);
        Self::Before(excerpt::pack(key, first, head, entries, |_| false, signature))
    }

    /// The chain at a number of a log, if the branch proves it.
    fn head(&self, roster: &Roster, key: LogKey, log: LogId, seq: u64) -> Option<Hash> {
        match self {
            Self::Point(head, signature) => {
                let device = roster.device(key.device)?;
                let run = Run { last: seq, head: *head, signature: *signature };
                chain::verify_run(PublicKey(device.key), log, &run).ok()?;
                Some(*head)
            }
            Self::Before(bytes) => {
                let (found, first, before) = excerpt::start(roster, bytes).ok()?;
                (found == key && first == seq.checked_add(1)?).then_some(before)
            }
        }
    }
}

/// Writes the proof that two chains differ at a number of a log.
#[must_use]
pub fn pack(key: LogKey, seq: u64, one: Branch, other: Branch) -> Vec<u8> {
    let LogKey { space, device, epoch } = key;
    to_bytes(&Proof { space, device, epoch, seq, one, other, shown: None })
}

/// The same proof with the chain that whoever tells of it holds, or without any.
#[must_use]
pub fn showing(bytes: &[u8], shown: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let proof: Proof = minicbor::decode(bytes).ok()?;
    Some(to_bytes(&Proof { shown, ..proof }))
}

/// The chain that whoever told of a fork held, verified; `None` if none is shown.
#[must_use]
pub fn shown(roster: &Roster, bytes: &[u8]) -> Option<Walked> {
    let proof: Proof = minicbor::decode(bytes).ok()?;
    let key = LogKey { space: proof.space, device: proof.device, epoch: proof.epoch };
    let walked = excerpt::walk(roster, &proof.shown?).ok()?;
    (walked.key == key).then_some(walked)
}

/// Reads a proof and verifies it; `None` if it proves nothing.
#[must_use]
pub fn verify(roster: &Roster, bytes: &[u8]) -> Option<Fork> {
    let proof: Proof = minicbor::decode(bytes).ok()?;
    let key = LogKey { space: proof.space, device: proof.device, epoch: proof.epoch };
    let log = chain::log_id(roster.organisation(), key);
    let one = proof.one.head(roster, key, log, proof.seq)?;
    let other = proof.other.head(roster, key, log, proof.seq)?;
    (one != other).then_some(Fork { log, key, seq: proof.seq })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Office, office};
    use domain::log::Stretch;

    /// The village's log and a copy of it that went on otherwise from the fourth entry on: three
    /// entries each, in one run.
    fn branches() -> (Office, Stretch, Stretch) {
        let mut land = office();
        let mut copy = office().village;
        for memory in [&mut land.village, &mut copy] {
            for n in 0..3u8 {
                memory.write(n, n);
            }
            memory.seal();
        }
        for n in 0..3u8 {
            land.village.write(0, n);
            copy.write(0, 100 + n);
        }
        land.village.seal();
        copy.seal();
        let (one, other) = (land.village.everything(), copy.everything());
        (land, one[0].clone(), other[0].clone())
    }

    fn after(stretch: &Stretch, seq: u64) -> Branch {
        let at = usize::try_from(seq).unwrap();
        let entries: Vec<Entry> = stretch.entries[at..].iter().map(|(e, _)| e.clone()).collect();
        let run = stretch.runs.last().unwrap();
        Branch::goes_on(stretch.key, seq, &stretch.entries[at - 1].1, &entries, &run.signature)
    }

    #[test]
    fn two_signed_chains_at_one_place_prove_a_fork() {
        let (land, one, other) = branches();
        let ends = |stretch: &Stretch| Branch::ends(stretch.runs.last().unwrap());
        let rows = [
            ("both end there", 6, ends(&one), ends(&other)),
            ("both go on", 4, after(&one, 4), after(&other, 4)),
        ];
        for (name, seq, a, b) in rows {
            let bytes = pack(one.key, seq, a, b);
            let want = Fork { log: one.log, key: one.key, seq };
            assert_eq!(verify(&land.roster, &bytes), Some(want), "{name}");
        }
    }

    #[test]
    fn nobody_makes_up_a_fork_of_an_honest_log() {
        let (land, one, other) = branches();
        let ends = |stretch: &Stretch| Branch::ends(stretch.runs.last().unwrap());
        let good = pack(one.key, 6, ends(&one), ends(&other));
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut damaged = good.clone();
                damaged[at] ^= 1 << bit;
                assert_eq!(verify(&land.roster, &damaged), None, "bit {bit} of byte {at}");
            }
        }
        let rows = [
            ("one chain twice", pack(one.key, 6, ends(&one), ends(&one))),
            ("what both share", pack(one.key, 3, after(&one, 3), after(&other, 3))),
            ("another place", pack(one.key, 5, ends(&one), after(&other, 5))),
            ("another log", pack(LogKey { epoch: [9; 8], ..one.key }, 6, ends(&one), ends(&other))),
        ];
        for (name, bytes) in rows {
            assert_eq!(verify(&land.roster, &bytes), None, "{name}");
        }
        let nobody = Roster::new(land.roster.root());
        assert_eq!(verify(&nobody, &good), None, "a device nobody vouches for");
    }
}
