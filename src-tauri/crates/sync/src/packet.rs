//! A packet: what travels on a stick. One age file, locked to the devices of the receiving unit
//! and to the escrow key, so that stock tools open it with such a key.
//!
//! **Shape** inside: magic, the header's length and bytes, the sending device's signature over
//! them, then segments, each with its length, and a zero length; then, if the header says that
//! there are any, pieces of blobs, each with its length, and a zero length at the end. All lengths
//! are four bytes, big endian. Without a good header nothing more is read. Records and pieces stand
//! in parts of their own, so that a version that knows of no blobs reads all records.

use std::io::{self, BufReader, Read, Seek, Write};

use domain::id::{DeviceId, OrganisationId, TransferId, UnitId};
use minicbor::{Decode, Encode};
use trust::SUITE;
use trust::invitation::Enrolment;
use trust::key::{PacketKey, PublicKey, SecretKey, Signature};
use trust::roster::Roster;
use trust::statement::{Signed, Statement, to_bytes};

use crate::blob::{PIECE_BYTES_MAX, Piece, WANTS_MAX, Want};
use crate::frontier::LogState;
use crate::segment;

const MAGIC: &[u8; 8] = b"PINGLIP1";
const CONTEXT: &str = "pingli packet 1";

/// The largest header.
const HEADER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The most recipients. Nobody reads more than [`ENVELOPE_BYTES_MAX`] of age's own header, to which
/// each adds about a hundred bytes.
pub const RECIPIENTS_MAX: usize = 1024;
/// The most statements of a header that are looked at: nobody has proved anything yet, and each
/// costs a signature.
const CREDENTIALS_MAX: usize = 64;
/// How far into a file age's own header may reach.
const ENVELOPE_BYTES_MAX: u64 = 128 * 1024;
/// How many lines age's own header may have: two for each recipient, a few for its beginning, its end
/// and what age adds at random. It is parsed anew for each.
const ENVELOPE_LINES_MAX: usize = 2 * RECIPIENTS_MAX + 32;

/// What a packet says about itself, signed by the sending device.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Header {
    /// The suite of algorithms.
    #[n(0)]
    pub suite: u8,
    /// The packet; all parts of one export share it.
    #[n(1)]
    #[cbor(with = "trust::cbor::id")]
    pub packet: TransferId,
    /// The organisation.
    #[n(2)]
    #[cbor(with = "trust::cbor::id")]
    pub organisation: OrganisationId,
    /// The sending device.
    #[n(3)]
    #[cbor(with = "trust::cbor::id")]
    pub sender: DeviceId,
    /// Its unit.
    #[n(4)]
    #[cbor(with = "trust::cbor::id")]
    pub sender_unit: UnitId,
    /// For which unit.
    #[n(5)]
    #[cbor(with = "trust::cbor::id")]
    pub recipient: UnitId,
    /// When it was made, by the sender's clock, in milliseconds since 1970.
    #[n(6)]
    pub made_ms: u64,
    /// The time of the last entry in this part.
    #[n(7)]
    pub until_ms: u64,
    /// What the sender holds of everything the two share: the acknowledgement.
    #[n(8)]
    pub frontier: Vec<LogState>,
    /// The packet or part that comes before this one, if this one does not begin at the beginning.
    #[n(9)]
    pub before: Option<Before>,
    /// Which part this is, from 1.
    #[n(10)]
    pub part: u32,
    /// Of how many.
    #[n(11)]
    pub parts: u32,
    /// How many entries are in this part.
    #[n(12)]
    pub entries: u64,
    /// A new device's request to join.
    #[n(13)]
    pub enrolment: Option<Enrolment>,
    /// What proves the sender to a receiver that has not met it: statements.
    #[n(14)]
    pub credentials: Vec<Signed>,
    /// How the sender's clock stood against the receiver's at their last meeting.
    #[n(15)]
    pub observed: Option<Observed>,
    /// Which blobs the sender lacks, [`WANTS_MAX`] at most: the acknowledgement of all others that
    /// its entries name.
    #[n(16)]
    #[cbor(default)]
    pub wants: Vec<Want>,
    /// How many bytes of blobs are in this part.
    #[n(17)]
    #[cbor(default)]
    pub blob_bytes: u64,
}

/// The packet or part before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Before {
    /// The packet.
    #[n(0)]
    #[cbor(with = "trust::cbor::id")]
    pub packet: TransferId,
    /// The time of the last entry in it.
    #[n(1)]
    pub until_ms: u64,
}

