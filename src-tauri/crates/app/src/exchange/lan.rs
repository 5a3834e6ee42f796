//! The local network: who is there, and meeting them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carry::lan::{Discovery, Keeper, LanFault, Listening};
use domain::audit::{Act, Deed};
use domain::id::{DeviceId, UnitId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sync::session::{Peer, Progress as Meeting, Side, Stop};
use tokio::runtime::Runtime;
use trust::invitation::Enrolment;
use trust::key::{PublicKey, SecretKey};

use super::history::{self, ExchangeOutcome, Note};
use super::notes;
use super::rounds::{self, LanAutomaticSet, Rounds};
use crate::alarms;
use crate::archive::Records;
use crate::attachments::travelling;
use crate::audit;
use crate::clock::draw;
use crate::fault::{Fault, LanTrouble};
use crate::journal;
use crate::lending;
use crate::names::Names;
use crate::office::Office;
use crate::organisation;
use crate::progress::{Event, Listener, Phase, Progress};
use crate::qr::QrView;
use crate::quarantine::{self, HeldReason, Turned};
use crate::sharing;
use crate::topic::Topic;
use crate::view::{DeviceRef, UnitRef};

/// The port that is tried first.
const PORT: u16 = 47_820;

/// Under which name rests what somebody wants of the network.
const WISH: &str = "lan/wish";

/// How long answers of computers nearby are waited for.
const PROBE: Duration = Duration::from_secs(3);

/// The most computers that are asked at once.
const PROBES_MAX: usize = 64;

/// Opens or closes this computer to the others on the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanListen {
    /// Open, or closed.
    pub enabled: bool,
    /// On which port; the usual one, or any free one if that is taken, if absent.
    #[serde(default)]
    pub port: Option<u16>,
    /// Only to this computer itself: for tests and practice.
    #[serde(default)]
    pub loopback: bool,
}

/// Whether this computer is open to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanState {
    /// Open, or closed.
    pub is_listening: bool,
    /// On which port.
    pub port: Option<u16>,
    /// The addresses to type on another computer.
    pub addresses: Vec<String>,
    /// The first of them as a QR code: a scanner on the other computer types it.
    pub qr: Option<QrView>,
    /// Whether others can find it by themselves.
    pub is_announced: bool,
    /// Whether it meets others by itself.
    pub is_automatic: bool,
    /// Why it met nobody by itself lately, if so.
    pub trouble: Option<LanTrouble>,
}

/// A computer on the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanPeer {
    /// Where it answers.
    pub address: String,
    /// Its unit, once it has proved who it is.
    pub unit: Option<UnitRef>,
    /// Its device.
    pub device: Option<DeviceRef>,
    /// Why it cannot be met, if it cannot.
    pub trouble: Option<LanTrouble>,
}

/// The computers on the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanPeers {
    /// Those that were found, known ones first.
    pub peers: Vec<LanPeer>,
    /// Whether this network lets computers find each other.
    pub can_search: bool,
}

/// Meets a computer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanExchange {
    /// Its address: `192.168.1.20:47820`; the usual port if there is none.
    pub address: String,
}

/// What a meeting brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanExchanged {
    /// The other's unit.
    pub unit: UnitRef,
    /// The other's device.
    pub device: DeviceRef,
    /// Entries received.
    pub received: u64,
    /// Entries sent.
    pub sent: u64,
    /// How much of what came waits to be looked at (待查).
    pub held: u64,
    /// Whether both now hold the same.
    pub is_equal: bool,
    /// How far the other's clock is ahead of ours, in milliseconds.
    pub clock_ahead_ms: i64,
    /// Records that stood in the lists before their entries had come.
    pub listed: u64,
    /// Bytes of what the entries were sent in: with their chains and signatures, compressed.
    pub entry_bytes_sent: u64,
    /// Bytes of what the entries came in, likewise.
    pub entry_bytes_received: u64,
    /// Bytes of attachments sent.
    pub blob_bytes_sent: u64,
    /// Bytes of attachments received.
    pub blob_bytes_received: u64,
    /// Bytes sent, before they were encrypted.
    pub bytes_sent: u64,
    /// Bytes received, after they were decrypted.
    pub bytes_received: u64,
    /// How often the line was crossed; two crossings are a round trip.
    pub crossings: u32,
}

/// What runs while this computer is open to the others, or tells them that it is locked.
struct Open {
    listening: Listening,
    discovery: Option<Discovery>,
}

