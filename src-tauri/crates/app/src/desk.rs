//! A desk: one profile on one computer, and the one door through which every host calls it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::Duration;

use domain::audit::{Deed, FileKind};
use serde_json::Value;
use trust::seal::Cost;

use crate::attachments::{self, AttachmentSave};
use crate::audit;
use crate::backup::restoring;
use crate::beside::Beside;
use crate::catalogue::{self, CatalogueView};
use crate::clock::{Clock, Entropy, SystemClock, SystemEntropy, today};
use crate::commands::{
    self, DemoStart, FilePick, FilePicked, FileSaved, RecordExportAutomerge, StickFileView,
    StickView, Sticks,
};
use crate::demo;
use crate::exchange::{
    self, CourierMoved, CourierStick, Lan, LanAutomaticSet, LanDiagnosis, LanExchange,
    LanExchanged, LanListen, LanPeers, LanState, PacketExport, PacketExported, PacketFrom,
    PacketImported, PacketView,
};
use crate::fault::{Fault, FileTrouble, file_fault};
use crate::host::{CommandLine, Host, Place, Stick};
use crate::ledgers::grid::{self, Grid};
use crate::ledgers::importing::{
    self, TableImport, TableImported, TableRead, TableRestExport, TableView,
};
use crate::ledgers::lists::{self as listing, ListExport};
use crate::ledgers::{self, StatisticsExport};
use crate::office::Office;
use crate::organisation::{
    self, Ground, InvitationAccept, InvitationAccepted, InvitationCreate, InvitationCreated,
    OrgCreate, OrgCreated,
};
use crate::preferences::{self, Preferences};
use crate::progress::{Calls, Event, Listener, Progress};
use crate::projector;
use crate::rights;
use crate::scrub;
use crate::settings;
use crate::status::{self, HostView, ProfileState, StatusView};
use crate::vault;

mod backups;
mod door;
mod keyring;
mod lists;
mod papers;
mod presence;
#[cfg(test)]
mod tests;

use keyring::Asked;
use presence::Presence;

/// The folder of the practice profile, inside the home folder.
const DEMO: &str = "demo";

/// How many example cases there are unless said otherwise.
const DEMO_CASES: u32 = 200;

/// The most example cases.
const DEMO_CASES_MAX: u32 = 200_000;

/// How often is looked whether a locked profile is free, and the time between two looks: ten
/// seconds in all.
const GLANCES: u32 = 500;
const GLANCE: Duration = Duration::from_millis(20);

/// What a desk is put together from.
pub struct DeskOptions {
    /// Where the profile lives.
    pub home: PathBuf,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// The surroundings.
    pub host: Arc<dyn Host>,
    /// How dear it is to try a new passphrase; found out on this computer if absent.
    pub cost: Option<Cost>,
    /// Who hears of events.
    pub listener: Option<Listener>,
    /// The program that parses what others wrote or made, called with the name of a
    /// [`crate::worker::Task`]; without one only panics are caught.
    pub worker: Option<PathBuf>,
}

impl DeskOptions {
    /// The command line's desk in a home folder.
    #[must_use]
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self {
            home: home.into(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            host: Arc::new(CommandLine),
            cost: None,
            listener: None,
            worker: None,
        }
    }
}

/// A desk.
pub struct Desk {
    options: DeskOptions,
    /// The folder of the profile in use: the home folder, or the practice profile inside it.
    folder: Mutex<PathBuf>,
    office: RwLock<Option<Arc<Office>>>,
    /// The profile that was locked last: meetings and calls let go of it a little later.
    leaving: Mutex<Weak<()>>,
    /// Whoever tries a passphrase or changes the vault does so alone.
    turn: Mutex<()>,
    presence: Presence,
    keyring: Asked,
    calls: Calls,
    lan: Lan,
    /// What goes on beside everything else while the profile is open. Before the office goes, it
    /// ends.
    chore: Mutex<Option<Beside>>,
    /// What was picked in native dialogs since the program started, by the names the page knows.
    picked: Mutex<BTreeMap<String, PathBuf>>,
}

