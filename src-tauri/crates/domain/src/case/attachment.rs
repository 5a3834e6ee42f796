//! Attachments (附件): which belong to the case, and whose bytes must be had.

use crate::fact::body::{AttachmentAdded, BlobRef};
use crate::id::{FactId, UnitId};
use crate::rules::{RuleId, Why};
use crate::time::{At, Hlc};

use super::known::{Facts, Known, each};

/// The largest blob, in bytes.
pub const BLOB_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// The bytes of a chunk: blobs are cut, verified, sealed and sent in these.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// The largest thumbnail, in bytes.
pub const THUMBNAIL_BYTES_MAX: u64 = 192 * 1024;

/// The most attachments of one case.
pub const ATTACHMENTS_MAX: usize = 500;

/// An attachment.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// The fact.
    pub id: FactId,
    /// The day it is dated.
    pub at: At,
    /// When it was typed.
    pub recorded: Hlc,
    /// For which unit it was put there.
    pub unit: UnitId,
    /// What it is.
    pub details: AttachmentAdded,
    /// Why it belongs to the case no longer, if so.
    pub withdrawn: Option<Why>,
}

impl Attachment {
    /// Its blobs: the thumbnail, if there is one, and the whole.
    pub fn blobs(&self) -> impl Iterator<Item = &BlobRef> {
        self.details.thumbnail.iter().chain([&self.details.whole])
    }
}

/// The attachments in the order in which they were put there. What was withdrawn is among them: its
/// bytes are kept as the fact is.
pub(super) fn fold(facts: &Facts) -> Vec<Attachment> {
    let mut all: Vec<(&Known, &AttachmentAdded)> = each!(facts, AttachmentAdded).collect();
    all.sort_by_key(|(known, _)| known.order());
    let withdrawn = |id: FactId| {
        each!(facts, AttachmentWithdrawn)
            .filter(|(_, body)| body.attachment == id)
            .min_by_key(|(known, _)| known.order())
            .map(|(known, _)| Why::new(RuleId::Attachments, [id, known.id]))
    };
    let attachment = |(known, details): (&Known, &AttachmentAdded)| Attachment {
        id: known.id,
        at: known.fact.at,
        recorded: known.fact.recorded,
        unit: known.proof.unit,
        details: details.clone(),
        withdrawn: withdrawn(known.id),
    };
    all.into_iter().map(attachment).collect()
}

#[cfg(test)]
mod tests {
    use super::super::world::begun;
    use super::*;
    use crate::fact::Body;
    use crate::fact::body::{AttachmentForm, AttachmentWithdrawn};
    use crate::id::BlobId;

    fn photograph(n: u8) -> Body {
        Body::AttachmentAdded(AttachmentAdded {
            name: format!("照片{n}"),
            form: AttachmentForm::Jpeg,
            whole: BlobRef { blob: BlobId([n; 32]), bytes: 90_000 },
            thumbnail: Some(BlobRef { blob: BlobId([n + 100; 32]), bytes: 9_000 }),
            of: None,
        })
    }

    #[test]
    fn what_two_put_there_is_all_there_and_what_one_withdraws_stays_in_the_history() {
        let mut b = begun();
        let first = b.world.write(b.village, "2026-03-03", photograph(1));
        b.world.meet(b.village, b.township);
        // Apart: the township puts another there and withdraws the first, the village one more.
        let second = b.world.write(b.township, "2026-03-05", photograph(2));
        let third = b.world.write(b.village, "2026-03-04", photograph(3));
        let reason = "拍错了".to_owned();
        let gone = Body::AttachmentWithdrawn(AttachmentWithdrawn { attachment: first, reason });
        let gone = b.world.write(b.township, "2026-03-05", gone);
        let case = b.merged();
        let ids: Vec<FactId> = case.attachments.iter().map(|a| a.id).collect();
        assert_eq!(ids, [first, third, second]);
        let why = case.attachments[0].withdrawn.clone().unwrap();
        assert_eq!((why.rule, why.facts), (RuleId::Attachments, vec![first, gone]));
        assert!(case.attachments[1..].iter().all(|a| a.withdrawn.is_none()));
        let blobs: Vec<u8> = case.attachments[0].blobs().map(|blob| blob.blob.0[0]).collect();
        assert_eq!(blobs, [101, 1], "its bytes are kept all the same, the small ones first");
    }
}