/// The network side of a desk.
#[derive(Default)]
pub struct Lan {
    runtime: Mutex<Option<Arc<Runtime>>>,
    open: Mutex<Option<Open>>,
    /// In the place of the other while the profile is locked.
    shut: Mutex<Option<Open>>,
    search: Mutex<Option<Discovery>>,
    pub(super) rounds: Rounds,
}

/// What somebody wants of the network, as it rests in the database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Wish {
    /// Open to others, and how.
    #[serde(default)]
    listen: Option<LanListen>,
    /// Meets them by itself.
    #[serde(default)]
    is_automatic: bool,
}

impl Wish {
    fn read(office: &Office) -> Result<Self, Fault> {
        let bytes = office.store.read(|reader| reader.value(WISH))?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    fn change(office: &Office, change: impl FnOnce(&mut Self)) -> Result<(), Fault> {
        let before = Self::read(office)?;
        let mut wish = before.clone();
        change(&mut wish);
        if wish == before {
            return Ok(());
        }
        let bytes = serde_json::to_vec(&wish)?;
        office.store.write(|tx| Ok(tx.set_value(WISH, &bytes)?))
    }
}

/// Who answered at an address, or why nobody did.
pub(super) type Answer = (SocketAddr, Result<Peer, LanFault>);

/// A meeting that came to its end.
pub(super) struct Met {
    pub(super) peer: Peer,
    meeting: Meeting,
    held: u64,
}

pub(super) fn guard<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is wrong with the line, as the screen hears of it.
fn lan_fault(error: &LanFault, address: &str) -> Fault {
    let reason = match error {
        LanFault::Io(error) => match error.kind() {
            std::io::ErrorKind::AddrInUse => LanTrouble::PortTaken,
            std::io::ErrorKind::UnexpectedEof
            | std::io::ErrorKind::ConnectionAborted
            | std::io::ErrorKind::ConnectionReset
            | std::io::ErrorKind::BrokenPipe => LanTrouble::Cut,
            _ => LanTrouble::NoAnswer,
        },
        LanFault::NoAnswer => LanTrouble::NoAnswer,
        LanFault::Locked => LanTrouble::Locked,
        LanFault::NotPingli => LanTrouble::NotPingli,
        LanFault::Stranger => LanTrouble::Stranger,
        LanFault::Stopped(Stop::OtherOrganisation) => LanTrouble::OtherOrganisation,
        LanFault::Stopped(Stop::Version) => LanTrouble::Version,
        LanFault::Stopped(Stop::NotCertified) => LanTrouble::NotKnownThere,
        LanFault::Stopped(_) => LanTrouble::Cut,
        LanFault::Nonsense => LanTrouble::Nonsense,
        LanFault::Cancelled => return Fault::Cancelled,
        LanFault::Archive(detail) => {
            tracing::error!(%detail, "archive failed during a meeting");
            LanTrouble::Cut
        }
    };
    Fault::Lan { reason, address: address.to_owned() }
}

/// How many bytes of attachments went over, both ways.
const fn blob_bytes(meeting: &Meeting) -> u64 {
    meeting.blob_bytes_received.saturating_add(meeting.blob_bytes_sent)
}

/// This desk, as a meeting sees it.
pub(super) struct DeskKeeper {
    office: Arc<Office>,
    listener: Option<Listener>,
    progress: Progress,
    /// How much of what came waits to be looked at.
    held: AtomicU64,
    /// How many records of the lists came on loan, as far as was told.
    listed: AtomicU64,
}

impl DeskKeeper {
    pub(super) fn new(office: Arc<Office>, listener: Option<Listener>, progress: Progress) -> Self {
        let (held, listed) = (AtomicU64::default(), AtomicU64::default());
        Self { office, listener, progress, held, listed }
    }
}

impl Keeper for DeskKeeper {
    type Archive = Records;

    fn secret(&self) -> &SecretKey {
        &self.office.identity.secret
    }

    fn unit(&self) -> UnitId {
        self.office.identity.record.unit
    }

    fn now_ms(&self) -> u64 {
        self.office.now_ms()
    }