/// Two clocks seen side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Observed {
    /// Which packet of the receiver told.
    #[n(0)]
    #[cbor(with = "trust::cbor::id")]
    pub packet: TransferId,
    /// How far the receiver's clock was ahead of the sender's, in milliseconds.
    #[n(1)]
    pub ahead_ms: i64,
}

/// A packet that cannot be used. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum PacketFault {
    /// Not a packet at all.
    #[error("not a packet")]
    NotAPacket,
    /// Locked to somebody else.
    #[error("for another unit")]
    NotForUs,
    /// Damaged or cut short.
    #[error("damaged or cut short")]
    Damaged,
    /// Made by a newer version.
    #[error("needs a newer version")]
    Newer,
    /// Of another organisation.
    #[error("of another organisation")]
    OtherOrganisation,
    /// Its sender is not on the roster and has no invitation.
    #[error("unknown sender")]
    UnknownSender,
    /// Its header is not signed by its sender.
    #[error("forged")]
    Forged,
    /// The medium.
    #[error("file: {0}")]
    Io(io::Error),
}

/// Tells a damaged packet from a failing medium.
fn reading(error: io::Error) -> PacketFault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
            PacketFault::Damaged
        }
        _ => PacketFault::Io(error),
    }
}

/// Writes a packet.
pub struct PacketWriter<W: Write> {
    out: age::stream::StreamWriter<W>,
    /// Whether there are pieces, and whether the segments are over.
    has_pieces: bool,
    is_at_pieces: bool,
}

impl<W: Write> PacketWriter<W> {
    /// Begins a packet locked to some age recipients, at most [`RECIPIENTS_MAX`].
    ///
    /// # Errors
    /// The medium's, a recipient that is none, or too many.
    pub fn begin(
        out: W,
        recipients: &[String],
        header: &Header,
        signer: &SecretKey,
    ) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidInput, "recipient");
        if recipients.len() > RECIPIENTS_MAX {
            return Err(invalid());
        }
        let recipients: Vec<age::x25519::Recipient> = recipients
            .iter()
            .map(|text| text.parse().map_err(|_| invalid()))
            .collect::<io::Result<_>>()?;
        let recipients = recipients.iter().map(|r| -> &dyn age::Recipient { r });
        let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| invalid())?;
        let mut out = encryptor.wrap_output(out)?;
        let bytes = to_bytes(header);
        let signature = signer.sign(CONTEXT, &[&[SUITE], &bytes]);
        out.write_all(MAGIC)?;
        out.write_all(&length(bytes.len())?)?;
        out.write_all(&bytes)?;
        out.write_all(&signature.0)?;
        Ok(Self { out, has_pieces: header.blob_bytes > 0, is_at_pieces: false })
    }

    /// Adds a segment.
    ///
    /// # Errors
    /// The medium's; after a piece there are no more segments.
    pub fn segment(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_at_pieces {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.out.write_all(&length(bytes.len())?)?;
        self.out.write_all(bytes)
    }

    fn end_segments(&mut self) -> io::Result<()> {
        if !self.is_at_pieces {
            self.is_at_pieces = true;
            self.out.write_all(&[0; 4])?;
        }
        Ok(())
    }

    /// Adds a piece of a blob.
    ///
    /// # Errors
    /// The medium's; the header must say that there are pieces.
    pub fn piece(&mut self, piece: &Piece) -> io::Result<()> {
        if !self.has_pieces {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        self.end_segments()?;
        let bytes = to_bytes(piece);
        self.out.write_all(&length(bytes.len())?)?;
        self.out.write_all(&bytes)
    }

    /// Ends the packet and gives the medium back.
    ///
    /// # Errors
    /// The medium's.
    pub fn finish(mut self) -> io::Result<W> {
        self.end_segments()?;
        if self.has_pieces {
            self.out.write_all(&[0; 4])?;
        }
        self.out.finish()
    }
}

fn length(bytes: usize) -> io::Result<[u8; 4]> {
    u32::try_from(bytes)
        .map(u32::to_be_bytes)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "too long"))
}

/// Reads a packet.
pub struct PacketReader<R: Read> {
    input: age::stream::StreamReader<BufReader<R>>,
    header: Header,
    is_at: At,
}

/// How far a packet was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Segments,
    Pieces,
    End,
}

