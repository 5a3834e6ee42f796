//! A snapshot of lists: what a computer lends to another that has built nothing yet, so that its
//! lists are complete before its documents are. Part by part, each signed by the device that lends
//! it. What is in a part only the archives know; whoever takes it believes nothing of it for longer
//! than the entries take to come.

use std::collections::BTreeSet;

use domain::id::{DeviceId, RecordId, SpaceId};
use domain::varint::{self, Cursor};
use minicbor::{Decode, Encode};
use trust::key::{PublicKey, SecretKey, Signature};
use trust::roster::Roster;

use crate::session::Peer;

/// The largest part as it travels.
pub const PACKED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The largest part before compression.
pub const RAW_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How much larger a part may be than its compressed form.
const RATIO_MAX: usize = 256;
/// The most parts of one snapshot.
pub const PARTS_MAX: u32 = 8192;

const LEVEL: i32 = 3;

/// Under which context a part is signed. Frozen.
const CONTEXT: &str = "pingli lists lent 1";

/// A part that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotFault {
    /// Not what was asked for: another version of the lists, or not the next part.
    #[error("not what was asked for")]
    NotAsked,
    /// Its sender has no certificate.
    #[error("device not certified")]
    NotCertified,
    /// Its sender did not sign it.
    #[error("bad signature")]
    Signature,
    /// Larger than a part may be.
    #[error("too large")]
    TooLarge,
    /// The bytes are no part.
    #[error("not a part")]
    Malformed,
}

/// A part as it travels.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Part {
    /// The version of the lists.
    #[n(0)]
    pub version: u64,
    /// Which part, from 0.
    #[n(1)]
    pub number: u32,
    /// The digest of what its sender held when it made it.
    #[n(2)]
    #[cbor(with = "trust::cbor::fixed")]
    pub frontier: [u8; 32],
    /// Its length before compression, and one zstd frame.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub body: Vec<u8>,
    /// Its sender's signature over all of it.
    #[n(4)]
    #[cbor(with = "trust::cbor::fixed")]
    pub signature: [u8; 64],
}

/// What is lent to whom, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loan {
    /// Whom to.
    pub peer: Peer,
    /// The version of the lists that it takes.
    pub version: u64,
    /// The spaces whose records it is about.
    pub spaces: BTreeSet<SpaceId>,
    /// The number of the next part.
    pub number: u32,
    /// Where the last part ended.
    pub after: Option<(SpaceId, RecordId)>,
}

/// What a signature is over, besides the context.
fn signed(organisation: &[u8], part: &Part) -> Vec<Vec<u8>> {
    vec![
        organisation.to_vec(),
        part.version.to_be_bytes().to_vec(),
        part.number.to_be_bytes().to_vec(),
        part.frontier.to_vec(),
        blake3::hash(&part.body).as_bytes().to_vec(),
    ]
}

impl Part {
    /// Packs rows of lists and signs them; nothing where there are too many for a part.
    #[must_use]
    pub fn sealed(
        roster: &Roster,
        secret: &SecretKey,
        (version, number): (u64, u32),
        frontier: [u8; 32],
        rows: &[u8],
    ) -> Option<Self> {
        let mut body = Vec::new();
        varint::write(&mut body, u64::try_from(rows.len()).ok()?);
        body.extend_from_slice(&zstd::bulk::compress(rows, LEVEL).ok()?);
        if rows.len() > RAW_BYTES_MAX || body.len() > PACKED_BYTES_MAX {
            return None;
        }
        let mut part = Self { version, number, frontier, body, signature: [0; 64] };
        let over = signed(roster.organisation().bytes(), &part);
        let over: Vec<&[u8]> = over.iter().map(Vec::as_slice).collect();
        part.signature = secret.sign(CONTEXT, &over).0;
        Some(part)
    }