    fn who(&self, key: PublicKey) -> Option<Peer> {
        let device = key.device();
        if device == self.office.identity.device {
            return None;
        }
        let roster = self.office.roster();
        // A device that was revoked is a stranger like any other.
        let is_ended = self.office.ended().devices.contains_key(&device);
        let known = roster.device(device).filter(|_| !is_ended);
        if known.is_none() && !self.takes_strangers() {
            self.office.knocked(device);
        }
        known.map(|certificate| Peer { device, unit: certificate.unit })
    }

    fn takes_strangers(&self) -> bool {
        let roster = self.office.roster();
        let now = self.office.now_ms();
        self.office.identity.operational.is_some()
            && roster
                .invitations()
                .filter(|i| i.expires_ms >= now && roster.claimed(i.invitation).is_none())
                .any(|i| !alarms::is_shut(&self.office, i.invitation))
    }

    fn enrol(&self, key: PublicKey, enrolment: &Enrolment) -> Option<Peer> {
        let Ok((request, _)) = enrolment.verify(&self.office.roster()) else {
            if let Err(error) = alarms::wrong_try(&self.office, enrolment) {
                tracing::error!(%error, "a wrong try could not be written down");
            }
            return None;
        };
        if request.key != key.0 || alarms::is_shut(&self.office, request.invitation) {
            return None;
        }
        organisation::countersign(&self.office, enrolment).ok()?;
        self.who(key)
    }

    fn enrolment(&self) -> Option<Enrolment> {
        let is_certified = self.office.me().is_certified;
        self.office.enrolment().filter(|_| !is_certified)
    }

    fn open(&self) -> Result<Records, String> {
        journal::seal(&self.office, usize::MAX).map_err(|fault| fault.to_string())?;
        Ok(Records::new(self.office.clone()))
    }

    fn goes_on(&self, peer: Peer, _: Side, meeting: &Meeting) -> bool {
        if self.listed.swap(meeting.listed, Ordering::Relaxed) < meeting.listed {
            // They are there to be looked at while everything else still comes.
            self.tell(vec![Topic::Cases, Topic::Conflicts, Topic::Persons]);
        }
        let total = meeting.received.saturating_add(meeting.to_receive);
        if meeting.to_receive > 0 {
            self.progress.at(Phase::Receiving, meeting.received, Some(total));
        } else if meeting.to_send > 0 {
            let total = meeting.sent.saturating_add(meeting.to_send);
            self.progress.at(Phase::Sending, meeting.sent, Some(total));
        } else if blob_bytes(meeting) > 0 {
            self.progress.at(Phase::Attachments, blob_bytes(meeting), None);
        }
        !self.progress.is_stopped() && !self.office.ended().devices.contains_key(&peer.device)
    }

    fn over(&self, peer: Peer, _: Side, meeting: &Meeting, fault: Option<&LanFault>) {
        if let Err(error) = self.finish(peer, meeting, fault) {
            tracing::error!(%error, "a meeting could not be written down");
        }
    }
}

impl DeskKeeper {
    fn tell(&self, topics: Vec<Topic>) {
        if let Some(listener) = &self.listener {
            listener(Event::Changed { topics });
        }
    }