/// What a command knows of the call it serves.
pub struct Call {
    /// How far it is, and whether it should stop.
    pub progress: Progress,
}

impl Desk {
    /// A desk; nothing is opened yet.
    #[must_use]
    pub fn new(options: DeskOptions) -> Self {
        if let Err(error) = restoring::resume(&options.home) {
            // Whoever unlocks is told.
            tracing::error!(%error, "what was being restored is not finished");
        }
        Self {
            folder: Mutex::new(options.home.clone()),
            keyring: Asked::new(options.host.keyring()),
            options,
            office: RwLock::new(None),
            leaving: Mutex::default(),
            turn: Mutex::default(),
            presence: Presence::default(),
            calls: Calls::default(),
            lan: Lan::default(),
            chore: Mutex::default(),
            picked: Mutex::default(),
        }
    }

    /// Runs a command. `id` is the caller's name for the call, under which it hears of progress
    /// and may stop it. A mistake of ours never takes the program down.
    ///
    /// # Errors
    /// The command's own.
    pub fn call(&self, name: &str, payload: Value, id: Option<&str>) -> Result<Value, Fault> {
        let row =
            commands::row(name).ok_or_else(|| Fault::UnknownCommand { name: name.to_owned() })?;
        let payload = if payload.is_null() { Value::Object(Default::default()) } else { payload };
        self.tend();
        self.note_act(row);
        let progress = self.calls.begin(id, self.options.listener.clone());
        let call = Call { progress };
        let guarded = std::panic::AssertUnwindSafe(|| {
            rights::guard(self, row, payload, |payload| commands::route(self, name, payload, &call))
        });
        let result = std::panic::catch_unwind(guarded).unwrap_or_else(|panic| {
            let detail = panic.downcast_ref::<&str>().map_or("panic", |text| text);
            Err(Fault::internal(&std::io::Error::other(detail.to_owned())))
        });
        self.calls.end(id);
        if let (Err(fault), Ok(office)) = (&result, self.office())
            && let Err(error) = audit::note_refusal(&office, name, fault)
        {
            tracing::error!(%error, name, "a refusal could not be noted");
        }
        // What was stored before a fault is shown too.
        if !row.changes.is_empty() {
            self.lan.hurry(self.options.clock.now_ms());
            self.emit(Event::Changed { topics: row.changes.to_vec() });
        }
        result
    }

    fn emit(&self, event: Event) {
        if let Some(listener) = &self.options.listener {
            listener(event);
        }
    }

    /// Asks a call to stop; says whether there was one.
    pub(crate) fn cancel(&self, call: &str) -> bool {
        self.calls.cancel(call)
    }

    /// The open profile, for whoever sits at the desk.
    pub(crate) fn office(&self) -> Result<Arc<Office>, Fault> {
        match self.held() {
            Some(office) if office.is_attended() => Ok(office),
            Some(_) => Err(Fault::Locked),
            None if vault::exists(&self.folder()) => Err(Fault::Locked),
            None => Err(Fault::NoProfile),
        }
    }

