//! Why a computer is not found on the network: which of the usual reasons it is, told from what
//! really happens when it is looked for.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use carry::lan::{LanFault, Network};
use domain::id::DeviceId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sync::session::Peer;

use super::lan::{self, Lan};
use super::rounds::{addresses, wanted};
use crate::fault::Fault;
use crate::names::Names;
use crate::office::Office;
use crate::progress::{Phase, Progress};
use crate::view::{DeviceRef, UnitRef};

/// What keeps a computer from being met, or that nothing does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub enum LanCause {
    /// Nothing: it was found and proved who it is.
    Reached,
    /// This computer is on no network at all.
    NoNetwork,
    /// It answers where it was met last, but the network carries no announcements (组播被拦).
    NoAnnouncements,
    /// Where it was met last lies in another network than any of ours.
    OtherNetwork,
    /// In our network nothing answers there: it is off, or a firewall keeps silent.
    Silent,
    /// The computer there is on, and nobody opened the program to others.
    NotOpen,
    /// The program there is locked.
    Locked,
    /// Somebody else has its address now, and it does not announce itself.
    SomebodyElse,
    /// It was never met from here, so nobody knows where to look.
    NeverMet,
}

/// What became of looking for one computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanLook {
    /// Its unit.
    pub unit: UnitRef,
    /// The computer.
    pub device: DeviceRef,
    /// Where it is, or was met last.
    pub address: Option<String>,
    /// What keeps it from being met.
    pub cause: LanCause,
}

/// What was found out about the network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LanDiagnosis {
    /// The addresses of this computer.
    pub addresses: Vec<String>,
    /// The computers that this one reports to; none at a township, which is called by others.
    pub looks: Vec<LanLook>,
}

/// What happens where a computer was met last.
enum Answer {
    /// It is there.
    Itself,
    /// Another computer is.
    Another,
    Fault(LanFault),
}

/// Tells the reason from what happened.
fn cause(networks: &[Network], address: SocketAddr, answer: &Answer) -> LanCause {
    use std::io::ErrorKind;
    let fault = match answer {
        Answer::Itself => return LanCause::NoAnnouncements,
        Answer::Another => return LanCause::SomebodyElse,
        Answer::Fault(fault) => fault,
    };
    let is_near = match address.ip() {
        IpAddr::V4(ip) => ip.is_loopback() || networks.iter().any(|network| network.holds(ip)),
        IpAddr::V6(_) => true,
    };
    match fault {
        LanFault::Locked => LanCause::Locked,
        LanFault::Stranger | LanFault::NotPingli => LanCause::SomebodyElse,
        LanFault::Io(error) if error.kind() == ErrorKind::ConnectionRefused => LanCause::NotOpen,
        _ if networks.is_empty() && !is_near => LanCause::NoNetwork,
        _ if !is_near => LanCause::OtherNetwork,
        _ => LanCause::Silent,
    }
}

impl Lan {
    /// Looks for every computer that this one reports to, and says what keeps it from being met.
    pub(crate) fn diagnose(
        &self,
        office: &Arc<Office>,
        progress: &Progress,
    ) -> Result<LanDiagnosis, Fault> {
        if office.identity.record.is_demo {
            return Err(Fault::NotHere);
        }
        progress.at(Phase::Searching, 0, None);
        let networks = carry::lan::own_networks();
        let sightings = self.sightings(office).unwrap_or_default();
        let is_good = |(at, answer): lan::Answer| answer.ok().map(|peer| (peer.device, at));
        let found: BTreeMap<DeviceId, SocketAddr> =
            self.ask(office, sightings, progress)?.into_iter().filter_map(is_good).collect();
        progress.check()?;
        let roster = office.roster();
        let wanted = wanted(office);
        let last = addresses(office)?;
        let asked: Vec<SocketAddr> = wanted
            .iter()
            .filter(|device| !found.contains_key(device))
            .filter_map(|device| last.get(device).copied())
            .collect();
        let mut answers: BTreeMap<SocketAddr, Result<Peer, LanFault>> =
            self.ask(office, asked, progress)?.into_iter().collect();
        progress.check()?;
        let names = office.store.read(|reader| Names::read(office, reader))?;
        let mut looks = Vec::new();
        for device in wanted {
            let Some(certificate) = roster.device(device) else { continue };
            let met = last.get(&device).copied();
            let (address, cause) = match (found.get(&device), met) {
                (Some(address), _) => (Some(*address), LanCause::Reached),
                (None, Some(address)) => {
                    let answer = match answers.remove(&address) {
                        Some(Ok(peer)) if peer.device == device => Answer::Itself,
                        Some(Ok(_)) => Answer::Another,
                        Some(Err(fault)) => Answer::Fault(fault),
                        None => Answer::Fault(LanFault::NoAnswer),
                    };
                    (Some(address), cause(&networks, address, &answer))
                }
                (None, None) if networks.is_empty() => (None, LanCause::NoNetwork),
                (None, None) => (None, LanCause::NeverMet),
            };
            looks.push(LanLook {
                unit: names.unit(certificate.unit),
                device: names.device(device),
                address: address.map(|address| address.to_string()),
                cause,
            });
        }
        let addresses = networks.iter().map(|network| network.ip.to_string()).collect();
        Ok(LanDiagnosis { addresses, looks })
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn what_happens_at_the_last_address_tells_which_of_the_usual_reasons_it_is() {
        let home = Network { ip: [192, 168, 1, 20].into(), mask: [255, 255, 255, 0].into() };
        let near: SocketAddr = "192.168.1.9:47820".parse().unwrap();
        let far: SocketAddr = "192.168.31.9:47820".parse().unwrap();
        let io = |kind: ErrorKind| Answer::Fault(LanFault::Io(kind.into()));
        let silent = || Answer::Fault(LanFault::NoAnswer);
        let rows = [
            (vec![home], near, Answer::Itself, LanCause::NoAnnouncements),
            (vec![home], far, Answer::Itself, LanCause::NoAnnouncements),
            (vec![home], near, Answer::Another, LanCause::SomebodyElse),
            (vec![home], near, Answer::Fault(LanFault::Stranger), LanCause::SomebodyElse),
            (vec![home], near, Answer::Fault(LanFault::NotPingli), LanCause::SomebodyElse),
            (vec![home], near, Answer::Fault(LanFault::Locked), LanCause::Locked),
            (vec![home], near, io(ErrorKind::ConnectionRefused), LanCause::NotOpen),
            (vec![home], near, io(ErrorKind::HostUnreachable), LanCause::Silent),
            (vec![home], near, silent(), LanCause::Silent),
            (vec![home], far, silent(), LanCause::OtherNetwork),
            (vec![home], far, io(ErrorKind::NetworkUnreachable), LanCause::OtherNetwork),
            (vec![], near, io(ErrorKind::NetworkUnreachable), LanCause::NoNetwork),
        ];
        for (networks, address, answer, want) in rows {
            assert_eq!(cause(&networks, address, &answer), want, "{address}: {want:?}");
        }
    }
}
