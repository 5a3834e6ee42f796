//! Long commands: how far they are, and how to stop them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::topic::Topic;

/// What the user interface is told without asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Event {
    /// Something changed; what was read under these topics is stale.
    Changed {
        /// The topics.
        topics: Vec<Topic>,
    },
    /// A long command goes on.
    Progress {
        /// The name the caller gave the call.
        call: String,
        /// What it is doing.
        phase: Phase,
        /// How much is done.
        done: u64,
        /// Of how much, where that is known.
        total: Option<u64>,
    },
}

/// What a long command is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum Phase {
    /// Reading and checking.
    Checking,
    /// Receiving entries.
    Receiving,
    /// Sending entries.
    Sending,
    /// Building documents and lists.
    Building,
    /// The same, of records that stand in the lists already as another computer lent them.
    Proving,
    /// Writing to a stick and reading back.
    Writing,
    /// Looking for other computers.
    Searching,
    /// Making example cases.
    Inventing,
    /// Copying the whole profile.
    Copying,
    /// Drawing a picture anew.
    Drawing,
    /// Moving the bytes of attachments.
    Attachments,
}

/// Who listens to events.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// The calls under way that can be stopped.
#[derive(Default)]
pub struct Calls {
    running: Mutex<BTreeMap<String, Arc<AtomicBool>>>,
}

impl Calls {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<AtomicBool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a call under a name.
    #[must_use]
    pub fn begin(&self, name: Option<&str>, listener: Option<Listener>) -> Progress {
        let stopped = Arc::new(AtomicBool::new(false));
        if let Some(name) = name {
            self.lock().insert(name.to_owned(), stopped.clone());
        }
        Progress { name: name.map(str::to_owned), stopped, listener }
    }

    /// Ends a call.
    pub fn end(&self, name: Option<&str>) {
        if let Some(name) = name {
            self.lock().remove(name);
        }
    }

    /// Whether a call is at work.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !self.lock().is_empty()
    }

    /// Asks a call to stop; says whether there was one.
    pub fn cancel(&self, name: &str) -> bool {
        match self.lock().get(name) {
            Some(stopped) => {
                stopped.store(true, Ordering::SeqCst);
                true
            }
            None => false,
        }
    }

    /// Asks every call to stop.
    pub fn cancel_all(&self) {
        for stopped in self.lock().values() {
            stopped.store(true, Ordering::SeqCst);
        }
    }
}

/// One call's way of saying how far it is, and of hearing that it should stop.
#[derive(Clone)]
pub struct Progress {
    name: Option<String>,
    stopped: Arc<AtomicBool>,
    listener: Option<Listener>,
}

impl Progress {
    /// One that nobody watches.
    #[must_use]
    pub fn unwatched() -> Self {
        Self { name: None, stopped: Arc::new(AtomicBool::new(false)), listener: None }
    }

    /// Says how far the call is.
    pub fn at(&self, phase: Phase, done: u64, total: Option<u64>) {
        if let (Some(call), Some(listener)) = (&self.name, &self.listener) {
            listener(Event::Progress { call: call.clone(), phase, done, total });
        }
    }

    /// Asks whoever goes on to stop.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Stops here if the person asked to.
    ///
    /// # Errors
    /// [`Fault::Cancelled`].
    pub fn check(&self) -> Result<(), Fault> {
        if self.is_stopped() { Err(Fault::Cancelled) } else { Ok(()) }
    }

    /// Whether the person asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}