    /// The profile that is open to other computers, whether or not somebody sits at the desk.
    fn held(&self) -> Option<Arc<Office>> {
        self.office.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn folder(&self) -> PathBuf {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_folder(&self, folder: PathBuf) {
        *self.folder.lock().unwrap_or_else(PoisonError::into_inner) = folder;
    }

    fn set_office(&self, office: Option<Arc<Office>>) {
        self.touch();
        if let Some(office) = &office {
            self.presence.note_opened();
            office.try_by(self.options.worker.as_ref());
            office.stand_in(self.options.host.clone());
        }
        let mut open = self.office.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = std::mem::replace(&mut *open, office) {
            *self.leaving.lock().unwrap_or_else(PoisonError::into_inner) = left.presence();
        }
    }

    /// Waits until nothing holds the profile any more that was locked here, so that it can be
    /// opened again or removed. Whoever waited in vain finds it in use.
    fn wait_until_left(&self) {
        let leaving = self.leaving.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for _ in 0..GLANCES {
            if leaving.strong_count() == 0 {
                return;
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Opens the office, and begins to look at what is stored in it, unless that goes on already.
    fn open_office(&self, office: Arc<Office>) {
        self.set_office(Some(office.clone()));
        self.lan.reopen(&office, self.options.listener.clone());
        let listener = self.options.listener.clone();
        let mut chore = self.chore.lock().unwrap_or_else(PoisonError::into_inner);
        chore.get_or_insert_with(|| {
            Beside::begin("pingli-scrub", move |goes_on| {
                scrub::beside(&office, listener.as_ref(), goes_on);
            })
        });
    }

    /// Whether nothing goes on beside everything else.
    pub(crate) fn chore_is_over(&self) -> bool {
        let chore = self.chore.lock().unwrap_or_else(PoisonError::into_inner);
        chore.as_ref().is_none_or(Beside::is_over)
    }

    /// Ends what goes on beside everything else.
    fn end_chore(&self) {
        drop(self.chore.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    fn ground<'a>(&self, home: &'a Path) -> Ground<'a> {
        Ground {
            home,
            clock: self.options.clock.clone(),
            entropy: self.options.entropy.clone(),
            machine: self.options.host.machine(),
            cost: self.options.cost,
        }
    }

    /// Where things stand.
    pub(crate) fn status(&self) -> Result<StatusView, Fault> {
        let host = &self.options.host;
        let now_ms = self.options.clock.now_ms();
        let office = match self.office() {
            Ok(office) => Some(office),
            Err(Fault::Locked | Fault::NoProfile) => None,
            Err(fault) => return Err(fault),
        };
        let folder = self.folder();
        Ok(StatusView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: HostView {
                name: host.name().to_owned(),
                can_pick: host.can_pick(),
                takes_paths: host.takes_paths(),
            },
            profile: match (&office, vault::exists(&folder)) {
                (Some(_), _) => ProfileState::Open,
                (None, true) => ProfileState::Locked,
                (None, false) => ProfileState::None,
            },
            is_demo: folder != self.options.home,
            is_answering: office.is_none() && self.held().is_some(),
            accounts: self.accounts(),
            keyring: self.keyring_view(),
            preferences: preferences::read(&self.options.home),
            today: today(now_ms),
            now_ms,
            office: match office {
                Some(office) => Some(status::office_view(&office, self.lan.state())?),
                None => None,
            },
        })
    }

    /// Keeps what this computer's screen remembers.
    pub(crate) fn set_preferences(&self, request: Preferences) -> Result<Preferences, Fault> {
        preferences::write(&self.options.home, request)
    }

    /// Founds a township.
    pub(crate) fn found(&self, request: &OrgCreate) -> Result<OrgCreated, Fault> {
        let folder = self.folder();
        restoring::resume(&folder)?;
        if vault::exists(&folder) {
            return Err(Fault::ProfileExists);
        }
        let (office, created) = organisation::create(&self.ground(&folder), request, false)?;
        self.set_office(Some(Arc::new(office)));
        Ok(created)
    }

    /// Joins with an invitation.
    pub(crate) fn join(&self, request: &InvitationAccept) -> Result<InvitationAccepted, Fault> {
        let folder = self.folder();
        restoring::resume(&folder)?;
        if vault::exists(&folder) {
            return Err(Fault::ProfileExists);
        }
        let path = self.resolve_file(&request.from)?;
        let bytes = read_small(&path, trust::invitation::FILE_BYTES_MAX)?;
        let (office, recovery) = organisation::accept(&self.ground(&folder), request, &bytes)?;
        let me = office.me();
        let names = office.store.read(|reader| crate::names::Names::read(&office, reader))?;
        let accepted = InvitationAccepted { unit: names.unit(me.unit), role: me.role, recovery };
        self.set_office(Some(Arc::new(office)));
        Ok(accepted)
    }

    /// Makes the practice profile and opens it. It never meets anybody.
    pub(crate) fn start_demo(
        &self,
        request: &DemoStart,
        progress: &Progress,
    ) -> Result<StatusView, Fault> {
        if self.office().is_ok() {
            return Err(Fault::ProfileExists);
        }
        let folder = self.options.home.join(DEMO);
        remove_folder(&folder)?;
        let cases = request.cases.unwrap_or(DEMO_CASES).min(DEMO_CASES_MAX);
        let seed = request.seed.unwrap_or(1);
        let office = demo::make(&self.ground(&folder), cases, seed, progress);
        match office {
            Ok(office) => {
                self.set_folder(folder);
                self.set_office(Some(Arc::new(office)));
                self.status()
            }
            Err(fault) => {
                remove_folder(&folder)?;
                Err(fault)
            }
        }
    }

    /// Leaves the practice profile and removes it.
    pub(crate) fn leave_demo(&self) -> Result<StatusView, Fault> {
        let folder = self.folder();
        if folder == self.options.home {
            return Err(Fault::NotHere);
        }
        self.lock()?;
        self.wait_until_left();
        remove_folder(&folder)?;
        self.set_folder(self.options.home.clone());
        self.status()
    }

    /// Makes an invitation and writes its file.
    pub(crate) fn invite(&self, request: &InvitationCreate) -> Result<InvitationCreated, Fault> {
        let office = self.office()?;
        if office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        let save = |name: &str, bytes: &[u8]| self.save(&request.to, name, bytes);
        let cost = self.options.cost.unwrap_or(Cost::CODE);
        let made = organisation::invite(&office, request, cost, save)?;
        audit::note(&office, Deed::exported(FileKind::Invitation).unit(made.unit.id))?;
        Ok(made)
    }

    /// Saves a record as a plain Automerge document.
    pub(crate) fn export_automerge(
        &self,
        request: &RecordExportAutomerge,
    ) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        let bytes = office.store.read(|reader| -> Result<Vec<u8>, Fault> {
            Ok(projector::load(reader, request.record)?.1.save())
        })?;
        let name = format!("{}.automerge", request.record);
        let saved = self.save(&request.to, &name, &bytes)?;
        audit::note(&office, Deed::exported(FileKind::Automerge).record(request.record))?;
        Ok(saved)
    }

    /// Saves an attachment as a file.
    pub(crate) fn save_attachment(&self, request: &AttachmentSave) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.resolve(&request.to)?;
        let (name, bytes) = attachments::whole(&office, request.case, request.attachment)?;
        let saved = self.save(&request.to, &name, &bytes)?;
        audit::note(&office, attachments::exported(request.case))?;
        Ok(saved)
    }

    /// Saves a list as a spreadsheet: what the command of its page answers whoever asks.
    pub(crate) fn export_list(
        &self,
        request: &ListExport,
        call: &Call,
    ) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.resolve(&request.to)?;
        let ask = |name: &str, payload: Value| {
            let unknown = || Fault::UnknownCommand { name: name.to_owned() };
            let row = commands::row(name).ok_or_else(unknown)?;
            rights::guard(self, row, payload, |payload| commands::route(self, name, payload, call))
        };
        let (name, bytes, count) = listing::file(&office, request, ask)?;
        let saved = self.save(&request.to, &name, &bytes)?;
        audit::note(&office, Deed::exported(request.list.noted_as()).count(count))?;
        Ok(saved)
    }

    /// Saves the table of a period as a spreadsheet.
    pub(crate) fn export_statistics(&self, request: &StatisticsExport) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        self.save_table(&office, &request.to, ledgers::statistics(&office, request)?)
    }

