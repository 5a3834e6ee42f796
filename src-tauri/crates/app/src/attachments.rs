//! Attachments (附件): photographs, scans and recordings that belong to a case.
//!
//! A file comes in pieces from the page ([`begin`], [`add`]) and is looked at as a whole
//! ([`finish`]): its form is told by its first bytes, pictures are drawn anew ([`picture`]), and
//! the bytes lie in their own file before the fact that names them is written. On other computers
//! the fact is there first and the bytes come later ([`travelling`]); a case without its
//! photographs is usable.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::audit::{Deed, FileKind};
use domain::case::attachment::{Attachment, BLOB_BYTES_MAX};
use domain::case::guard::{self, Author};
use domain::fact::Body;
use domain::fact::body::{AttachmentAdded, AttachmentForm, BlobRef};
use domain::id::{BlobId, FactId, RecordId, UserId};
use domain::time::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::blobs::{BlobHeld, CHUNK_BYTES, InFlight};
use sync::blob::{Manifest, PIECE_CHUNKS_MAX};

use crate::cases::{self, CaseGet};
use crate::clock::{minute, signed, today};
use crate::fault::{AttachmentTrouble, Fault};
use crate::journal::Pen;
use crate::office::Office;
use crate::progress::{Phase, Progress};
use crate::projector;
use crate::rights::{self, Lens};
use crate::view::CaseView;

pub(crate) mod picture;
pub(crate) mod travelling;

/// The largest file that is brought in: a photograph is drawn smaller, anything else must fit.
const FILE_BYTES_MAX: u64 = 48 * 1024 * 1024;

/// The most bytes of one piece, either way: three chunks.
const PIECE_BYTES_MAX: usize = 3 * CHUNK_BYTES;

/// The most files that are brought in at once.
const UPLOADS_MAX: usize = 4;

/// Begins to bring a file in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentBegin {
    /// The case.
    pub case: RecordId,
    /// The size of the file, in bytes.
    pub bytes: u64,
}

/// A file that is being brought in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentBegun {
    /// Its name while it is being brought in.
    pub upload: u32,
    /// The most bytes of one piece.
    pub piece_bytes: u32,
}

/// Brings in a piece of a file. They come in order.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentPiece {
    /// Which file.
    pub upload: u32,
    /// The bytes, in base 64.
    pub data: String,
}

/// Gives up a file that is being brought in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentDrop {
    /// Which file.
    pub upload: u32,
}

/// Puts a file that was brought in to its case.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentFinish {
    /// The case.
    pub case: RecordId,
    /// Which file.
    pub upload: u32,
    /// What people call it.
    pub name: String,
    /// When it was made; now if absent.
    #[serde(default)]
    pub at: Option<At>,
    /// What was written that it belongs to.
    #[serde(default)]
    pub of: Option<FactId>,
}

/// Reads some of an attachment.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentRead {
    /// The case.
    pub case: RecordId,
    /// The attachment.
    pub attachment: FactId,
    /// The small picture of it instead.
    #[serde(default)]
    pub thumbnail: bool,
    /// From which byte on; a multiple of [`PIECE_BYTES_MAX`].
    #[serde(default)]
    pub from: u64,
}

/// Some of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentBytes {
    /// The bytes, in base 64.
    pub data: String,
    /// How many it has in all.
    pub bytes: u64,
}

/// Saves an attachment as a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentSave {
    /// The case.
    pub case: RecordId,
    /// The attachment.
    pub attachment: FactId,
    /// Where the file goes.
    pub to: crate::host::Place,
}

/// Asks that an attachment comes before others.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct AttachmentAsk {
    /// The case.
    pub case: RecordId,
    /// The attachment.
    pub attachment: FactId,
}

/// A file on its way in.
struct Upload {
    user: UserId,
    case: RecordId,
    total: u64,
    bytes: Vec<u8>,
}

/// The files on their way in. They are in memory alone, and go with the lock.
#[derive(Default)]
pub(crate) struct Uploads {
    held: Mutex<(u32, BTreeMap<u32, Upload>)>,
}

impl Uploads {
    fn held(&self) -> MutexGuard<'_, (u32, BTreeMap<u32, Upload>)> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.held().1.clear();
    }
}

fn trouble(reason: AttachmentTrouble) -> Fault {
    Fault::Attachment { reason }
}