    /// Builds what came and writes down how it went.
    pub(super) fn finish(
        &self,
        peer: Peer,
        meeting: &Meeting,
        fault: Option<&LanFault>,
    ) -> Result<(), Fault> {
        let lent = self.office.store.read(|reader| reader.lent_count())?;
        sharing::settle_in(&self.office, |done| {
            match lent {
                0 => self.progress.at(Phase::Building, done, None),
                lent => self.progress.at(Phase::Proving, done.min(lent), Some(lent)),
            }
            true
        })?;
        let otherwise = if meeting.is_equal { lending::settle(&self.office, peer)? } else { 0 };
        for (device, why) in meeting.refused.values() {
            let (reason, way) = (HeldReason::of_log(*why), "lan".to_owned());
            let turned = Turned { reason, way, from: Some(peer.device), device: Some(*device) };
            quarantine::turned_away(&self.office, turned);
        }
        let held = quarantine::newly_held(&self.office)?;
        self.held.store(held, Ordering::Relaxed);
        // Whoever ends equal holds what we hold.
        let theirs = (&meeting.theirs, meeting.is_equal);
        notes::met(&self.office, peer.device, peer.unit, "lan", meeting.skew_ms, theirs)?;
        if let Some(wants) = &meeting.their_wants {
            travelling::note_wants(&self.office, peer.device, wants)?;
        }
        let outcome = match fault {
            None if meeting.is_equal => ExchangeOutcome::Equal,
            None => ExchangeOutcome::Received,
            Some(LanFault::Cancelled) => ExchangeOutcome::Cancelled,
            Some(_) => ExchangeOutcome::BrokenOff,
        };
        history::note(
            &self.office,
            &Note {
                way: "lan",
                unit: Some(peer.unit),
                device: Some(peer.device),
                received: meeting.received,
                sent: meeting.sent,
                held,
                blob_bytes: blob_bytes(meeting),
                listed: meeting.listed,
                listed_otherwise: otherwise,
                outcome,
                waiting_until: None,
            },
        )?;
        let moved = meeting.received.saturating_add(meeting.sent);
        if moved > 0 {
            let deed = Deed::new(Act::LanExchanged).unit(peer.unit).device(peer.device);
            audit::note_later(&self.office, deed.count(moved))?;
        }
        let mut topics = vec![Topic::Exchanges];
        if meeting.blob_bytes_received > 0 {
            topics.push(Topic::Cases);
        }
        if meeting.received > 0 || held > 0 {
            use Topic::{Cases, Conflicts, Persons, Quarantine, Roster};
            topics.extend([Cases, Conflicts, Persons, Roster, Quarantine]);
        }
        self.tell(topics);
        Ok(())
    }
}

impl Lan {
    fn runtime(&self) -> Result<Arc<Runtime>, Fault> {
        let mut runtime = guard(&self.runtime);
        if let Some(runtime) = runtime.as_ref() {
            return Ok(runtime.clone());
        }
        let made = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .thread_name("pingli-lan")
            .build()
            .map_err(|error| Fault::internal(&error))?;
        let made = Arc::new(made);
        *runtime = Some(made.clone());
        Ok(made)
    }

    /// Opens or closes this computer to the others.
    pub(crate) fn listen(
        &self,
        office: &Arc<Office>,
        listener: Option<Listener>,
        request: &LanListen,
    ) -> Result<LanState, Fault> {
        if office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        self.close_port()?;
        if !request.enabled {
            Wish::change(office, |wish| wish.listen = None)?;
            return Ok(self.state());
        }
        let keeper = DeskKeeper::new(office.clone(), listener, Progress::unwatched());
        let keeper = Arc::new(keeper);
        let ip: IpAddr = if request.loopback {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv4Addr::UNSPECIFIED.into()
        };
        let runtime = self.runtime()?;
        let listen = |port| runtime.block_on(carry::lan::listen(keeper.clone(), ip, port));
        let listening = match request.port {
            Some(port) => listen(port),
            // The usual port may be taken by another profile on this computer.
            None => listen(PORT).or_else(|_| listen(0)),
        };
        let listening = listening
            .map_err(|error| lan_fault(&error, &request.port.unwrap_or(PORT).to_string()))?;
        let discovery = if request.loopback {
            None
        } else {
            Discovery::begin(&random_name(office), Some(listening.address().port())).ok()
        };
        // It stays open over the next start, and others find it where it was.
        let port = Some(listening.address().port());
        Wish::change(office, |wish| wish.listen = Some(LanListen { port, ..request.clone() }))?;
        *guard(&self.search) = None;
        *guard(&self.open) = Some(Open { listening, discovery });
        Ok(self.state())
    }

    /// Lets this computer meet others by itself, or not.
    pub(crate) fn set_automatic(
        &self,
        office: &Office,
        request: &LanAutomaticSet,
    ) -> Result<LanState, Fault> {
        if office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        Wish::change(office, |wish| wish.is_automatic = request.enabled)?;
        self.rounds.is_automatic.store(request.enabled, Ordering::SeqCst);
        if !request.enabled {
            self.rounds.stop();
        }
        Ok(self.state())
    }

    /// Whether this computer is open to the others.
    pub(crate) fn state(&self) -> LanState {
        let open = guard(&self.open);
        let address = open.as_ref().map(|open| open.listening.address());
        let is_automatic = self.rounds.is_automatic.load(Ordering::SeqCst);
        let addresses = address.map(own_addresses).unwrap_or_default();
        LanState {
            is_listening: open.is_some(),
            port: address.map(|address| address.port()),
            qr: addresses.first().and_then(|own| QrView::of(own).ok()),
            addresses,
            is_announced: open.as_ref().is_some_and(|open| open.discovery.is_some()),
            is_automatic,
            trouble: self.rounds.trouble().filter(|_| is_automatic),
        }
    }