/// Whether something begins as a packet does, for whomever it is.
pub fn is_one<R: Read + Seek>(input: &mut R) -> bool {
    check_envelope(input).is_ok()
}

/// Checks that age's own header ends where it must, before age looks for its end: it would read
/// without bound.
fn check_envelope<R: Read + Seek>(input: &mut R) -> Result<(), PacketFault> {
    let mut start = Vec::new();
    input.by_ref().take(ENVELOPE_BYTES_MAX).read_to_end(&mut start).map_err(PacketFault::Io)?;
    input.rewind().map_err(PacketFault::Io)?;
    let is_age = start.starts_with(b"age-encryption.org/v1\n");
    if !is_age {
        return Err(PacketFault::NotAPacket);
    }
    let end = start.windows(5).position(|window| window == b"\n--- ");
    let header = end.and_then(|end| start.get(..end)).ok_or(PacketFault::Damaged)?;
    let lines = header.iter().filter(|byte| **byte == b'\n').count();
    if lines <= ENVELOPE_LINES_MAX { Ok(()) } else { Err(PacketFault::Damaged) }
}

fn take_length(input: &mut impl Read, max: usize) -> Result<usize, PacketFault> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes).map_err(reading)?;
    usize::try_from(u32::from_be_bytes(bytes))
        .ok()
        .filter(|n| *n <= max)
        .ok_or(PacketFault::Damaged)
}

fn take_bytes(input: &mut impl Read, count: usize) -> Result<Vec<u8>, PacketFault> {
    // Grows with what is really there, not with what is claimed.
    let mut bytes = Vec::new();
    let limit = u64::try_from(count).unwrap_or(u64::MAX);
    input.take(limit).read_to_end(&mut bytes).map_err(reading)?;
    if bytes.len() == count { Ok(bytes) } else { Err(PacketFault::Damaged) }
}

impl<R: Read + Seek> PacketReader<R> {
    /// Opens a packet with a device's key and verifies its header against a roster; what the
    /// header brings to prove its sender counts towards that.
    ///
    /// # Errors
    /// [`PacketFault`]: each has its own next step for the person.
    pub fn open(mut input: R, key: &PacketKey, roster: &Roster) -> Result<Self, PacketFault> {
        check_envelope(&mut input)?;
        let identity: age::x25519::Identity =
            key.identity().parse().map_err(|_| PacketFault::NotForUs)?;
        let identity: &dyn age::Identity = &identity;
        let opened = age::Decryptor::new_buffered(BufReader::new(input))
            .and_then(|decryptor| decryptor.decrypt(std::iter::once(identity)));
        let mut input = opened.map_err(|error| match error {
            age::DecryptError::NoMatchingKeys => PacketFault::NotForUs,
            age::DecryptError::UnknownFormat => PacketFault::Newer,
            age::DecryptError::Io(error) => reading(error),
            _ => PacketFault::Damaged,
        })?;
        let mut magic = [0; 8];
        input.read_exact(&mut magic).map_err(reading)?;
        if &magic != MAGIC {
            return Err(PacketFault::Newer);
        }
        let count = take_length(&mut input, HEADER_BYTES_MAX)?;
        let bytes = take_bytes(&mut input, count)?;
        let mut signature = [0; 64];
        input.read_exact(&mut signature).map_err(reading)?;
        let header = verify_header(&bytes, signature, roster)?;
        Ok(Self { input, header, is_at: At::Segments })
    }

    /// What the packet says about itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The next segment; `None` where pieces begin.
    ///
    /// # Errors
    /// [`PacketFault::Damaged`] wherever the file was cut or changed.
    pub fn next_segment(&mut self) -> Result<Option<Vec<u8>>, PacketFault> {
        if self.is_at != At::Segments {
            return Ok(None);
        }
        let count = take_length(&mut self.input, segment::PACKED_BYTES_MAX)?;
        if count > 0 {
            return take_bytes(&mut self.input, count).map(Some);
        }
        if self.header.blob_bytes > 0 {
            self.is_at = At::Pieces;
        } else {
            self.end()?;
        }
        Ok(None)
    }

    /// Nothing comes any more.
    fn end(&mut self) -> Result<(), PacketFault> {
        self.is_at = At::End;
        let mut beyond = [0; 1];
        match self.input.read(&mut beyond).map_err(reading)? {
            0 => Ok(()),
            _ => Err(PacketFault::Damaged),
        }
    }

