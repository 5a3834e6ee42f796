//! Names of things. Every id is sixteen bytes, shown as 26 Crockford base-32 characters; a fact id
//! adds the tag of the log that wrote it, and the bytes of an attachment are named by their hash.
//!
//! Ids are arguments here: nothing in this crate draws randomness or reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Crockford's base-32 alphabet: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters in the text form of sixteen bytes.
const TEXT_LEN: usize = 26;

/// An id that is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has the wrong number of characters.
    #[error("an id has {TEXT_LEN} characters")]
    Length,
    /// The text holds a character outside the alphabet, or a value over 128 bits.
    #[error("an id is written in Crockford base 32")]
    Alphabet,
}

/// Writes sixteen bytes as 26 Crockford base-32 characters, most significant first.
fn encode(bytes: &[u8; 16]) -> String {
    let mut value = u128::from_be_bytes(*bytes);
    let mut text = [b'0'; TEXT_LEN];
    for slot in text.iter_mut().rev() {
        let digit = usize::try_from(value & 31).unwrap_or(0);
        *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
        value >>= 5;
    }
    text.iter().map(|b| char::from(*b)).collect()
}

/// The value of a digit, in upper or lower case.
const fn digit(byte: u8) -> Option<u8> {
    let (first, value) = match byte.to_ascii_uppercase() {
        b'0'..=b'9' => (b'0', 0),
        b'A'..=b'H' => (b'A', 10),
        b'J' | b'K' => (b'J', 18),
        b'M' | b'N' => (b'M', 20),
        b'P'..=b'T' => (b'P', 22),
        b'V'..=b'Z' => (b'V', 27),
        _ => return None,
    };
    Some(byte.to_ascii_uppercase().wrapping_sub(first).wrapping_add(value))
}