    /// Something was written that others have not.
    pub(crate) fn hurry(&self, now_ms: u64) {
        self.rounds.hurry(now_ms);
    }

    /// Closes the port, if it is open.
    fn close_port(&self) -> Result<(), Fault> {
        let running = [guard(&self.open).take(), guard(&self.shut).take()];
        for open in running.into_iter().flatten() {
            self.runtime()?.block_on(open.listening.close());
        }
        Ok(())
    }

    /// Closes everything, as the profile is being locked. If this computer was open to the others,
    /// whoever calls is told.
    pub(crate) fn shut(&self) {
        self.rounds.stop();
        *guard(&self.search) = None;
        let open = guard(&self.open).take();
        if let Some(open) = open
            && let Err(error) = self.turn_away(open)
        {
            tracing::error!(%error, "nobody is told that this computer is locked");
        }
    }

    fn turn_away(&self, open: Open) -> Result<(), Fault> {
        let runtime = self.runtime()?;
        let address = open.listening.address();
        runtime.block_on(open.listening.close());
        let turned = runtime.block_on(carry::lan::turn_away(address));
        let listening = turned.map_err(|error| lan_fault(&error, &address.port().to_string()))?;
        *guard(&self.shut) = Some(Open { listening, ..open });
        Ok(())
    }

    /// Opens this computer to the others again, if it was before it was locked or turned off, and
    /// lets it meet them by itself again.
    pub(crate) fn reopen(&self, office: &Arc<Office>, listener: Option<Listener>) {
        let wish = Wish::read(office).unwrap_or_else(|error| {
            tracing::error!(%error, "what was wanted of the network cannot be read");
            Wish::default()
        });
        self.rounds.is_automatic.store(wish.is_automatic, Ordering::SeqCst);
        let Some(before) = wish.listen else { return };
        let opened = self.listen(office, listener.clone(), &before).or_else(|_| {
            // Another program took the port meanwhile.
            self.listen(office, listener, &LanListen { port: None, ..before })
        });
        if let Err(error) = opened {
            tracing::error!(%error, "the port could not be opened again");
        }
    }

    /// Where computers announce themselves now. The first look takes a moment.
    pub(super) fn sightings(&self, office: &Office) -> Option<Vec<SocketAddr>> {
        let addresses = |discovery: &Discovery| -> Vec<SocketAddr> {
            discovery.seen().into_iter().flat_map(|s| s.addresses).take(PROBES_MAX).collect()
        };
        if let Some(open) = guard(&self.open).as_ref()
            && let Some(discovery) = &open.discovery
        {
            return Some(addresses(discovery));
        }
        let mut search = guard(&self.search);
        if search.is_none() {
            *search = Discovery::begin(&random_name(office), None).ok();
            if search.is_some() {
                // Answers take a moment to come in.
                std::thread::sleep(Duration::from_millis(1500));
            }
        }
        search.as_ref().map(addresses)
    }

    /// Asks who answers at some addresses.
    pub(super) fn ask(
        &self,
        office: &Arc<Office>,
        addresses: Vec<SocketAddr>,
        progress: &Progress,
    ) -> Result<Vec<Answer>, Fault> {
        let keeper = Arc::new(DeskKeeper::new(office.clone(), None, progress.clone()));
        Ok(self.runtime()?.block_on(async {
            let mut asked = tokio::task::JoinSet::new();
            for address in addresses {
                let keeper = keeper.clone();
                asked.spawn(async move {
                    let probe = tokio::time::timeout(PROBE, carry::lan::probe(keeper, address));
                    (address, probe.await.unwrap_or(Err(LanFault::NoAnswer)))
                });
            }
            asked.join_all().await
        }))
    }

    /// Looks who is there: those that announce themselves, asked one by one who they are.
    pub(crate) fn peers(
        &self,
        office: &Arc<Office>,
        progress: &Progress,
    ) -> Result<LanPeers, Fault> {
        progress.at(Phase::Searching, 0, None);
        let sightings = self.sightings(office);
        let can_search = sightings.is_some();
        let found = self.ask(office, sightings.unwrap_or_default(), progress)?;
        progress.check()?;
        let names = office.store.read(|reader| Names::read(office, reader))?;
        let mut by_device: BTreeMap<Option<DeviceId>, LanPeer> = BTreeMap::new();
        for (address, answer) in found {
            let (key, peer) = match answer {
                Ok(peer) => (
                    Some(peer.device),
                    LanPeer {
                        address: address.to_string(),
                        unit: Some(names.unit(peer.unit)),
                        device: Some(names.device(peer.device)),
                        trouble: None,
                    },
                ),
                Err(LanFault::Locked) => (
                    None,
                    LanPeer {
                        address: address.to_string(),
                        unit: None,
                        device: None,
                        trouble: Some(LanTrouble::Locked),
                    },
                ),
                // Whoever cannot prove to be one of ours is not shown: it may be anybody.
                Err(_) => continue,
            };
            by_device.entry(key).or_insert(peer);
        }
        Ok(LanPeers { peers: by_device.into_values().collect(), can_search })
    }