/// Begins to bring a file in. Of too many the oldest is given up.
pub(crate) fn begin(office: &Office, request: &AttachmentBegin) -> Result<AttachmentBegun, Fault> {
    if request.bytes == 0 {
        return Err(trouble(AttachmentTrouble::Empty));
    }
    if request.bytes > FILE_BYTES_MAX {
        return Err(trouble(AttachmentTrouble::TooLarge));
    }
    office.store.read(|reader| cases::folded(office, reader, request.case))?;
    let mut held = office.uploads.held();
    held.0 = held.0.wrapping_add(1);
    let upload = held.0;
    while held.1.len() >= UPLOADS_MAX {
        held.1.pop_first();
    }
    let fresh =
        Upload { user: office.user(), case: request.case, total: request.bytes, bytes: Vec::new() };
    held.1.insert(upload, fresh);
    Ok(AttachmentBegun { upload, piece_bytes: u32::try_from(PIECE_BYTES_MAX).unwrap_or(u32::MAX) })
}

fn unknown(upload: u32) -> Fault {
    Fault::not_found(upload)
}

/// Brings in a piece of a file.
pub(crate) fn add(office: &Office, request: &AttachmentPiece) -> Result<(), Fault> {
    if request.data.len() > PIECE_BYTES_MAX.div_ceil(3).saturating_mul(4) {
        return Err(Fault::bad("data: more than a piece"));
    }
    let piece = STANDARD.decode(&request.data).map_err(|_| Fault::bad("data: no base 64"))?;
    let user = office.user();
    let mut held = office.uploads.held();
    let upload = held.1.get_mut(&request.upload).filter(|upload| upload.user == user);
    let upload = upload.ok_or_else(|| unknown(request.upload))?;
    let length = upload.bytes.len().saturating_add(piece.len());
    if u64::try_from(length).is_ok_and(|length| length > upload.total) {
        return Err(Fault::bad("data: more than the file"));
    }
    upload.bytes.extend_from_slice(&piece);
    Ok(())
}

/// Gives up a file.
pub(crate) fn give_up(office: &Office, request: &AttachmentDrop) -> Result<(), Fault> {
    office.uploads.held().1.remove(&request.upload);
    Ok(())
}

/// In which form a file is, by its first bytes; `None` for pictures, which become JPEG.
fn form_of(bytes: &[u8]) -> Result<Option<AttachmentForm>, AttachmentTrouble> {
    let at =
        |from: usize, magic: &[u8]| bytes.get(from..).is_some_and(|rest| rest.starts_with(magic));
    let is_moving = |brand: &[u8]| at(4, b"ftyp") && at(8, brand);
    let is_webp = at(0, b"RIFF") && at(8, b"WEBP");
    let is_picture = at(0, &[0xff, 0xd8, 0xff]) || at(0, b"\x89PNG\r\n\x1a\n") || at(0, b"BM");
    if is_picture || is_webp {
        return Ok(None);
    }
    let is_mp3 = at(0, b"ID3")
        || bytes
            .first_chunk::<2>()
            .is_some_and(|[first, second]| *first == 0xff && second & 0xe6 == 0xe2);
    let rows = [
        (at(0, b"%PDF-"), AttachmentForm::Pdf),
        (is_mp3, AttachmentForm::Mp3),
        (is_moving(b"M4A ") || is_moving(b"mp42") || is_moving(b"isom"), AttachmentForm::M4a),
        (at(0, b"RIFF") && at(8, b"WAVE"), AttachmentForm::Wav),
        (at(0, b"#!AMR"), AttachmentForm::Amr),
        (at(0, b"OggS"), AttachmentForm::Ogg),
    ];
    if let Some((_, form)) = rows.into_iter().find(|(is_it, _)| *is_it) {
        return Ok(Some(form));
    }
    let is_apple = ["heic", "heix", "mif1", "msf1", "hevc"];
    if is_apple.iter().any(|brand| is_moving(brand.as_bytes())) {
        return Err(AttachmentTrouble::ApplePicture);
    }
    Err(AttachmentTrouble::UnknownForm)
}

/// What a file came to.
struct Content {
    form: AttachmentForm,
    whole: Vec<u8>,
    thumbnail: Option<Vec<u8>>,
}

