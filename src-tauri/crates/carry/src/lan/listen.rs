//! Answering: one listener, a bounded number of meetings, strangers only with a request to join.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use sync::session::{Message, STRANGER_BYTES_MAX, Side};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use trust::key::PublicKey;

use super::meeting::{hold, read_message};
use super::{HANDSHAKE, HANDSHAKES_MAX, Keeper, LanFault, MEETINGS_MAX, tls};

/// How long to wait after the system could give no line.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener that answers until it is dropped.
pub struct Listening {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listening {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and waits until it is closed, so that it can be opened again.
    pub async fn close(mut self) {
        self.task.abort();
        // It ends by having been aborted, which is what is wanted.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens on a port of all interfaces; 0 lets the system choose.
///
/// # Errors
/// The port is taken, or the key is unusable.
pub async fn listen<K: Keeper>(
    keeper: Arc<K>,
    ip: IpAddr,
    port: u16,
) -> Result<Listening, LanFault> {
    let listener = TcpListener::bind(SocketAddr::new(ip, port)).await?;
    let address = listener.local_addr()?;
    let known = keeper.clone();
    let admits = move |key: PublicKey| known.who(key).is_some() || known.takes_strangers();
    let config = tls::server(keeper.secret(), Arc::new(admits)).map_err(|_| LanFault::NotPingli)?;
    let acceptor = TlsAcceptor::from(config);
    let room = Arc::new(Semaphore::new(MEETINGS_MAX));
    let task = tokio::spawn(async move {
        let mut proving: VecDeque<oneshot::Sender<()>> = VecDeque::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // The system is out of something; trying again at once would not help.
                sleep(PAUSE).await;
                continue;
            };
            proving.retain(|line| !line.is_closed());
            if proving.len() >= HANDSHAKES_MAX {
                // Dropping its end tells the one that has been silent for longest to go.
                proving.pop_front();
            }
            let (own, proven) = oneshot::channel();
            proving.push_back(own);
            let (keeper, acceptor, room) = (keeper.clone(), acceptor.clone(), room.clone());
            tokio::spawn(async move {
                if let Err(error) = welcome(keeper, acceptor, stream, proven, room).await {
                    tracing::debug!(%error, "meeting ended");
                }
            });
        }
    });
    Ok(Listening { address, task })
}

/// Waits until a line has proved who is there; gives up when it is told to make room.
async fn proves<T>(
    proof: impl Future<Output = Result<T, LanFault>>,
    mut proven: oneshot::Receiver<()>,
) -> Result<T, LanFault> {
    tokio::select! {
        proof = timeout(HANDSHAKE, proof) => proof.map_err(|_| LanFault::NoAnswer)?,
        _ = &mut proven => Err(LanFault::NoAnswer),
    }
}

/// Proves who is there, and meets.
async fn welcome<K: Keeper>(
    keeper: Arc<K>,
    acceptor: TlsAcceptor,
    stream: TcpStream,
    proven: oneshot::Receiver<()>,
    room: Arc<Semaphore>,
) -> Result<(), LanFault> {
    stream.set_nodelay(true)?;
    let proof = async {
        let mut stream = acceptor.accept(stream).await?;
        let key = tls::peer_key(stream.get_ref().1).ok_or(LanFault::NotPingli)?;
        if keeper.who(key).is_some() {
            return Ok((stream, key, None));
        }
        // A stranger: one small message, and not a byte in return unless it is a good request.
        let first = read_message(&mut stream, STRANGER_BYTES_MAX).await?;
        Ok((stream, key, Some(first)))
    };
    let (stream, key, first) = proves(proof, proven).await?;
    let peer = match &first {
        None => keeper.who(key),
        Some((Message::Hello(hello), _)) => {
            let enrolment = hello.enrolment.clone().ok_or(LanFault::Stranger)?;
            tokio::task::block_in_place(|| keeper.enrol(key, &enrolment))
        }
        Some(_) => None,
    };
    let peer = peer.ok_or(LanFault::Stranger)?;
    // Only those who proved themselves wait for one of the places.
    let Ok(_place) = room.acquire_owned().await else { return Err(LanFault::NoAnswer) };
    hold(&keeper, stream, Side::Answerer, peer, first).await.map(|_| ())
}
