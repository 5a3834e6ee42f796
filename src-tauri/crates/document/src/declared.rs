//! How many operations a change says it holds, read before Automerge unfolds it.
//!
//! The columns of a change are run-length encoded: in a hundred bytes one says a thousand million
//! operations, and Automerge walks through them one by one while it parses. Here only the runs
//! are added up.
//!
//! **Shape** of a change chunk: four magic bytes, four of the checksum, the type, the length;
//! then dependencies, actor, number, first operation, time, message, other actors; then for each
//! column what it is and how long; then the columns. Source: the Automerge binary format.

/// The bytes before the length.
const HEAD_BYTES: usize = 9;
/// The bytes of a hash.
const HASH_BYTES: usize = 32;
/// The most columns; Automerge writes thirteen.
const COLUMNS_MAX: u64 = 64;
/// In what a column is: whether it is compressed.
const IS_DEFLATED: u64 = 8;

/// Bytes that are not a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// A cursor over the bytes.
struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    fn take(&mut self, count: u64) -> Result<&'a [u8], Malformed> {
        let count = usize::try_from(count).map_err(|_| Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Seven bits a byte, least significant first; with how many bits there were and the last.
    fn bits(&mut self) -> Result<(u64, u32, u8), Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Malformed)?;
            self.rest = rest;
            value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                return Ok((value, shift.saturating_add(7), *byte));
            }
        }
        Err(Malformed)
    }

    fn unsigned(&mut self) -> Result<u64, Malformed> {
        Ok(self.bits()?.0)
    }

    /// The size of a signed number, and whether it is below zero.
    fn signed(&mut self) -> Result<(u64, bool), Malformed> {
        let (value, bits, last) = self.bits()?;
        if last & 0x40 == 0 {
            return Ok((value, false));
        }
        let filled = u64::MAX.checked_shl(bits).unwrap_or(0);
        Ok(((value | filled).wrapping_neg(), true))
    }

    /// Something with its length before it.
    fn skip_sized(&mut self) -> Result<(), Malformed> {
        let length = self.unsigned()?;
        self.take(length).map(|_| ())
    }
}

/// What the values of a column look like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    /// How many of another column belong to each row.
    Groups,
    /// Whole numbers, signed or not: both are skipped alike.
    Numbers,
    /// Texts with their lengths.
    Texts,
    /// No values: lengths of runs of no and yes.
    Yes,
    /// Bytes whose lengths stand elsewhere.
    Raw,
}

impl Values {
    fn of(column: u64) -> Self {
        match column & 7 {
            0 => Self::Groups,
            4 => Self::Yes,
            5 => Self::Texts,
            7 => Self::Raw,
            _ => Self::Numbers,
        }
    }

    /// Skips a value; gives how many rows of another column it claims.
    fn skip(self, bytes: &mut Bytes<'_>) -> Result<u64, Malformed> {
        match self {
            Self::Groups => bytes.unsigned(),
            Self::Texts => bytes.skip_sized().map(|()| 0),
            _ => bytes.unsigned().map(|_| 0),
        }
    }
}

/// How many rows a column says it has, or says that another has.
fn rows(values: Values, column: &[u8]) -> Result<u64, Malformed> {
    let mut bytes = Bytes { rest: column };
    let (mut rows, mut claimed) = (0_u64, 0_u64);
    while !bytes.rest.is_empty() && values != Values::Raw {
        if values == Values::Yes {
            rows = rows.saturating_add(bytes.unsigned()?);
            continue;
        }
        let (count, is_literal) = bytes.signed()?;
        rows = rows.saturating_add(count);
        if is_literal {
            // Every literal takes at least a byte: this ends with the column.
            for _ in 0..count {
                claimed = claimed.saturating_add(values.skip(&mut bytes)?);
            }
        } else if count == 0 {
            rows = rows.saturating_add(bytes.unsigned()?);
        } else {
            let each = values.skip(&mut bytes)?;
            claimed = claimed.saturating_add(each.saturating_mul(count));
        }
    }
    Ok(rows.max(claimed))
}

/// The most rows that any column of a change says it has: at least as many as the operations that
/// would be unfolded.
///
/// # Errors
/// [`Malformed`]: not one uncompressed change.
pub(crate) fn operations(payload: &[u8]) -> Result<u64, Malformed> {
    let mut bytes = Bytes { rest: payload.get(HEAD_BYTES..).ok_or(Malformed)? };
    let length = bytes.unsigned()?;
    let mut bytes = Bytes { rest: bytes.take(length)? };
    let hash_bytes = u64::try_from(HASH_BYTES).map_err(|_| Malformed)?;
    let dependencies = bytes.unsigned()?;
    bytes.take(dependencies.checked_mul(hash_bytes).ok_or(Malformed)?)?;
    bytes.skip_sized()?;
    for _number in ["seq", "start", "time"] {
        bytes.unsigned()?;
    }
    bytes.skip_sized()?;
    let actors = bytes.unsigned()?;
    for _ in 0..actors {
        bytes.skip_sized()?;
    }
    let count = Some(bytes.unsigned()?).filter(|count| *count <= COLUMNS_MAX).ok_or(Malformed)?;
    let mut columns = Vec::new();
    for _ in 0..count {
        columns.push((bytes.unsigned()?, bytes.unsigned()?));
    }
    let mut most = 0;
    for (column, length) in columns {
        if column & IS_DEFLATED != 0 {
            return Err(Malformed);
        }
        most = most.max(rows(Values::of(column), bytes.take(length)?)?);
    }
    Ok(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_added_up_without_being_unfolded() {
        type Row<'a> = (&'a str, Values, &'a [u8], Result<u64, Malformed>);
        let cases: [Row<'_>; 8] = [
            ("nothing", Values::Numbers, &[], Ok(0)),
            ("three times seven", Values::Numbers, &[3, 7], Ok(3)),
            ("two literals", Values::Numbers, &[0x7e, 1, 2], Ok(2)),
            ("five nothings", Values::Numbers, &[0, 5], Ok(5)),
            ("a text", Values::Texts, &[0x7f, 2, b'a', b'b'], Ok(1)),
            ("yes and no", Values::Yes, &[2, 3], Ok(5)),
            ("two rows of nine each", Values::Groups, &[2, 9], Ok(18)),
            ("a literal that is not there", Values::Numbers, &[0x7e, 1], Err(Malformed)),
        ];
        for (name, values, column, want) in cases {
            assert_eq!(rows(values, column), want, "{name}");
        }
        let endless = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f, 1];
        assert!(rows(Values::Numbers, &endless).unwrap() > 1 << 60);
        let lowest = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert_eq!(
            rows(Values::Numbers, &lowest),
            Err(Malformed),
            "as many literals as can be said"
        );
    }
}
