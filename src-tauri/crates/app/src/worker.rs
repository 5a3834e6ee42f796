//! Children of ours: parsers of what strangers made run in a process with limits of its own. What
//! it does not survive (a crash, memory or time without end) costs nothing but the child.
//!
//! The program that runs is our own, called with the name of a [`Task`]; it sets its limits, says
//! so with [`WORD`], and does what the task does with what it is sent.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::attachments::picture;
use crate::forms::{setting, word};
use crate::ledgers::grid;
use crate::trial;

/// The child's word that its limits are set.
pub(crate) const WORD: [u8; 1] = [b'.'];

/// How long a request of the bounded shape may be, in bytes.
const REQUEST_BYTES_MAX: usize = setting::REQUEST_BYTES_MAX;

/// How often whoever waits for a child asks whether to go on.
const LOOK: Duration = Duration::from_millis(100);

/// What a child does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Tries changes of records.
    TryChanges,
    /// Draws a picture anew.
    DrawPicture,
    /// Reads a spreadsheet.
    ReadTable,
    /// Sets a form.
    SetForm,
    /// Reads and fills a template made in Word.
    FillWord,
    /// Sets the whole file of a case.
    BindFile,
}

impl Task {
    const ALL: [Self; 6] = [
        Self::TryChanges,
        Self::DrawPicture,
        Self::ReadTable,
        Self::SetForm,
        Self::FillWord,
        Self::BindFile,
    ];

    /// The argument that makes a program of ours such a child.
    #[must_use]
    pub const fn argument(self) -> &'static str {
        match self {
            Self::TryChanges => "try-changes",
            Self::DrawPicture => "draw-picture",
            Self::ReadTable => "read-table",
            Self::SetForm => "set-form",
            Self::FillWord => "fill-word",
            Self::BindFile => "bind-file",
        }
    }

    /// The task that an argument names, if it names one.
    #[must_use]
    pub fn named(argument: &std::ffi::OsStr) -> Option<Self> {
        Self::ALL.into_iter().find(|task| argument == task.argument())
    }

    /// How much memory the child may take beyond what it has when it begins, in bytes.
    #[cfg(target_os = "linux")]
    const fn memory_bytes_max(self) -> u64 {
        match self {
            Self::TryChanges => 256 * 1024 * 1024,
            Self::DrawPicture => picture::MEMORY_BYTES_MAX,
            Self::ReadTable => grid::MEMORY_BYTES_MAX,
            Self::SetForm => setting::FORM_MEMORY_BYTES_MAX,
            Self::FillWord => word::MEMORY_BYTES_MAX,
            Self::BindFile => setting::FILE_MEMORY_BYTES_MAX,
        }
    }

    /// How long the child may compute, in seconds.
    #[cfg(unix)]
    const fn cpu_seconds_max(self) -> u64 {
        match self {
            Self::BindFile => 900,
            _ => 60,
        }
    }

    /// What the child does: sets its limits, says so, and works on whatever comes until nothing
    /// more does.
    ///
    /// # Errors
    /// The limits cannot be set, what comes is no request, or whoever asks is gone.
    pub fn serve(self, input: impl Read, mut output: impl Write) -> io::Result<()> {
        self.limit()?;
        output.write_all(&WORD)?;
        output.flush()?;
        match self {
            Self::TryChanges => trial::serve(input, output),
            Self::DrawPicture => picture::serve(input, output),
            Self::ReadTable => grid::serve(input, output),
            Self::SetForm | Self::BindFile => setting::serve(input, output),
            Self::FillWord => word::serve(input, output),
        }
    }

    /// Takes from this process what a parser does not need: more memory, time, files.
    #[cfg(unix)]
    fn limit(self) -> io::Result<()> {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let at_most = |resource, count| {
            setrlimit(resource, Rlimit { current: Some(count), maximum: Some(count) })
        };
        #[cfg(target_os = "linux")]
        {
            // What the program and its libraries take before anything is tried.
            let sizes = std::fs::read_to_string("/proc/self/statm")?;
            let pages = sizes.split(' ').next().and_then(|pages| pages.parse::<u64>().ok());
            let page_bytes = u64::try_from(rustix::param::page_size()).unwrap_or(u64::MAX);
            let taken = pages.unwrap_or(0).saturating_mul(page_bytes);
            at_most(Resource::As, taken.saturating_add(self.memory_bytes_max()))?;
        }
        at_most(Resource::Cpu, self.cpu_seconds_max())?;
        at_most(Resource::Core, 0)?;
        at_most(Resource::Fsize, 0)?;
        // No further file, no socket.
        at_most(Resource::Nofile, 0)?;
        Ok(())
    }

    /// Nothing can be limited here: a crash still costs the child alone, and so does a loop.
    #[cfg(not(unix))]
    fn limit(self) -> io::Result<()> {
        Ok(())
    }
}