/// Reads what [`encode`] wrote. Lower case is accepted, ambiguous letters are not.
fn decode(text: &str) -> Result<[u8; 16], IdError> {
    if text.len() != TEXT_LEN {
        return Err(IdError::Length);
    }
    let mut value: u128 = 0;
    for (at, byte) in text.bytes().enumerate() {
        let digit = digit(byte).ok_or(IdError::Alphabet)?;
        // 26 characters carry 130 bits; the first may only use three of its five.
        if at == 0 && digit > 7 {
            return Err(IdError::Alphabet);
        }
        value = (value << 5) | u128::from(digit);
    }
    Ok(value.to_be_bytes())
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transparent))]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(#[cfg_attr(feature = "schema", schemars(with = "String"))] pub [u8; 16]);

        impl $name {
            /// The raw sixteen bytes.
            #[must_use]
            pub const fn bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// Reads an id from raw bytes; `None` unless there are exactly sixteen.
            #[must_use]
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                <[u8; 16]>::try_from(bytes).ok().map(Self)
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl From<$name> for [u8; 16] {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), encode(&self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                decode(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&encode(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                decode(&text).map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

id_type! {
    /// A record: one case, person or unit; one Automerge document.
    ///
    /// **Shape**: a ULID. The 48-bit time is when it was made; the 80 random bits are bound to the
    /// log entry that may hold the record's first change, so nobody can begin it twice.
    RecordId
}
id_type! {
    /// A space: the unit of replication and of confidentiality.
    SpaceId
}
id_type! {
    /// A device: the hash of its signing key.
    DeviceId
}
id_type! {
    /// A person who works with the program.
    UserId
}
id_type! {
    /// An organisation: the hash of its root key.
    OrganisationId
}
id_type! {
    /// A log: the hash of (organisation, space, device, epoch).
    LogId
}
id_type! {
    /// A packet or an exchange.
    TransferId
}
id_type! {
    /// The statement that erases records: the hash of what was signed.
    ErasureId
}
id_type! {
    /// A change of a document: the first half of its hash.
    ChangeId
}

/// A unit (a village point, a township centre, an office) is named by its record.
pub type UnitId = RecordId;

/// The bytes of an attachment: the BLAKE3 of how they are cut and what each chunk hashes to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(transparent))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct BlobId(#[cfg_attr(feature = "schema", schemars(with = "String"))] pub [u8; 32]);

impl BlobId {
    /// The raw thirty-two bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for BlobId {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl From<BlobId> for [u8; 32] {
    fn from(id: BlobId) -> Self {
        id.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlobId({self})")
    }
}

impl FromStr for BlobId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != 64 || !text.is_ascii() {
            return Err(IdError::Length);
        }
        let mut bytes = [0; 32];
        for (at, slot) in bytes.iter_mut().enumerate() {
            let from = at.saturating_mul(2);
            let pair = text.get(from..from.saturating_add(2)).ok_or(IdError::Length)?;
            *slot = u8::from_str_radix(pair, 16).map_err(|_| IdError::Alphabet)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for BlobId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BlobId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The first eight bytes of a log id's hash: short enough to stand in every fact id and actor id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogTag(pub [u8; 8]);

impl fmt::Display for LogTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for LogTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogTag({self})")
    }
}

impl FromStr for LogTag {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != 16 {
            return Err(IdError::Length);
        }
        u64::from_str_radix(text, 16)
            .map(|value| Self(value.to_be_bytes()))
            .map_err(|_| IdError::Alphabet)
    }
}

/// A fact: the tag of the log that wrote it, and a ULID.
///
/// **Shape**: `<16 hexadecimal digits>-<26 Crockford characters>`. Ordering is by ULID first, so
/// facts sort by the time they were typed; the tag breaks ties.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(type = "string"))]
pub struct FactId {
    /// Which log wrote it.
    pub log: LogTag,
    /// When, and which one.
    pub ulid: [u8; 16],
}

impl FactId {
    /// Compares the random half with what the writing entry proves.
    #[must_use]
    pub fn is_bound_to(&self, binding: &[u8; 10]) -> bool {
        self.ulid.iter().skip(6).eq(binding.iter())
    }

    /// The hash of the writing entry's place that the id is bound to: an order nobody can choose.
    pub fn entry_hash(&self) -> impl Iterator<Item = u8> + '_ {
        self.ulid.iter().skip(6).copied()
    }
}

impl PartialOrd for FactId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FactId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.ulid, self.log).cmp(&(other.ulid, other.log))
    }
}

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.log, encode(&self.ulid))
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactId({self})")
    }
}

impl FromStr for FactId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (log, ulid) = text.split_once('-').ok_or(IdError::Length)?;
        Ok(Self { log: log.parse()?, ulid: decode(ulid)? })
    }
}

