//! Names of things. Every id is sixteen bytes, shown as 26 Crockford base-32 characters; a fact id
//! adds the tag of the log that wrote it.
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

/// Reads what [`encode`] wrote. Lower case is accepted, ambiguous letters are not.
fn decode(text: &str) -> Result<[u8; 16], IdError> {
    if text.len() != TEXT_LEN {
        return Err(IdError::Length);
    }
    let mut value: u128 = 0;
    for (at, byte) in text.bytes().enumerate() {
        let digit = ALPHABET
            .iter()
            .position(|a| *a == byte.to_ascii_uppercase())
            .and_then(|d| u128::try_from(d).ok())
            .ok_or(IdError::Alphabet)?;
        // 26 characters carry 130 bits; the first may only use three of its five.
        if at == 0 && digit > 7 {
            return Err(IdError::Alphabet);
        }
        value = (value << 5) | digit;
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

/// A unit (a village point, a township centre, an office) is named by its record.
pub type UnitId = RecordId;

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
}