    /// The rows, if this is the part of a version that comes next and a certified device signed it.
    ///
    /// # Errors
    /// [`SnapshotFault`]; nothing of it is to be believed.
    pub fn verify(
        &self,
        roster: &Roster,
        sender: DeviceId,
        (version, number): (u64, u32),
    ) -> Result<Vec<u8>, SnapshotFault> {
        if (self.version, self.number) != (version, number) || number >= PARTS_MAX {
            return Err(SnapshotFault::NotAsked);
        }
        if self.body.len() > PACKED_BYTES_MAX {
            return Err(SnapshotFault::TooLarge);
        }
        let certificate = roster.device(sender).ok_or(SnapshotFault::NotCertified)?;
        let over = signed(roster.organisation().bytes(), self);
        let over: Vec<&[u8]> = over.iter().map(Vec::as_slice).collect();
        PublicKey(certificate.key)
            .verify(CONTEXT, &over, &Signature(self.signature))
            .map_err(|_| SnapshotFault::Signature)?;
        let mut cursor = Cursor::new(&self.body);
        let length = cursor.count(RAW_BYTES_MAX).map_err(|_| SnapshotFault::TooLarge)?;
        if length > self.body.len().saturating_mul(RATIO_MAX) {
            return Err(SnapshotFault::TooLarge);
        }
        let frame = cursor.take(cursor.left()).map_err(|_| SnapshotFault::Malformed)?;
        let rows = zstd::bulk::decompress(frame, length).map_err(|_| SnapshotFault::Malformed)?;
        if rows.len() == length { Ok(rows) } else { Err(SnapshotFault::Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Office, office, office_of};

    const ROWS: &[u8] = "张某与李某滴水纠纷".as_bytes();

    fn part(office: &Office, rows: &[u8]) -> Part {
        let (roster, secret) = (&office.roster, &office.township.secret);
        Part::sealed(roster, secret, (18, 3), [7; 32], rows).unwrap()
    }

    #[test]
    fn a_part_is_what_its_sender_signed_as_the_one_that_comes_next() {
        let office = office();
        let (sender, other) = (office.township.device(), office.village.device());
        let good = part(&office, ROWS);
        let verify = |part: &Part| part.verify(&office.roster, sender, (18, 3));
        assert_eq!(verify(&good).unwrap(), ROWS);
        let forged = |change: fn(&mut Part)| {
            let mut part = good.clone();
            change(&mut part);
            verify(&part).unwrap_err()
        };
        assert_eq!(forged(|part| part.frontier[0] ^= 1), SnapshotFault::Signature);
        assert_eq!(forged(|part| part.signature[9] ^= 1), SnapshotFault::Signature);
        assert_eq!(forged(|part| part.number = 4), SnapshotFault::NotAsked);
        assert_eq!(forged(|part| part.version = 19), SnapshotFault::NotAsked);
        for at in 0..good.body.len() {
            let mut part = good.clone();
            part.body[at] ^= 1;
            assert_eq!(verify(&part).unwrap_err(), SnapshotFault::Signature, "byte {at}");
            part.body = good.body[..at].to_vec();
            assert_eq!(verify(&part).unwrap_err(), SnapshotFault::Signature, "cut at {at}");
        }
        // Signed as another part, by another device, in another organisation.
        let by = |fault| Err::<Vec<u8>, _>(fault);
        let of = |sender, which| good.verify(&office.roster, sender, which);
        assert_eq!(of(sender, (18, 2)), by(SnapshotFault::NotAsked));
        assert_eq!(of(other, (18, 3)), by(SnapshotFault::Signature));
        assert_eq!(of(DeviceId([9; 16]), (18, 3)), by(SnapshotFault::NotCertified));
        let elsewhere = office_of(99).roster;
        assert!(elsewhere.device(sender).is_some(), "the same computer is known there");
        assert_eq!(good.verify(&elsewhere, sender, (18, 3)), by(SnapshotFault::Signature));
    }

    #[test]
    fn a_part_is_unpacked_within_bounds() {
        let office = office();
        let sender = office.township.device();
        let signed = |body: Vec<u8>| {
            let mut part = Part { body, ..part(&office, ROWS) };
            let over = signed(office.roster.organisation().bytes(), &part);
            let over: Vec<&[u8]> = over.iter().map(Vec::as_slice).collect();
            part.signature = office.township.secret.sign(CONTEXT, &over).0;
            part.verify(&office.roster, sender, (18, 3))
        };
        let body = |length: usize, raw: &[u8]| {
            let mut body = Vec::new();
            varint::write(&mut body, u64::try_from(length).unwrap());
            body.extend(zstd::bulk::compress(raw, 19).unwrap());
            body
        };
        let zeros = vec![0; RAW_BYTES_MAX];
        assert_eq!(signed(body(RAW_BYTES_MAX + 1, &zeros)), Err(SnapshotFault::TooLarge));
        assert_eq!(signed(body(zeros.len(), &zeros)), Err(SnapshotFault::TooLarge), "a bomb");
        assert_eq!(signed(vec![0; PACKED_BYTES_MAX + 1]), Err(SnapshotFault::TooLarge));
        // It says less, or more, than it holds.
        assert_eq!(signed(body(ROWS.len() - 1, ROWS)), Err(SnapshotFault::Malformed));
        assert_eq!(signed(body(ROWS.len() + 1, ROWS)), Err(SnapshotFault::Malformed));
        assert_eq!(signed(Vec::new()), Err(SnapshotFault::TooLarge));
        let (roster, secret) = (&office.roster, &office.township.secret);
        let most = vec![1; RAW_BYTES_MAX + 1];
        assert_eq!(Part::sealed(roster, secret, (18, 3), [0; 32], &most), None);
    }
}
