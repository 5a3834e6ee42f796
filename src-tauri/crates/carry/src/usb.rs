//! Sticks and files: read through a private copy, written under a temporary name and read back.
//!
//! A stick is never trusted: links are not followed, only plain files of a bounded size are read,
//! and what was copied is what is verified, so that nothing can be swapped in between.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::patience::patiently;

/// The folder on a stick.
pub const FOLDER: &str = "PINGLI";

/// The ending of packets.
pub const PACKET: &str = "PLP";

/// The ending of what is being written.
pub const TEMPORARY: &str = "TMP";

/// The ending of invitations.
pub const INVITATION: &str = "PLI";

/// How much of a file is copied at once.
const PIECE_BYTES: usize = 256 * 1024;

/// The most files of a folder that are looked at.
const FILES_MAX: usize = 2000;

/// A stick that is inserted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inserted {
    /// What people call it.
    pub name: String,
    /// Where it is mounted.
    pub path: PathBuf,
    /// Free bytes.
    pub free: u64,
}

/// The sticks that are inserted now.
#[must_use]
pub fn sticks() -> Vec<Inserted> {
    let disks = sysinfo::Disks::new_with_refreshed_list();
    let mut found: Vec<Inserted> = disks
        .iter()
        .filter(|disk| disk.is_removable())
        .map(|disk| Inserted {
            name: label(disk.mount_point(), &disk.name().to_string_lossy()),
            path: disk.mount_point().to_path_buf(),
            free: free(disk.mount_point()).unwrap_or_else(|| disk.available_space()),
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The bytes that may still be written to the disk that a folder lies on; `None` where the system
/// does not say.
#[must_use]
pub fn free(folder: &Path) -> Option<u64> {
    #[cfg(unix)]
    {
        let held = rustix::fs::statvfs(folder).ok()?;
        Some(held.f_bavail.saturating_mul(held.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let disks = sysinfo::Disks::new_with_refreshed_list();
        let holds = disks.iter().filter(|disk| folder.starts_with(disk.mount_point()));
        let nearest = holds.max_by_key(|disk| disk.mount_point().as_os_str().len());
        nearest.map(sysinfo::Disk::available_space)
    }
}

fn label(mount: &Path, device: &str) -> String {
    let folder = mount.file_name().map(|name| name.to_string_lossy().into_owned());
    folder.filter(|name| !name.is_empty()).unwrap_or_else(|| device.to_owned())
}

/// What tells this computer from another.
#[must_use]
pub fn machine() -> Option<String> {
    machine_uid::get().ok().map(|id| blake3::hash(id.as_bytes()).to_hex().to_string())
}

/// A plain file in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its path below the folder that was searched, with `/`.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written, as the stick says, in milliseconds since 1970; 0 where it does not.
    pub written_ms: u64,
}

/// The packets and invitations on a stick, by name. Links and folders in disguise are passed
/// over, and so is everything that is not ours.
#[must_use]
pub fn find(stick: &Path) -> Vec<Found> {
    let mut found = Vec::new();
    search(stick, "", &mut found);
    if !is_folder(&stick.join(FOLDER)) {
        found.sort_by(|a, b| a.name.cmp(&b.name));
        return found;
    }
    search(&stick.join(FOLDER), FOLDER, &mut found);
    let folders = fs::read_dir(stick.join(FOLDER)).into_iter().flatten().flatten();
    for folder in folders.take(FILES_MAX) {
        let is_folder = folder.file_type().is_ok_and(|t| t.is_dir());
        let name = folder.file_name().to_string_lossy().into_owned();
        if is_folder && name.len() == 8 && name.is_ascii() {
            search(&folder.path(), &format!("{FOLDER}/{name}"), &mut found);
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// Whether a path is a folder itself, and no link to one.
fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

fn search(folder: &Path, below: &str, found: &mut Vec<Found>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().take(FILES_MAX) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ending = Path::new(&name).extension().map(|e| e.to_string_lossy().to_uppercase());
        let is_ours = ending.is_some_and(|e| e == PACKET || e == INVITATION);
        let is_plain = entry.file_type().is_ok_and(|t| t.is_file());
        if let (true, true, Ok(meta)) = (is_ours, is_plain, entry.metadata()) {
            let name = if below.is_empty() { name } else { format!("{below}/{name}") };
            found.push(Found { name, bytes: meta.len(), written_ms: written_ms(&meta) });
        }
    }
}

fn written_ms(meta: &fs::Metadata) -> u64 {
    let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or(0)
}

/// Opens a file without following a link and without waiting for a pipe.
///
/// # Errors
/// `InvalidInput` for anything but a plain file, and whatever the medium says.
pub fn open_plain(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        options.custom_flags(i32::try_from(flags.bits()).unwrap_or(0));
    }
    let opened = patiently(|| options.open(path));
    let file = opened.map_err(|error| match error.raw_os_error() {
        // A link is not a file of ours.
        Some(code) if code == too_many_links() => io::ErrorKind::InvalidInput.into(),
        _ => error,
    })?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

#[cfg(unix)]
const fn too_many_links() -> i32 {
    rustix::io::Errno::LOOP.raw_os_error()
}

#[cfg(not(unix))]
const fn too_many_links() -> i32 {
    i32::MIN
}

/// Copies a file from outside into a private folder, and opens the copy. The copy vanishes when
/// it is closed.
///
/// # Errors
/// `InvalidInput` for anything but a plain file, `FileTooLarge` beyond `bytes_max`, and whatever
/// the medium says.
pub fn copy_in(path: &Path, private: &Path, bytes_max: u64) -> io::Result<File> {
    let source = open_plain(path)?;
    if source.metadata()?.len() > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    fs::create_dir_all(private)?;
    let mut copy = tempfile::tempfile_in(private)?;
    // The file may grow while it is read.
    let copied = io::copy(&mut (&source).take(bytes_max.saturating_add(1)), &mut copy)?;
    if copied > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    copy.rewind()?;
    Ok(copy)
}

/// Writes and hashes at once.
struct Hashing<W> {
    inner: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(u64::try_from(count).unwrap_or(0));
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Writes a file so that it is either there and whole, or not there: under a temporary name,
/// synced, read back past the cache, renamed.
///
/// # Errors
/// `InvalidData` if what was read back is not what was written; whatever the medium or the
/// closure says. Nothing is left behind.
pub fn write_verified(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Carried> {
    if is_led_astray(folder) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    fs::create_dir_all(folder)?;
    let stem: String = name.chars().take_while(|c| *c != '.').collect();
    let temporary = folder.join(format!("{stem}.{TEMPORARY}"));
    let written = write_and_read_back(&temporary, write).and_then(|written| {
        patiently(|| fs::rename(&temporary, folder.join(name)))?;
        Ok(written)
    });
    match written {
        Ok(written) => {
            sync_folder(folder);
            Ok(written)
        }
        Err(error) => {
            // The medium may be gone; then there is nothing to remove either.
            let _ = patiently(|| fs::remove_file(&temporary));
            Err(error)
        }
    }
}

/// What was written or copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Its size.
    pub bytes: u64,
    /// The BLAKE3 of all of it.
    pub hash: [u8; 32],
}

/// Copies a plain file into a folder, as [`write_verified`] writes. `tick` hears of every piece.
///
/// # Errors
/// As [`copy_in`] and [`write_verified`], and `tick`'s own.
pub fn copy_over(
    from: &Path,
    (folder, name): (&Path, &str),
    bytes_max: u64,
    mut tick: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<Carried> {
    let source = open_plain(from)?;
    if source.metadata()?.len() > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    // The file may grow while it is read.
    let mut source = source.take(bytes_max);
    let mut piece = vec![0; PIECE_BYTES];
    write_verified(folder, name, |out| {
        loop {
            let count = source.read(&mut piece)?;
            let read = piece.get(..count).unwrap_or_default();
            if read.is_empty() {
                return Ok(());
            }
            out.write_all(read)?;
            tick(u64::try_from(count).unwrap_or(0))?;
        }
    })
}

/// Reads a file that was written once more past the cache: on a stick that claims to hold more than
/// it does, what is written later overwrites what was written before.
///
/// # Errors
/// `InvalidData` if it is not what was written; whatever the medium says.
pub fn read_back(path: &Path, written: &Carried) -> io::Result<()> {
    let file = open_plain(path)?;
    forget_cache(&file);
    let mut back = blake3::Hasher::new();
    back.update_reader(file)?;
    let is_whole = back.finalize().as_bytes() == &written.hash;
    if is_whole { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// The plain files in a folder that have names as packets have them, eight letters or digits and
/// an ending. In a folder that leads off the stick there are none.
#[must_use]
pub fn named(folder: &Path, ending: &str) -> Vec<String> {
    if is_led_astray(folder) {
        return Vec::new();
    }
    let is_ours = |name: &String| {
        let parts = name.split_once('.');
        parts.is_some_and(|(stem, end)| {
            let is_plain = stem.chars().all(|c| c.is_ascii_alphanumeric());
            is_plain && (8..=10).contains(&stem.len()) && end.eq_ignore_ascii_case(ending)
        })
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().take(FILES_MAX);
    let plain = entries.filter(|entry| entry.file_type().is_ok_and(|t| t.is_file()));
    plain.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(is_ours).collect()
}

/// Removes a file that [`named`] named.
///
/// # Errors
/// `InvalidInput` in a folder that leads off the stick; whatever the medium says.
pub fn remove(folder: &Path, name: &str) -> io::Result<()> {
    if is_led_astray(folder) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    patiently(|| fs::remove_file(folder.join(name)))
}

/// Reads a small plain file, at most `bytes_max`.
///
/// # Errors
/// As [`copy_in`].
pub fn read_plain(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let source = open_plain(path)?;
    let mut bytes = Vec::new();
    (&source).take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if count > bytes_max { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

/// Whether our folder on a stick, or one below it, is a link: it leads off the stick.
#[must_use]
pub fn is_led_astray(folder: &Path) -> bool {
    let is_ours = |path: &&Path| path.iter().any(|part| part == FOLDER);
    folder.ancestors().take_while(is_ours).any(Path::is_symlink)
}

fn write_and_read_back(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<Carried> {
    // What lies under the temporary name is a leftover, or a link that leads elsewhere: it goes,
    // and nothing that came in between is written through.
    match patiently(|| fs::remove_file(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = patiently(|| OpenOptions::new().write(true).create_new(true).open(path))?;
    let mut out = Hashing { inner: BufWriter::new(file), hasher: blake3::Hasher::new(), bytes: 0 };
    write(&mut out)?;
    out.flush()?;
    let file = out.inner.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    drop(file);
    let written = Carried { bytes: out.bytes, hash: *out.hasher.finalize().as_bytes() };
    read_back(path, &written)?;
    Ok(written)
}

/// Asks the system to read the file from the medium next time, not from memory.
fn forget_cache(file: &File) {
    #[cfg(target_os = "linux")]
    {
        // Advice only: where it is not taken, the check reads from memory and is weaker.
        let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

fn sync_folder(folder: &Path) {
    // FAT knows no such thing; the file itself is synced already.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_and_whole_or_not_there() {
        let stick = tempfile::tempdir().unwrap();
        let written =
            write_verified(stick.path(), "AB01.PLP", |out| out.write_all(b"packet")).unwrap();
        assert_eq!((written.bytes, written.hash), (6, *blake3::hash(b"packet").as_bytes()));
        let path = stick.path().join("AB01.PLP");
        read_back(&path, &written).unwrap();
        fs::write(&path, b"racket").unwrap();
        let other = read_back(&path, &written).unwrap_err();
        assert_eq!(other.kind(), io::ErrorKind::InvalidData, "it was overwritten since");
        fs::write(&path, b"packet").unwrap();
        assert_eq!(fs::read(stick.path().join("AB01.PLP")).unwrap(), b"packet");
        let failed = write_verified(stick.path(), "AB02.PLP", |out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        let names: Vec<_> =
            fs::read_dir(stick.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["AB01.PLP"], "nothing is left behind");
    }

    #[test]
    fn only_plain_files_are_read_and_only_up_to_a_size() {
        let stick = tempfile::tempdir().unwrap();
        let private = tempfile::tempdir().unwrap();
        let path = |name: &str| stick.path().join(name);
        fs::write(path("good.plp"), b"12345").unwrap();
        fs::create_dir(path("folder.plp")).unwrap();
        let read = |name: &str, max| {
            let mut text = String::new();
            copy_in(&path(name), private.path(), max)?.read_to_string(&mut text)?;
            io::Result::Ok(text)
        };
        assert_eq!(read("good.plp", 5).unwrap(), "12345");
        assert_eq!(read("good.plp", 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read("folder.plp", 9).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read("missing.plp", 9).unwrap_err().kind(), io::ErrorKind::NotFound);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/etc/passwd", path("link.plp")).unwrap();
            assert_eq!(read("link.plp", 99_999).unwrap_err().kind(), io::ErrorKind::InvalidInput);
            let fifo = path("pipe.plp");
            rustix::fs::mknodat(
                rustix::fs::CWD,
                &fifo,
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::from_raw_mode(0o600),
                0,
            )
            .unwrap();
            assert_eq!(read("pipe.plp", 9).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        assert_eq!(fs::read_dir(private.path()).unwrap().count(), 0, "copies vanish");
    }

    #[test]
    fn a_file_is_copied_whole_or_not_at_all() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let from = here.path().join("pingli.db");
        let bytes: Vec<u8> = (0..=250).cycle().take(3 * PIECE_BYTES + 7).collect();
        fs::write(&from, &bytes).unwrap();
        let most = u64::try_from(bytes.len()).unwrap();
        let to = (there.path(), "pingli.db");
        let mut pieces = 0;
        let copied = copy_over(&from, to, most, |_| {
            pieces += 1;
            Ok(())
        });
        assert_eq!(copied.unwrap().hash, *blake3::hash(&bytes).as_bytes());
        assert_eq!((pieces, fs::read(there.path().join("pingli.db")).unwrap()), (4, bytes));
        let stopped =
            copy_over(
                &from,
                (there.path(), "other.db"),
                most,
                |_| Err(io::ErrorKind::Other.into()),
            );
        assert!(stopped.is_err());
        let large = copy_over(&from, (there.path(), "other.db"), most - 1, |_| Ok(()));
        assert_eq!(large.unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(read_plain(&from, 9).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(fs::read_dir(there.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_or_listed_through_a_link() {
        use std::os::unix::fs::symlink;
        let (stick, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let victim = home.path().join("profile.json");
        fs::write(&victim, b"mine").unwrap();
        fs::write(home.path().join("A1.PLP"), b"mine").unwrap();
        // The temporary name is a link to a file of this computer.
        symlink(&victim, stick.path().join("AB01.TMP")).unwrap();
        write_verified(stick.path(), "AB01.PLP", |out| out.write_all(b"packet")).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        assert!(!stick.path().join("AB01.PLP").is_symlink());
        // So is the name itself.
        symlink(&victim, stick.path().join("AB02.PLP")).unwrap();
        write_verified(stick.path(), "AB02.PLP", |out| out.write_all(b"packet")).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"mine");
        // Our folder leads off the stick, or one within it does.
        symlink(home.path(), stick.path().join(FOLDER)).unwrap();
        assert!(find(stick.path()).iter().all(|file| !file.name.starts_with(FOLDER)));
        for folder in [stick.path().join(FOLDER), stick.path().join(FOLDER).join("ABCDEFGH")] {
            let written = write_verified(&folder, "AB03.PLP", |out| out.write_all(b"packet"));
            assert_eq!(written.unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2, "nothing came there");
    }

    #[cfg(unix)]
    #[test]
    fn what_was_copied_is_what_is_read_though_the_file_is_swapped() {
        let (stick, private) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = stick.path().join("AB01.PLP");
        fs::write(&path, b"first").unwrap();
        let mut copy = copy_in(&path, private.path(), 99).unwrap();
        // Written over, renamed over, taken away: all after the copy was made.
        fs::write(&path, b"SWAPPED").unwrap();
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
        let mut text = String::new();
        copy.read_to_string(&mut text).unwrap();
        assert_eq!(text, "first");
        assert_eq!(
            copy_in(&path, private.path(), 99_999).unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
    }

    #[test]
    fn what_is_not_ours_is_passed_over() {
        let stick = tempfile::tempdir().unwrap();
        let ours = stick.path().join(FOLDER).join("ABCDEFGH");
        fs::create_dir_all(&ours).unwrap();
        fs::write(ours.join("X1.PLP"), b"1").unwrap();
        fs::write(ours.join("X1.TMP"), b"1").unwrap();
        fs::write(stick.path().join("photo.jpg"), b"1").unwrap();
        fs::write(stick.path().join("join.pli"), b"12").unwrap();
        let names: Vec<_> = find(stick.path()).into_iter().map(|f| (f.name, f.bytes)).collect();
        assert_eq!(names, [("PINGLI/ABCDEFGH/X1.PLP".to_owned(), 1), ("join.pli".to_owned(), 2)]);
    }
}