fn content(office: &Office, bytes: Vec<u8>) -> Result<Content, Fault> {
    if let Some(form) = form_of(&bytes).map_err(trouble)? {
        return Ok(Content { form, whole: bytes, thumbnail: None });
    }
    let drawn = picture::draw_apart(office.worker(), &bytes).map_err(|reason| {
        trouble(match reason {
            picture::Undrawable::TooManyPixels => AttachmentTrouble::TooManyPixels,
            picture::Undrawable::Damaged => AttachmentTrouble::Damaged,
        })
    })?;
    Ok(Content { form: AttachmentForm::Jpeg, whole: drawn.whole, thumbnail: Some(drawn.thumbnail) })
}

/// A blob that was written and is not known to the database yet.
struct Laid<'a> {
    named: BlobRef,
    held: BlobHeld,
    _in_flight: InFlight<'a>,
}

/// Writes a blob's bytes into its file, unless it is whole here already.
fn lay_down<'a>(office: &'a Office, bytes: &[u8]) -> Result<Laid<'a>, Fault> {
    let manifest = Manifest::of(bytes);
    let (blob, held, size) = (manifest.id(), manifest.chunks(), manifest.bytes);
    let in_flight = office.store.begin_blob(blob);
    let known = office.store.read(|reader| reader.blob(blob))?;
    if !known.is_some_and(|known| known.is_whole()) {
        let chunks: Vec<&[u8]> = bytes.chunks(CHUNK_BYTES).collect();
        in_flight.write(0, &chunks)?;
    }
    let held = BlobHeld { bytes: size, hashes: manifest.hashes, held };
    Ok(Laid { named: BlobRef { blob, bytes: size }, held, _in_flight: in_flight })
}

/// Puts a file that was brought in to its case.
pub(crate) fn finish(
    office: &Office,
    request: &AttachmentFinish,
    progress: &Progress,
) -> Result<CaseView, Fault> {
    let user = office.user();
    let upload = {
        let mut held = office.uploads.held();
        let is_ours = |upload: &&Upload| upload.user == user && upload.case == request.case;
        held.1.get(&request.upload).filter(is_ours).ok_or_else(|| unknown(request.upload))?;
        held.1.remove(&request.upload).ok_or_else(|| unknown(request.upload))?
    };
    if u64::try_from(upload.bytes.len()).is_ok_and(|length| length < upload.total) {
        return Err(trouble(AttachmentTrouble::Cut));
    }
    progress.at(Phase::Drawing, 0, None);
    let content = content(office, upload.bytes)?;
    if u64::try_from(content.whole.len()).unwrap_or(u64::MAX) > BLOB_BYTES_MAX {
        return Err(trouble(AttachmentTrouble::TooLarge));
    }
    progress.check()?;
    let whole = lay_down(office, &content.whole)?;
    let small = content.thumbnail.map(|bytes| lay_down(office, &bytes)).transpose()?;
    let body = AttachmentAdded {
        name: request.name.trim().to_owned(),
        form: content.form,
        whole: whole.named.clone(),
        thumbnail: small.as_ref().map(|small| small.named.clone()),
        of: request.of,
    };
    let me = office.me();
    let author = Author { role: me.role, unit: me.unit, today: today(office.now_ms()) };
    let at = request.at.unwrap_or_else(|| minute(office.now_ms()));
    office.store.write(|tx| -> Result<(), Fault> {
        projector::current(office, tx, request.case)?;
        let case = cases::folded(office, &tx.reader(), request.case)?;
        guard::check_attachment(&case, at, &body, author)
            .map_err(|refusal| Fault::refused(&refusal, 0))?;
        for laid in small.iter().chain([&whole]) {
            tx.hold_blob(laid.named.blob, &laid.held)?;
        }
        Pen::new(office, tx).edit(request.case, |_, _, draft| {
            draft.fact(office, at, Body::AttachmentAdded(body.clone())).map(|_| ())
        })
    })?;
    cases::get(office, &CaseGet { case: request.case })
}

/// The attachment, for somebody who sees all of the case: what a photograph shows cannot be masked.
fn attachment(office: &Office, case: RecordId, id: FactId) -> Result<Attachment, Fault> {
    office.store.read(|reader| {
        let folded = cases::folded(office, reader, case)?;
        if !Lens::new(office, reader).sight(case)?.is_whole() {
            return Err(rights::refused(office, domain::rights::Right::CaseRead));
        }
        let found = folded.attachments.into_iter().find(|attachment| attachment.id == id);
        found.ok_or_else(|| Fault::not_found(id))
    })
}

