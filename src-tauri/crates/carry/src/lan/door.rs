//! Who is let wait and who is let in: limits for each address and each device, so that whoever
//! takes many places takes them from itself.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use domain::id::DeviceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{HANDSHAKES_MAX, HANDSHAKES_PER_ADDRESS_MAX, MEETINGS_MAX, MEETINGS_PER_DEVICE_MAX};

/// The lines that have not proved yet who is there, the oldest first.
#[derive(Default)]
pub(super) struct Proving(VecDeque<(IpAddr, oneshot::Sender<()>)>);

impl Proving {
    /// Takes a line in. What is given back tells it when to go: it is closed once another line
    /// needs the place.
    pub(super) fn admit(&mut self, ip: IpAddr) -> oneshot::Receiver<()> {
        let ip = ip.to_canonical();
        self.0.retain(|(_, line)| !line.is_closed());
        if let Some(at) = self.gives_way(ip) {
            // Dropping its end tells it.
            self.0.remove(at);
        }
        let (own, proven) = oneshot::channel();
        self.0.push_back((ip, own));
        proven
    }

    /// Which line makes room for one more from an address: its own oldest, or the oldest of the
    /// address that has most.
    fn gives_way(&self, ip: IpAddr) -> Option<usize> {
        let count = |ip: IpAddr| self.0.iter().filter(|(of, _)| *of == ip).count();
        let crowded = if count(ip) >= HANDSHAKES_PER_ADDRESS_MAX {
            Some(ip)
        } else if self.0.len() >= HANDSHAKES_MAX {
            // Of equals the last is found: seen from the end, the one that came first.
            self.0.iter().rev().map(|(ip, _)| *ip).max_by_key(|ip| count(*ip))
        } else {
            None
        };
        self.0.iter().position(|(ip, _)| Some(*ip) == crowded)
    }
}

/// The places for meetings.
pub(super) struct Places {
    all: Arc<Semaphore>,
    /// As many as the roster has devices, at most.
    of_device: Mutex<BTreeMap<DeviceId, Arc<Semaphore>>>,
}

/// A place, until it is dropped.
pub(super) struct Place {
    _of_device: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(MEETINGS_MAX)), of_device: Mutex::default() }
    }

    /// Waits for a place; `None` at once for a device that has its share already.
    pub(super) async fn take(&self, device: DeviceId) -> Option<Place> {
        let share = {
            let mut of_device = self.of_device.lock().unwrap_or_else(PoisonError::into_inner);
            let share = of_device.entry(device);
            share.or_insert_with(|| Arc::new(Semaphore::new(MEETINGS_PER_DEVICE_MAX))).clone()
        };
        let of_device = share.try_acquire_owned().ok()?;
        let of_all = self.all.clone().acquire_owned().await.ok()?;
        Some(Place { _of_device: of_device, _of_all: of_all })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn ip(n: u8) -> IpAddr {
        Ipv4Addr::new(10, 0, 0, n).into()
    }

    fn is_let_go(line: &mut oneshot::Receiver<()>) -> bool {
        line.try_recv() == Err(oneshot::error::TryRecvError::Closed)
    }

    #[test]
    fn whoever_takes_many_places_takes_them_from_itself() {
        let mut door = Proving::default();
        let mut neighbour = door.admit(ip(1));
        let mut crowd: Vec<_> = (0..100).map(|_| door.admit(ip(2))).collect();
        assert!(!is_let_go(&mut neighbour));
        let held =
            |lines: &mut [_]| lines.iter_mut().map(is_let_go).filter(|is_gone| !is_gone).count();
        assert_eq!(held(&mut crowd), HANDSHAKES_PER_ADDRESS_MAX);
        assert!(!is_let_go(crowd.last_mut().unwrap()), "the oldest go");
        // Many addresses fill the door: the one with most lines makes room.
        let mut others: Vec<_> = (3..60).map(|n| door.admit(ip(n))).collect();
        assert_eq!(held(&mut others), others.len());
        assert!(!is_let_go(&mut neighbour));
        assert_eq!(held(&mut crowd), HANDSHAKES_MAX - others.len() - 1);
        // Once all have one, the one that came first does.
        let _further: Vec<_> = (60..80).map(|n| door.admit(ip(n))).collect();
        assert!(is_let_go(&mut neighbour));
        assert_eq!(door.0.len(), HANDSHAKES_MAX);
        // A line that ended by itself holds no place.
        drop((others, crowd, neighbour));
        let _next = door.admit(ip(200));
        assert_eq!(door.0.len(), 21);
    }

    #[tokio::test]
    async fn a_device_has_its_share_of_the_meetings_and_no_more() {
        let places = Places::new();
        let mut held = Vec::new();
        for _ in 0..MEETINGS_PER_DEVICE_MAX {
            held.push(places.take(DeviceId([1; 16])).await.expect("its share"));
        }
        assert!(places.take(DeviceId([1; 16])).await.is_none());
        assert!(places.take(DeviceId([2; 16])).await.is_some(), "another has its own");
        held.pop();
        assert!(places.take(DeviceId([1; 16])).await.is_some(), "free again");
    }
}