    /// The catalogue, with the years whose rest days are known here.
    pub(crate) fn catalogue(&self) -> Result<CatalogueView, Fault> {
        let mut view = catalogue::catalogue()?;
        if let Ok(office) = self.office() {
            view.holidays_until = office
                .store
                .read(|reader| settings::calendar(reader).map(|it| it.known_until()))?;
        }
        Ok(view)
    }

    /// Reads what a spreadsheet has.
    pub(crate) fn read_table(&self, request: &TableRead) -> Result<TableView, Fault> {
        let office = self.office()?;
        let grid = self.grid(&office, &request.from, request.sheet)?;
        importing::view(&office, &grid, request.sort)
    }

    /// Takes a spreadsheet over, or says what would become of it.
    pub(crate) fn import_table(
        &self,
        request: &TableImport,
        progress: &Progress,
    ) -> Result<TableImported, Fault> {
        let office = self.office()?;
        let grid = self.grid(&office, &request.from, request.sheet)?;
        importing::run(&office, &grid, request, progress)
    }

    /// Saves the rows of a spreadsheet that are not taken over.
    pub(crate) fn save_rest(&self, request: &TableRestExport) -> Result<FileSaved, Fault> {
        let office = self.office()?;
        let grid = self.grid(&office, &request.import.from, request.import.sheet)?;
        self.save_table(&office, &request.to, importing::rest(&office, &grid, request)?)
    }