    /// The next piece of a blob, once the segments are over; `None` at the end.
    ///
    /// # Errors
    /// [`PacketFault::Damaged`] wherever the file was cut or changed.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, PacketFault> {
        while self.next_segment()?.is_some() {}
        if self.is_at == At::End {
            return Ok(None);
        }
        let count = take_length(&mut self.input, PIECE_BYTES_MAX)?;
        if count == 0 {
            return self.end().map(|()| None);
        }
        let bytes = take_bytes(&mut self.input, count)?;
        minicbor::decode(&bytes).map(Some).map_err(|_| PacketFault::Damaged)
    }
}

/// Reads and verifies a header: of our organisation, sane, and signed by a device that the roster
/// knows, that the header's own credentials prove, or that answers an invitation.
fn verify_header(
    bytes: &[u8],
    signature: [u8; 64],
    roster: &Roster,
) -> Result<Header, PacketFault> {
    let header: Header = minicbor::decode(bytes).map_err(|_| PacketFault::Damaged)?;
    if header.suite != SUITE {
        return Err(PacketFault::Newer);
    }
    if header.organisation != roster.organisation() {
        return Err(PacketFault::OtherOrganisation);
    }
    let key = sender_key(&header, roster).ok_or(PacketFault::UnknownSender)?;
    key.verify(CONTEXT, &[&[SUITE], bytes], &Signature(signature))
        .map_err(|_| PacketFault::Forged)?;
    let is_sane = header.part >= 1
        && header.part <= header.parts
        && header.wants.len() <= WANTS_MAX
        && crate::frontier::is_bearable(&header.frontier);
    if is_sane { Ok(header) } else { Err(PacketFault::Damaged) }
}

/// The key of a packet's sender.
fn sender_key(header: &Header, roster: &Roster) -> Option<PublicKey> {
    let mut roster = roster.clone();
    for credential in header.credentials.iter().take(CREDENTIALS_MAX) {
        // What proves nothing has no effect.
        let _ = roster.admit(credential);
    }
    if let Some(device) = roster.device(header.sender) {
        return (device.unit == header.sender_unit).then_some(PublicKey(device.key));
    }
    let (request, certificate) = header.enrolment.as_ref()?.verify(&roster).ok()?;
    let key = PublicKey(request.key);
    (key.device() == header.sender && certificate.unit == header.sender_unit).then_some(key)
}

