//! How ids and byte arrays stand in CBOR: as byte strings of their exact length.

/// Sixteen-byte ids.
pub mod id {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decoder, Encoder};

    /// Writes an id.
    ///
    /// # Errors
    /// The writer's.
    pub fn encode<T, C, W>(
        id: &T,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>>
    where
        T: Copy + Into<[u8; 16]>,
        W: Write,
    {
        let bytes: [u8; 16] = (*id).into();
        e.bytes(&bytes)?.ok()
    }

    /// Reads an id.
    ///
    /// # Errors
    /// Anything but a byte string of sixteen.
    pub fn decode<T: From<[u8; 16]>, C>(d: &mut Decoder<'_>, _: &mut C) -> Result<T, DecodeError> {
        <[u8; 16]>::try_from(d.bytes()?)
            .map(T::from)
            .map_err(|_| DecodeError::message("an id has sixteen bytes"))
    }
}

/// Lists of ids.
pub mod ids {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decoder, Encoder};

    /// The longest list.
    const IDS_MAX: u64 = 4096;

    /// Writes a list of ids.
    ///
    /// # Errors
    /// The writer's.
    pub fn encode<T, C, W>(
        ids: &[T],
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), EncodeError<W::Error>>
    where
        T: Copy + Into<[u8; 16]>,
        W: Write,
    {
        e.array(u64::try_from(ids.len()).unwrap_or(u64::MAX))?;
        ids.iter().try_for_each(|id| super::id::encode(id, e, ctx))
    }

    /// Reads a list of ids.
    ///
    /// # Errors
    /// Anything but a bounded array of ids.
    pub fn decode<T: From<[u8; 16]>, C>(
        d: &mut Decoder<'_>,
        ctx: &mut C,
    ) -> Result<Vec<T>, DecodeError> {
        let count = d.array()?.filter(|n| *n <= IDS_MAX);
        let count = count.ok_or_else(|| DecodeError::message("too many ids"))?;
        (0..count).map(|_| super::id::decode(d, ctx)).collect()
    }
}

/// Byte arrays of a fixed length.
pub mod fixed {
    use minicbor::decode::Error as DecodeError;
    use minicbor::encode::{Error as EncodeError, Write};
    use minicbor::{Decoder, Encoder};

    /// Writes a byte array.
    ///
    /// # Errors
    /// The writer's.
    pub fn encode<const N: usize, C, W: Write>(
        bytes: &[u8; N],
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        e.bytes(bytes)?.ok()
    }

    /// Reads a byte array.
    ///
    /// # Errors
    /// Anything but a byte string of that length.
    pub fn decode<const N: usize, C>(
        d: &mut Decoder<'_>,
        _: &mut C,
    ) -> Result<[u8; N], DecodeError> {
        <[u8; N]>::try_from(d.bytes()?)
            .map_err(|_| DecodeError::message("a byte string of another length"))
    }
}