    fn grid(&self, office: &Office, from: &Place, sheet: u16) -> Result<Grid, Fault> {
        let Resolved::Path(path) = self.resolve(from)? else {
            return Err(Fault::bad("from: a file"));
        };
        // One byte more, so that what is too large is told.
        let bytes = read_small(&path, grid::FILE_BYTES_MAX.saturating_add(1))?;
        grid::read_apart(office.worker(), &bytes, sheet).map_err(|reason| Fault::Table { reason })
    }

    fn save_table(
        &self,
        office: &Office,
        to: &Place,
        (name, bytes, count): ledgers::File,
    ) -> Result<FileSaved, Fault> {
        let saved = self.save(to, &name, &bytes)?;
        audit::note(office, Deed::exported(FileKind::Table).count(count))?;
        Ok(saved)
    }

    /// Writes a packet.
    pub(crate) fn export_packet(
        &self,
        request: &PacketExport,
        progress: &Progress,
    ) -> Result<PacketExported, Fault> {
        let office = self.office()?;
        let (folder, is_stick) = match self.resolve(&request.to)? {
            Resolved::Stick(stick) => (exchange::folder_for(&stick.path, request.unit), true),
            Resolved::Path(path) => (path, false),
        };
        let shows_paths = self.options.host.takes_paths();
        exchange::export(
            &office,
            request,
            &exchange::To { folder, is_stick, shows_paths },
            progress,
        )
    }

    /// The stick that is inserted under a name.
    fn stick(&self, id: &str) -> Result<Stick, Fault> {
        let found = self.options.host.sticks().into_iter().find(|stick| stick.id == id);
        found.ok_or_else(|| Fault::File { reason: FileTrouble::Gone, path: String::new() })
    }

    /// Takes along what lies on a stick for others.
    pub(crate) fn take_along(
        &self,
        request: &CourierStick,
        progress: &Progress,
    ) -> Result<CourierMoved, Fault> {
        exchange::take(&*self.office()?, &self.stick(&request.stick)?, progress)
    }

    /// Puts onto a stick what was taken along.
    pub(crate) fn put_along(
        &self,
        request: &CourierStick,
        progress: &Progress,
    ) -> Result<CourierMoved, Fault> {
        exchange::put(&*self.office()?, &self.stick(&request.stick)?, progress)
    }