    /// Meets whoever answers at an address, and remembers who that is.
    pub(super) fn meet(
        &self,
        office: &Arc<Office>,
        listener: Option<Listener>,
        address: SocketAddr,
        progress: &Progress,
    ) -> Result<Met, Fault> {
        let keeper = Arc::new(DeskKeeper::new(office.clone(), listener, progress.clone()));
        let met = self.runtime()?.block_on(carry::lan::call(keeper.clone(), address));
        let (peer, meeting) = met.map_err(|error| lan_fault(&error, &address.to_string()))?;
        rounds::met_at(office, peer.device, address)?;
        Ok(Met { peer, meeting, held: keeper.held.load(Ordering::Relaxed) })
    }

    /// Meets the computer at an address.
    pub(crate) fn exchange(
        &self,
        office: &Arc<Office>,
        listener: Option<Listener>,
        request: &LanExchange,
        progress: &Progress,
    ) -> Result<LanExchanged, Fault> {
        if office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        let address = parse_address(&request.address)?;
        let Met { peer, meeting, held } = self.meet(office, listener, address, progress)?;
        let names = office.store.read(|reader| Names::read(office, reader))?;
        Ok(LanExchanged {
            unit: names.unit(peer.unit),
            device: names.device(peer.device),
            received: meeting.received,
            sent: meeting.sent,
            held,
            is_equal: meeting.is_equal,
            clock_ahead_ms: meeting.skew_ms,
            listed: meeting.listed,
            entry_bytes_sent: meeting.entry_bytes_sent,
            entry_bytes_received: meeting.entry_bytes_received,
            blob_bytes_sent: meeting.blob_bytes_sent,
            blob_bytes_received: meeting.blob_bytes_received,
            bytes_sent: meeting.wire.bytes_sent,
            bytes_received: meeting.wire.bytes_received,
            crossings: meeting.wire.crossings,
        })
    }
}

/// A name for the network, new each time and saying nothing.
fn random_name(office: &Office) -> String {
    let bytes: [u8; 8] = draw(office.entropy.as_ref());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The addresses under which others reach a listener.
fn own_addresses(listening: SocketAddr) -> Vec<String> {
    if !listening.ip().is_unspecified() {
        return vec![listening.to_string()];
    }
    let mut ips: Vec<Ipv4Addr> = carry::lan::own_networks().iter().map(|n| n.ip).collect();
    ips.sort_unstable();
    ips.into_iter().map(|ip| SocketAddr::new(ip.into(), listening.port()).to_string()).collect()
}

/// Reads an address as people type it: with or without a port, with full-width digits and dots.
fn parse_address(text: &str) -> Result<SocketAddr, Fault> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '．' | '。' => '.',
            '：' => ':',
            '０'..='９' => char::from_u32(u32::from(c).saturating_sub(0xfee0)).unwrap_or(c),
            other => other,
        })
        .collect();
    let with_port = if plain.contains(':') { plain } else { format!("{plain}:{PORT}") };
    let bad = || Fault::Lan { reason: LanTrouble::BadAddress, address: text.to_owned() };
    with_port.to_socket_addrs().ok().and_then(|mut found| found.next()).ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_type_them() {
        for text in ["192.168.1.20:47820", " 192.168.1.20 ", "１９２．168。1.20：47820"] {
            assert_eq!(parse_address(text).unwrap().to_string(), "192.168.1.20:47820", "{text}");
        }
        for text in ["", "镇里的电脑", "192.168.1.999", "192.168.1.20:99999"] {
            assert!(
                matches!(
                    parse_address(text),
                    Err(Fault::Lan { reason: LanTrouble::BadAddress, .. })
                ),
                "{text}"
            );
        }
    }
}