/// The statements that prove a device to somebody who has not met it: its own certificate and the
/// one of the key that signed it.
#[must_use]
pub fn credentials(statements: &[Signed], roster: &Roster, device: DeviceId) -> Vec<Signed> {
    let proves = |signed: &&Signed| match signed.verify(roster.organisation()) {
        Ok(Statement::Operational(_)) => true,
        Ok(Statement::Device(certificate)) => certificate.device() == device,
        _ => false,
    };
    statements.iter().filter(proves).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::Manifest;
    use crate::testing::{Office, office};
    use std::io::Cursor;

    fn header(office: &Office) -> Header {
        Header {
            suite: SUITE,
            packet: TransferId([1; 16]),
            organisation: office.roster.organisation(),
            sender: office.village.device(),
            sender_unit: office.village.unit,
            recipient: office.township.unit,
            made_ms: 5,
            until_ms: 4,
            frontier: vec![],
            before: None,
            part: 1,
            parts: 1,
            entries: 3,
            enrolment: None,
            credentials: vec![],
            observed: None,
            wants: vec![],
            blob_bytes: 300,
        }
    }

    fn key(n: u8) -> PacketKey {
        PacketKey::from_seed([n; 32])
    }

    fn packet(office: &mut Office) -> Vec<u8> {
        for n in 0..3 {
            office.village.write(n, n);
        }
        office.village.seal();
        let segment = office.village.offer_all();
        let header = header(office);
        let recipients = [key(1).recipient(), key(2).recipient()];
        let mut writer =
            PacketWriter::begin(Vec::new(), &recipients, &header, &office.village.secret).unwrap();
        writer.segment(&segment).unwrap();
        let content = vec![9; 300];
        let manifest = Manifest::of(&content);
        let blob = manifest.id();
        let piece = Piece { blob, manifest: Some(manifest), first: 0, bytes: content };
        writer.piece(&piece).unwrap();
        assert!(writer.segment(&segment).is_err(), "records come first");
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8], key: &PacketKey, roster: &Roster) -> Result<usize, PacketFault> {
        let mut reader = PacketReader::open(Cursor::new(bytes), key, roster)?;
        let mut count = 0;
        while reader.next_segment()?.is_some() {
            count += 1;
        }
        while let Some(piece) = reader.next_piece()? {
            assert_eq!((piece.first, piece.bytes.len()), (0, 300));
        }
        Ok(count)
    }

    #[test]
    fn a_packet_opens_for_its_recipients_alone() {
        let mut office = office();
        let bytes = packet(&mut office);
        assert_eq!(read(&bytes, &key(1), &office.roster).unwrap(), 1);
        assert_eq!(read(&bytes, &key(2), &office.roster).unwrap(), 1);
        assert!(matches!(read(&bytes, &key(3), &office.roster), Err(PacketFault::NotForUs)));
        assert!(matches!(read(b"hello", &key(1), &office.roster), Err(PacketFault::NotAPacket)));
    }

    #[test]
    fn as_many_recipients_as_may_be_can_each_open_it_and_one_more_is_refused() {
        let office = office();
        let header = header(&office);
        // The reader's own lock comes last, after all the others.
        let write = |count: usize| {
            let mut recipients = vec![key(9).recipient(); count - 1];
            recipients.push(key(1).recipient());
            PacketWriter::begin(Vec::new(), &recipients, &header, &office.village.secret)
                .and_then(PacketWriter::finish)
        };
        for count in [65, RECIPIENTS_MAX] {
            let bytes = write(count).unwrap();
            assert_eq!(read(&bytes, &key(1), &office.roster).unwrap(), 0, "{count}");
        }
        assert!(write(RECIPIENTS_MAX + 1).is_err());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let mut office = office();
        let bytes = packet(&mut office);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut damaged = bytes.clone();
                damaged[at] ^= 1 << bit;
                assert!(read(&damaged, &key(1), &office.roster).is_err(), "bit {bit} of byte {at}");
            }
        }
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut], &key(1), &office.roster).is_err(), "cut at {cut}");
        }
        let longer = [&bytes[..], b"more"].concat();
        assert!(read(&longer, &key(1), &office.roster).is_err(), "something after the end");
    }

    #[test]
    fn a_packet_of_a_stranger_or_a_forger_is_refused() {
        let office = office();
        let write = |header: &Header, signer: &SecretKey| {
            PacketWriter::begin(Vec::new(), &[key(1).recipient()], header, signer)
                .and_then(PacketWriter::finish)
                .unwrap()
        };
        let good = header(&office);
        let stranger = SecretKey::from_seed([99; 32]);
        let mut unknown = good.clone();
        unknown.sender = stranger.public().device();
        let mut elsewhere = good.clone();
        elsewhere.organisation = OrganisationId([9; 16]);
        let mut newer = good.clone();
        newer.suite = 9;
        let mut other_unit = good.clone();
        other_unit.sender_unit = office.township.unit;
        let secret = &office.village.secret;
        type Want = fn(&PacketFault) -> bool;
        let rows: [(&str, Vec<u8>, Want); 5] = [
            ("forged", write(&good, &stranger), |f| matches!(f, PacketFault::Forged)),
            ("stranger", write(&unknown, &stranger), |f| matches!(f, PacketFault::UnknownSender)),
            ("elsewhere", write(&elsewhere, secret), |f| {
                matches!(f, PacketFault::OtherOrganisation)
            }),
            ("newer", write(&newer, secret), |f| matches!(f, PacketFault::Newer)),
            ("another unit", write(&other_unit, secret), |f| {
                matches!(f, PacketFault::UnknownSender)
            }),
        ];
        for (name, bytes, want) in rows {
            let fault = read(&bytes, &key(1), &office.roster).unwrap_err();
            assert!(want(&fault), "{name}: {fault:?}");
        }
    }

    #[test]
    fn an_endless_envelope_is_refused_at_once() {
        let office = office();
        let mut bytes = b"age-encryption.org/v1\n".to_vec();
        bytes.extend(std::iter::repeat_n(b'a', 4 * 1024 * 1024));
        assert!(matches!(read(&bytes, &key(1), &office.roster), Err(PacketFault::Damaged)));
        let mut lines = b"age-encryption.org/v1\n".to_vec();
        lines.extend(b"-> a\n\n".repeat(20_000));
        lines.extend(b"--- aaaa\n");
        assert!(matches!(read(&lines, &key(1), &office.roster), Err(PacketFault::Damaged)));
    }
}