    /// Looks into a packet.
    pub(crate) fn preview_packet(
        &self,
        request: &PacketFrom,
        progress: &Progress,
    ) -> Result<PacketView, Fault> {
        let office = self.office()?;
        let path = self.resolve_file(&request.from)?;
        let file = exchange::open_copy(&office.home, &path)?;
        exchange::preview(&office, request, file, progress)
    }

    /// Imports a packet.
    pub(crate) fn import_packet(
        &self,
        request: &PacketFrom,
        progress: &Progress,
    ) -> Result<PacketImported, Fault> {
        let office = self.office()?;
        let path = self.resolve_file(&request.from)?;
        let file = exchange::open_copy(&office.home, &path)?;
        exchange::import(&office, request, file, progress)
    }

    /// Opens or closes this computer to the others on the network.
    pub(crate) fn listen(&self, request: &LanListen) -> Result<LanState, Fault> {
        self.lan.listen(&self.office()?, self.options.listener.clone(), request)
    }

    /// Looks who is on the network.
    pub(crate) fn peers(&self, progress: &Progress) -> Result<LanPeers, Fault> {
        self.lan.peers(&self.office()?, progress)
    }

    /// Says why a computer is not found on the network.
    pub(crate) fn diagnose(&self, progress: &Progress) -> Result<LanDiagnosis, Fault> {
        self.lan.diagnose(&self.office()?, progress)
    }

    /// Lets this computer meet others by itself, or not.
    pub(crate) fn set_automatic(&self, request: &LanAutomaticSet) -> Result<LanState, Fault> {
        self.lan.set_automatic(&*self.office()?, request)
    }

    /// Meets by itself whoever is due, if it may; gives how many were met. The window may be locked
    /// meanwhile: what the profile then still does is what the township lets it.
    pub fn go_round(&self) -> u32 {
        let Some(office) = self.held() else { return 0 };
        let listener = self.options.listener.as_ref();
        self.lan.go_round(&office, listener).unwrap_or_else(|error| {
            tracing::error!(%error, "nobody was met");
            0
        })
    }

    /// Meets a computer.
    pub(crate) fn exchange(
        &self,
        request: &LanExchange,
        progress: &Progress,
    ) -> Result<LanExchanged, Fault> {
        let listener = self.options.listener.clone();
        self.lan.exchange(&self.office()?, listener, request, progress)
    }

    /// Lets the person pick a file. The page learns its name, never its path.
    pub(crate) fn pick(&self, request: &FilePick) -> Result<FilePicked, Fault> {
        let host = &self.options.host;
        if !host.can_pick() {
            return Err(Fault::NotHere);
        }
        // A suggestion is a name, not a way out of the folder.
        let is_plain = |c: &char| !matches!(c, '/' | '\\') && !c.is_control();
        let suggested: String = request.suggested.chars().filter(is_plain).take(120).collect();
        let Some(path) = host.pick(request.kind, &suggested)? else {
            return Ok(FilePicked { place: None, name: String::new() });
        };
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let mut picked = self.picked.lock().unwrap_or_else(PoisonError::into_inner);
        let id = picked.len().to_string();
        picked.insert(id.clone(), path);
        Ok(FilePicked { place: Some(Place::Picked(id)), name: name.unwrap_or_default() })
    }

    /// The sticks that are inserted, with what is on them for us.
    pub(crate) fn sticks(&self) -> Sticks {
        let unit = self.office().ok().map(|office| office.identity.record.unit);
        let view = |stick: Stick| {
            let files = carry::usb::find(&stick.path);
            let ours = unit.map(|unit| exchange::folder_for(&stick.path, unit));
            let ours = ours.and_then(|p| p.file_name().map(|n| n.to_string_lossy().into_owned()));
            let file = |f: &carry::usb::Found| StickFileView {
                name: f.name.clone(),
                bytes: f.bytes,
                written_ms: f.written_ms,
            };
            let is_packet = |f: &&carry::usb::Found| f.name.to_uppercase().ends_with("PLP");
            let in_ours = |f: &&carry::usb::Found| {
                // What lies loose was put there by hand, for whoever looks.
                let parts: Vec<&str> = f.name.split('/').collect();
                parts.len() < 3 || ours.as_deref().is_some_and(|own| parts.get(1) == Some(&own))
            };
            StickView {
                id: stick.id,
                name: stick.name,
                free: stick.free,
                packets: files.iter().filter(is_packet).filter(in_ours).map(file).collect(),
                invitations: files.iter().filter(|f| !is_packet(f)).map(file).collect(),
                for_others: u32::try_from(
                    files.iter().filter(is_packet).filter(|f| !in_ours(f)).count(),
                )
                .unwrap_or(u32::MAX),
            }
        };
        Sticks { sticks: self.options.host.sticks().into_iter().map(view).collect() }
    }