/// Reads chunks of a blob from one on, so many at most. What does not bear its seal is lacking from
/// then on.
pub(crate) fn chunks(
    office: &Office,
    blob: BlobId,
    from: u32,
    most: usize,
) -> Result<Option<(BlobHeld, Vec<u8>)>, Fault> {
    let Some(held) = office.store.read(|reader| reader.blob(blob))? else { return Ok(None) };
    let mut bytes = Vec::new();
    for chunk in (from..held.held).take(most) {
        match office.store.read_chunk(blob, chunk) {
            Ok(read) => bytes.extend_from_slice(&read),
            Err(StoreError::Damaged(_) | StoreError::Io(_)) => {
                tracing::error!(%blob, chunk, "a chunk of a blob cannot be read");
                office.store.write(|tx| tx.lose_chunks(blob, chunk))?;
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if bytes.is_empty() { None } else { Some((held, bytes)) })
}

/// Looks at every chunk of every blob that is whole here: what does not bear its seal is lacking
/// from then on, and comes again from whoever has it. Gives how many were damaged.
pub(crate) fn look(office: &Office) -> Result<u64, Fault> {
    let mut damaged = 0_u64;
    for blob in office.store.read(|reader| reader.all_whole_blobs())? {
        let mut from = 0;
        while let Some((held, bytes)) = chunks(office, blob, from, PIECE_CHUNKS_MAX)? {
            let count = bytes.len().div_ceil(CHUNK_BYTES);
            from = from.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
            if from >= held.held {
                break;
            }
        }
        let is_whole = office.store.read(|reader| reader.blob(blob))?;
        damaged = damaged.saturating_add(u64::from(!is_whole.is_some_and(|held| held.is_whole())));
    }
    Ok(damaged)
}

/// Reads some of an attachment.
pub(crate) fn read(office: &Office, request: &AttachmentRead) -> Result<AttachmentBytes, Fault> {
    let found = attachment(office, request.case, request.attachment)?.details;
    let wanted = if request.thumbnail { found.thumbnail } else { Some(found.whole) };
    let wanted = wanted.ok_or_else(|| Fault::not_found(request.attachment))?;
    let size = u64::try_from(CHUNK_BYTES).unwrap_or(u64::MAX);
    let from = u32::try_from(request.from / size).unwrap_or(u32::MAX);
    if !request.from.is_multiple_of(size) {
        return Err(Fault::bad("from: not where a chunk begins"));
    }
    let read = chunks(office, wanted.blob, from, PIECE_BYTES_MAX / CHUNK_BYTES)?;
    let (held, bytes) = read.ok_or_else(|| trouble(AttachmentTrouble::NotHere))?;
    Ok(AttachmentBytes { data: STANDARD.encode(bytes), bytes: held.bytes })
}

/// All of an attachment, with the name its file should have.
pub(crate) fn whole(
    office: &Office,
    case: RecordId,
    id: FactId,
) -> Result<(String, Vec<u8>), Fault> {
    let found = attachment(office, case, id)?.details;
    let read = chunks(office, found.whole.blob, 0, usize::MAX)?;
    let whole =
        read.filter(|(held, bytes)| u64::try_from(bytes.len()).is_ok_and(|n| n == held.bytes));
    let (_, bytes) = whole.ok_or_else(|| trouble(AttachmentTrouble::NotHere))?;
    let is_plain = |c: &char| !c.is_control() && !"/\\:*?\"<>|".contains(*c);
    let name: String = found.name.chars().filter(is_plain).take(80).collect();
    Ok((format!("{name}.{}", projector::word(&found.form).replace("jpeg", "jpg")), bytes))
}

/// Asks that an attachment comes before others.
pub(crate) fn ask(office: &Office, request: &AttachmentAsk) -> Result<CaseView, Fault> {
    let found = attachment(office, request.case, request.attachment)?;
    let now_ms = signed(office.now_ms());
    office.store.write(|tx| -> Result<(), Fault> {
        for blob in found.blobs() {
            tx.ask_for_blob(blob.blob, now_ms)?;
        }
        Ok(())
    })?;
    cases::get(office, &CaseGet { case: request.case })
}

/// The note of an attachment that left as a file.
pub(crate) fn exported(case: RecordId) -> Deed {
    Deed::exported(FileKind::Attachment).record(case)
}