/// A program of ours that becomes a child.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    program: PathBuf,
}

/// A child and the two ends of what is said.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) input: ChildStdin,
    pub(crate) output: ChildStdout,
}

impl Worker {
    pub(crate) const fn by(program: PathBuf) -> Self {
        Self { program }
    }

    /// Starts a child.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn begin(&self, task: Task) -> io::Result<Running> {
        let mut child = Command::new(&self.program)
            .arg(task.argument())
            .env_remove("PINGLI_PASSPHRASE")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Running { child, input, output }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Sends a child one request and reads what it answers, at most so many bytes; `None` where it
    /// did not survive that, or not in time.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn ask(
        &self,
        task: Task,
        request: &[u8],
        answer_bytes_max: u64,
        patience: Duration,
    ) -> io::Result<Option<Vec<u8>>> {
        self.ask_until(task, request, answer_bytes_max, patience, &|| false)
    }

    /// As [`Worker::ask`], and no longer than until somebody says that it should stop.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn ask_until(
        &self,
        task: Task,
        request: &[u8],
        answer_bytes_max: u64,
        patience: Duration,
        is_stopped: &dyn Fn() -> bool,
    ) -> io::Result<Option<Vec<u8>>> {
        let Running { mut child, mut input, mut output } = self.begin(task)?;
        let answer = thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            scope.spawn(move || {
                let mut answer = Vec::new();
                let read = output.by_ref().take(answer_bytes_max).read_to_end(&mut answer);
                let _ = tell.send(read.map(|_| answer));
            });
            scope.spawn(move || {
                // A child that is gone is noticed by its silence.
                let _ = write_request(&mut input, request);
            });
            let mut left = patience;
            let answer = loop {
                match told.recv_timeout(LOOK.min(left)) {
                    Err(mpsc::RecvTimeoutError::Timeout) if !left.is_zero() && !is_stopped() => {
                        left = left.saturating_sub(LOOK);
                    }
                    answer => break answer,
                }
            };
            // It has done its work or will never do it; both threads end with it.
            let _ = child.kill();
            answer
        });
        child.wait()?;
        let answer = answer.ok().and_then(Result::ok);
        Ok(answer.and_then(|answer| answer.strip_prefix(&WORD).map(<[u8]>::to_vec)))
    }
}

/// Writes a request: its length, four bytes, big endian, and its bytes.
pub(crate) fn write_request(output: &mut impl Write, request: &[u8]) -> io::Result<()> {
    let length = u32::try_from(request.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(request)
}

/// A head and what follows it, as both ends of a child say it: the length of the head's JSON, four
/// bytes, big endian; the JSON; the bytes.
///
/// # Errors
/// The head is no JSON, or too long.
pub(crate) fn with_head(head: &impl Serialize, bytes: &[&[u8]]) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    write_request(&mut all, &serde_json::to_vec(head)?)?;
    bytes.iter().for_each(|bytes| all.extend_from_slice(bytes));
    Ok(all)
}

/// Takes the head off; leaves what follows it.
///
/// # Errors
/// There is none, or it is not what is expected.
pub(crate) fn take_head<T: DeserializeOwned>(all: &mut &[u8]) -> io::Result<T> {
    let head = read_request(all, REQUEST_BYTES_MAX)?.ok_or(io::ErrorKind::InvalidData)?;
    Ok(serde_json::from_slice(&head)?)
}

/// Reads a request of at most so many bytes; `None` where nothing more comes.
pub(crate) fn read_request(input: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > most.min(REQUEST_BYTES_MAX) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut request = vec![0; length];
    input.read_exact(&mut request)?;
    Ok(Some(request))
}
