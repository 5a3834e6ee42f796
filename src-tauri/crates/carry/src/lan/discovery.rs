//! Finding each other: multicast DNS under a name that is random at every start and says nothing
//! about the place. A hint only; keys decide.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use if_addrs::IfAddr;
use mdns_sd::{ServiceDaemon, ServiceEvent, ServiceInfo};

const SERVICE: &str = "_pingli._tcp.local.";

/// The most computers that are remembered.
const SIGHTINGS_MAX: usize = 2000;

/// A computer that announced itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Its random name.
    pub name: String,
    /// Where it answers.
    pub addresses: Vec<SocketAddr>,
}

/// Announces this computer and watches for others until it is dropped.
pub struct Discovery {
    daemon: ServiceDaemon,
    own: String,
    seen: Arc<Mutex<BTreeMap<String, Sighting>>>,
}

impl Discovery {
    /// Begins watching, and announcing if there is a port to announce. `name` is random letters
    /// and digits.
    ///
    /// # Errors
    /// In words, where the network allows no multicast.
    pub fn begin(name: &str, port: Option<u16>) -> Result<Self, String> {
        let daemon = ServiceDaemon::new().map_err(|e| e.to_string())?;
        if let Some(port) = port {
            let host = format!("{name}.local.");
            let info = ServiceInfo::new(SERVICE, name, &host, (), port, None)
                .map_err(|e| e.to_string())?
                .enable_addr_auto();
            daemon.register(info).map_err(|e| e.to_string())?;
        }
        let events = daemon.browse(SERVICE).map_err(|e| e.to_string())?;
        let seen: Arc<Mutex<BTreeMap<String, Sighting>>> = Arc::default();
        let (watched, own) = (seen.clone(), format!("{name}.{SERVICE}"));
        let own_name = own.clone();
        std::thread::spawn(move || {
            while let Ok(event) = events.recv() {
                note(&watched, &own_name, event);
            }
        });
        Ok(Self { daemon, own, seen })
    }

    /// The computers that announce themselves now.
    #[must_use]
    pub fn seen(&self) -> Vec<Sighting> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.values().filter(|s| s.name != self.own).cloned().collect()
    }
}

fn note(seen: &Mutex<BTreeMap<String, Sighting>>, own: &str, event: ServiceEvent) {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    match event {
        ServiceEvent::ServiceResolved(found) if seen.len() < SIGHTINGS_MAX => {
            let name = found.get_fullname().to_owned();
            if name == own {
                return;
            }
            let port = found.get_port();
            let mut addresses: Vec<SocketAddr> = found
                .get_addresses()
                .iter()
                .map(|ip| SocketAddr::new(ip.to_ip_addr(), port))
                // A link-local address of version 6 needs an interface that nobody types.
                .filter(|address| is_plain(address.ip()))
                .collect();
            addresses.sort_unstable();
            seen.insert(name.clone(), Sighting { name, addresses });
        }
        ServiceEvent::ServiceRemoved(_, name) => {
            seen.remove(&name);
        }
        _ => {}
    }
}

fn is_plain(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => true,
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        // The daemon says goodbye to the network on its own thread.
        let _ = self.daemon.shutdown();
    }
}

/// A network this computer is on, and its address there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// The address of this computer.
    pub ip: Ipv4Addr,
    /// Which part of it names the network.
    pub mask: Ipv4Addr,
}

impl Network {
    /// Whether an address lies in it.
    #[must_use]
    pub fn holds(&self, other: Ipv4Addr) -> bool {
        let of = |ip: Ipv4Addr| ip.to_bits() & self.mask.to_bits();
        of(self.ip) == of(other)
    }
}

/// The networks of this computer, loopback and link-local ones left out.
#[must_use]
pub fn own_networks() -> Vec<Network> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let networks = interfaces.into_iter().filter_map(|interface| match interface.addr {
        IfAddr::V4(v4) => Some(Network { ip: v4.ip, mask: v4.netmask }),
        IfAddr::V6(_) => None,
    });
    networks.filter(|network| !network.ip.is_loopback() && !network.ip.is_link_local()).collect()
}
