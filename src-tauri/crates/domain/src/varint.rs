//! Whole numbers in few bytes: seven bits a byte, least significant first, at most ten bytes, and
//! only the shortest form is read.

/// Bytes that are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed bytes")]
pub struct Malformed;

/// Appends a number.
pub fn write(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let byte = u8::try_from(value & 0x7f).unwrap_or(0);
        value >>= 7;
        if value == 0 {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

/// A cursor over bytes from outside.
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// A cursor at the beginning.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// Takes some bytes.
    ///
    /// # Errors
    /// [`Malformed`] if there are fewer.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Takes a fixed number of bytes.
    ///
    /// # Errors
    /// [`Malformed`] if there are fewer.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Takes a number.
    ///
    /// # Errors
    /// [`Malformed`] for one that is too long or not in its shortest form.
    pub fn number(&mut self) -> Result<u64, Malformed> {
        let mut value: u64 = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array::<1>()?;
            let bits = u64::from(byte & 0x7f);
            let placed = bits.checked_shl(shift).filter(|p| p >> shift == bits).ok_or(Malformed)?;
            value |= placed;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(Malformed) } else { Ok(value) };
            }
        }
        Err(Malformed)
    }

    /// Takes a number that counts something, bounded before anything is allocated.
    ///
    /// # Errors
    /// [`Malformed`] for more than `max`.
    pub fn count(&mut self, max: usize) -> Result<usize, Malformed> {
        usize::try_from(self.number()?).ok().filter(|n| *n <= max).ok_or(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_read_back(value in any::<u64>()) {
            let mut bytes = Vec::new();
            write(&mut bytes, value);
            prop_assert_eq!(Cursor::new(&bytes).number(), Ok(value));
        }
    }

    #[test]
    fn only_the_shortest_form_is_read() {
        for bytes in [&[0x80, 0x00][..], &[0xff; 11][..], &[0x80][..], &[][..], &[0xff; 9][..]] {
            assert_eq!(Cursor::new(bytes).number(), Err(Malformed), "{bytes:?}");
        }
        let mut largest = vec![0xff; 9];
        largest.push(0x01);
        assert_eq!(Cursor::new(&largest).number(), Ok(u64::MAX));
        largest[9] = 0x02;
        assert_eq!(Cursor::new(&largest).number(), Err(Malformed));
    }
}