impl Serialize for FactId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Joins a time and eighty bits into the bytes of a ULID.
#[must_use]
pub fn ulid(ms: u64, binding: &[u8; 10]) -> [u8; 16] {
    let mut bytes = [0; 16];
    let time = ms.to_be_bytes();
    for (slot, byte) in bytes.iter_mut().zip(time.iter().skip(2).chain(binding)) {
        *slot = *byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text_form() {
        for bytes in [[0; 16], [255; 16], *b"0123456789abcdef"] {
            let id = RecordId(bytes);
            assert_eq!(id.to_string().len(), TEXT_LEN, "26 characters always");
            assert_eq!(id.to_string().parse(), Ok(id), "text form reads back");
            assert_eq!(id.to_string().to_lowercase().parse(), Ok(id), "lower case reads back");
        }
    }

    #[test]
    fn wrong_ids_are_refused_with_a_reason() {
        let rows = [
            ("", IdError::Length),
            ("0123", IdError::Length),
            ("8ZZZZZZZZZZZZZZZZZZZZZZZZZ", IdError::Alphabet),
            ("0OOOOOOOOOOOOOOOOOOOOOOOOO", IdError::Alphabet),
        ];
        for (text, want) in rows {
            assert_eq!(text.parse::<RecordId>(), Err(want), "{text:?}");
        }
    }

    #[test]
    fn fact_ids_sort_by_time_before_log() {
        let at = |ms, log| FactId { log: LogTag([log; 8]), ulid: ulid(ms, &[9; 10]) };
        assert!(at(1, 200) < at(2, 1), "the earlier fact comes first whatever its log");
        let text = at(7, 3).to_string();
        assert_eq!(text.parse(), Ok(at(7, 3)), "{text}");
        assert!(at(7, 3).is_bound_to(&[9; 10]));
        assert!(!at(7, 3).is_bound_to(&[8; 10]));
    }

    #[test]
    fn the_text_form_is_frozen() {
        let id = RecordId([
            0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54,
            0x32, 0x10,
        ]);
        let text = "014D2PF2DBSQQZXQ5TK1V58CGG";
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(format!("{id:?}"), format!("RecordId({text})"));
        assert_eq!("7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse(), Ok(RecordId([255; 16])));
        assert_eq!("0000000000000000000000000Z".parse::<RecordId>().map(|id| id.0[15]), Ok(31));
        assert_eq!("8ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<RecordId>(), Err(IdError::Alphabet));
        assert_eq!("0ZZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<RecordId>(), Err(IdError::Length));
    }

    #[test]
    fn ids_are_made_from_sixteen_bytes_only() {
        assert_eq!(RecordId::from_slice(&[7; 16]), Some(RecordId([7; 16])));
        assert_eq!(RecordId::from_slice(&[7; 15]), None);
        assert_eq!(RecordId::from_slice(&[7; 17]), None);
        assert_eq!(RecordId([7; 16]).bytes(), &[7; 16]);
        assert_eq!(<[u8; 16]>::from(RecordId::from([7; 16])), [7; 16]);
    }

    #[test]
    fn a_log_tag_is_sixteen_hexadecimal_digits() {
        let tag = LogTag([0, 1, 0x10, 0xab, 0xcd, 0xef, 0xff, 9]);
        assert_eq!(tag.to_string(), "000110abcdefff09");
        assert_eq!("000110abcdefff09".parse(), Ok(tag));
        assert_eq!(format!("{tag:?}"), "LogTag(000110abcdefff09)");
        for (text, want) in [
            ("000110abcdefff0", IdError::Length),
            ("000110abcdefff090", IdError::Length),
            ("000110abcdefff0g", IdError::Alphabet),
        ] {
            assert_eq!(text.parse::<LogTag>(), Err(want), "{text}");
        }
    }

    #[test]
    fn a_fact_id_is_its_log_and_its_ulid() {
        let id = FactId { log: LogTag([1; 8]), ulid: ulid(0x0102_0304_0506, &[7; 10]) };
        assert_eq!(id.ulid, [1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7]);
        assert!(id.to_string().starts_with("0101010101010101-"));
        assert_eq!(id.to_string().len(), 43);
        assert_eq!(format!("{id:?}"), format!("FactId({id})"));
        assert_eq!(id.entry_hash().collect::<Vec<_>>(), [7; 10]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<FactId>(&json).unwrap(), id);
        for (text, want) in [
            ("0101010101010101", IdError::Length),
            ("01-0104106107E0W3GE1R70W3GE1R", IdError::Length),
            ("0101010101010101-01", IdError::Length),
        ] {
            assert_eq!(text.parse::<FactId>(), Err(want), "{text}");
        }
    }

    #[test]
    fn the_log_breaks_ties_between_facts_of_one_moment() {
        let at = |ms, log| FactId { log: LogTag([log; 8]), ulid: ulid(ms, &[9; 10]) };
        let mut ids = [at(2, 1), at(1, 2), at(1, 1)];
        ids.sort_unstable();
        assert_eq!(ids, [at(1, 1), at(1, 2), at(2, 1)]);
        assert_eq!(at(1, 1).partial_cmp(&at(1, 2)), Some(std::cmp::Ordering::Less));
        assert_eq!(at(1, 1).cmp(&at(1, 1)), std::cmp::Ordering::Equal);
    }

    #[test]
    fn ids_cross_as_text() {
        let id = RecordId([7; 16]);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<RecordId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<RecordId>("\"0\"").is_err());
    }
}