    fn resolve(&self, place: &Place) -> Result<Resolved, Fault> {
        let host = &self.options.host;
        match place {
            Place::Path(path) if host.takes_paths() => Ok(Resolved::Path(path.into())),
            Place::Path(_) => Err(Fault::NotHere),
            Place::Stick(id) => self.stick(id).map(Resolved::Stick),
            Place::StickFile { stick, name } => {
                let gone = || Fault::File { reason: FileTrouble::Gone, path: name.clone() };
                let found = host.sticks().into_iter().find(|s| s.id == *stick);
                let found = found.ok_or_else(gone)?;
                // Only what a listing names, so that no path can be smuggled in.
                let is_listed = carry::usb::find(&found.path).iter().any(|f| f.name == *name);
                if is_listed { Ok(Resolved::Path(found.path.join(name))) } else { Err(gone()) }
            }
            Place::Picked(id) => {
                let picked = self.picked.lock().unwrap_or_else(PoisonError::into_inner);
                let gone = || Fault::File { reason: FileTrouble::Gone, path: String::new() };
                picked.get(id).cloned().map(Resolved::Path).ok_or_else(gone)
            }
        }
    }

    fn resolve_file(&self, place: &Place) -> Result<PathBuf, Fault> {
        match self.resolve(place)? {
            Resolved::Path(path) => Ok(path),
            Resolved::Stick(_) => Err(Fault::bad("a file, not a stick")),
        }
    }

    /// Writes a small file where the person wants it.
    fn save(&self, place: &Place, name: &str, bytes: &[u8]) -> Result<FileSaved, Fault> {
        let (folder, name) = match self.resolve(place)? {
            Resolved::Stick(stick) => (stick.path, name.to_owned()),
            // A folder takes the file under its own name.
            Resolved::Path(path) if path.is_dir() => (path, name.to_owned()),
            Resolved::Path(path) => {
                let picked = path.file_name().map(|n| n.to_string_lossy().into_owned());
                let folder = path.parent().map(Path::to_path_buf);
                match (folder, picked) {
                    (Some(folder), Some(picked)) => (folder, picked),
                    _ => return Err(Fault::bad("not a file name")),
                }
            }
        };
        let written = carry::usb::write_verified(&folder, &name, |out| out.write_all(bytes))
            .map_err(|error| file_fault(&error, &folder))?;
        let path =
            self.options.host.takes_paths().then(|| folder.join(&name).display().to_string());
        Ok(FileSaved { name, path, bytes: written.bytes })
    }
}

/// Where something is to be read or written.
enum Resolved {
    Stick(Stick),
    Path(PathBuf),
}

/// Reads a small file from outside, at most `bytes_max`.
fn read_small(path: &Path, bytes_max: usize) -> Result<Vec<u8>, Fault> {
    use std::io::Read;
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let private = std::env::temp_dir();
    let mut file =
        carry::usb::copy_in(path, &private, limit).map_err(|error| file_fault(&error, path))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| file_fault(&error, path))?;
    Ok(bytes)
}

fn remove_folder(folder: &Path) -> Result<(), Fault> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_fault(&error, folder))
        }
        _ => Ok(()),
    }
}
