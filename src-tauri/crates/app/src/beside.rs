//! Work that goes on beside everything else: the look at what is stored, the residue of what was
//! erased, the backup of the day. One at a time, while the profile is open.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// Work on a thread of its own, until it is done or this is dropped, which waits for its end.
pub(crate) struct Beside {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Beside {
    /// Begins; the work asks again and again whether it may go on. A computer that gives no thread
    /// goes without.
    pub(crate) fn begin(name: &str, work: impl FnOnce(&dyn Fn() -> bool) + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = stop.clone();
        let body = move || work(&|| !asked.load(Ordering::Relaxed));
        let thread = thread::Builder::new().name(name.into()).spawn(body);
        Self { stop, thread: thread.ok() }
    }

    /// Whether it is done.
    pub(crate) fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It ends by itself; had it panicked, there would be nothing to save.
            let _ = thread.join();
        }
    }
}
