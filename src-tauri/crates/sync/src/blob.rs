//! The bytes of attachments, which travel after the records that name them.
//!
//! **Shape**: a blob is cut into chunks of [`CHUNK_BYTES`], the last one shorter. Its [`Manifest`]
//! says how many bytes it has and the BLAKE3 of each chunk; its name is the BLAKE3 of the manifest.
//! So each chunk is verified as it comes, whoever brings it, and a transfer that was cut goes on at
//! the chunk where it stopped.

use domain::case::attachment::BLOB_BYTES_MAX;
pub use domain::case::attachment::CHUNK_BYTES;
use domain::id::BlobId;
use minicbor::{Decode, Encode};

/// The most chunks of one [`Piece`].
pub const PIECE_CHUNKS_MAX: usize = 16;

/// The longest piece, as it travels: its chunks, and the manifest of the largest blob.
pub const PIECE_BYTES_MAX: usize = PIECE_CHUNKS_MAX * CHUNK_BYTES + 32 * 512 + 256;

/// The longest list of wants.
pub const WANTS_MAX: usize = 1024;

const NAME: &str = "pingli blob 1";

/// How a blob is cut, and what each chunk hashes to.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Manifest {
    /// Its size.
    #[n(0)]
    pub bytes: u64,
    /// The hashes of its chunks, 32 bytes each, in order.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub hashes: Vec<u8>,
}

/// A blob that somebody lacks, and from which chunk on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Want {
    /// The blob.
    #[n(0)]
    #[cbor(with = "name")]
    pub blob: BlobId,
    /// How many chunks are there already.
    #[n(1)]
    pub from: u32,
}

/// Some chunks of a blob.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Piece {
    /// The blob.
    #[n(0)]
    #[cbor(with = "name")]
    pub blob: BlobId,
    /// How it is cut; said with its first piece.
    #[n(1)]
    pub manifest: Option<Manifest>,
    /// The place of the first chunk, from 0.
    #[n(2)]
    pub first: u32,
    /// The bytes of the chunks, one after the other.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

/// How a blob's name stands in CBOR.
mod name {
    use domain::id::BlobId;
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decoder, Encoder};
    use trust::cbor::fixed;

    pub(super) fn encode<C, W: Write>(
        id: &BlobId,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        fixed::encode(&id.0, e, ctx)
    }

    pub(super) fn decode<C>(d: &mut Decoder<'_>, ctx: &mut C) -> Result<BlobId, DecodeError> {
        fixed::decode(d, ctx).map(BlobId)
    }
}

impl Manifest {
    /// The manifest of some bytes.
    #[must_use]
    pub fn of(content: &[u8]) -> Self {
        let hashes = content.chunks(CHUNK_BYTES).flat_map(|chunk| *blake3::hash(chunk).as_bytes());
        Self { bytes: u64::try_from(content.len()).unwrap_or(u64::MAX), hashes: hashes.collect() }
    }

    /// The name of the blob.
    #[must_use]
    pub fn id(&self) -> BlobId {
        let mut hasher = blake3::Hasher::new_derive_key(NAME);
        hasher.update(&self.bytes.to_be_bytes());
        hasher.update(&self.hashes);
        BlobId(*hasher.finalize().as_bytes())
    }

    /// How many chunks it has.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        u32::try_from(self.hashes.len() / 32).unwrap_or(u32::MAX)
    }

    /// Whether it can be the manifest of a blob: a size within the limit, and as many hashes.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let chunk = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        let (hashes, rest) = self.hashes.as_chunks::<32>();
        (1..=BLOB_BYTES_MAX).contains(&self.bytes)
            && rest.is_empty()
            && u64::try_from(hashes.len()).is_ok_and(|n| n == self.bytes.div_ceil(chunk))
    }

    /// How long a chunk is; 0 beyond the last.
    fn length_of(&self, chunk: u32) -> u64 {
        let size = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
        self.bytes.saturating_sub(u64::from(chunk).saturating_mul(size)).min(size)
    }

    /// The chunks in some bytes that begin at a chunk; `None` unless each is whole and is what it
    /// should be.
    #[must_use]
    pub fn chunks_in<'a>(&self, first: u32, bytes: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let (hashes, _) = self.hashes.as_chunks::<32>();
        let mut chunks = Vec::new();
        for (at, chunk) in (first..).zip(bytes.chunks(CHUNK_BYTES)) {
            let hash = hashes.get(usize::try_from(at).ok()?)?;
            let is_whole = u64::try_from(chunk.len()).is_ok_and(|n| n == self.length_of(at));
            if !is_whole || blake3::hash(chunk).as_bytes() != hash {
                return None;
            }
            chunks.push(chunk);
        }
        let is_some = (1..=PIECE_CHUNKS_MAX).contains(&chunks.len());
        is_some.then_some(chunks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|n| u8::try_from(n % 251).unwrap()).collect()
    }

    #[test]
    fn a_blob_is_named_by_what_it_is_and_each_chunk_is_known_by_itself() {
        for size in [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7] {
            let bytes = content(size);
            let manifest = Manifest::of(&bytes);
            assert!(manifest.is_sound(), "{size}");
            assert_eq!(usize::try_from(manifest.chunks()).unwrap(), size.div_ceil(CHUNK_BYTES));
            let mut other = bytes.clone();
            other[size / 2] ^= 1;
            assert_ne!(manifest.id(), Manifest::of(&other).id());
            assert_eq!(manifest.chunks_in(0, &bytes).unwrap().concat(), bytes);
            assert!(manifest.chunks_in(0, &other).is_none(), "a bit of {size}");
            let is_cut_between = size > 1 && (size - 1) % CHUNK_BYTES == 0;
            assert_eq!(manifest.chunks_in(0, &bytes[..size - 1]).is_some(), is_cut_between);
            assert!(manifest.chunks_in(0, &[&bytes[..], b"x"].concat()).is_none(), "longer");
            assert!(manifest.chunks_in(1, &bytes[..size.min(CHUNK_BYTES)]).is_none(), "elsewhere");
        }
        let bytes = content(3 * CHUNK_BYTES + 7);
        let manifest = Manifest::of(&bytes);
        assert!(manifest.chunks_in(2, &bytes[2 * CHUNK_BYTES..]).is_some(), "from the middle");
        assert!(manifest.chunks_in(0, &[]).is_none());
    }

    #[test]
    fn a_manifest_that_cannot_be_is_none() {
        let good = Manifest::of(&content(CHUNK_BYTES + 1));
        let with = |bytes, hashes: &[u8]| Manifest { bytes, hashes: hashes.to_vec() };
        for (why, manifest) in [
            ("nothing", with(0, &[])),
            ("too few hashes", with(good.bytes, &good.hashes[..32])),
            ("too many", with(1, &good.hashes)),
            ("half a hash", with(good.bytes, &good.hashes[..63])),
            ("too large", with(BLOB_BYTES_MAX + 1, &vec![0; 32 * 513])),
            ("endless", with(u64::MAX, &good.hashes)),
        ] {
            assert!(!manifest.is_sound(), "{why}");
        }
    }
}
