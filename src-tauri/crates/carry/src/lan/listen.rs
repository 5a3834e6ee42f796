//! Answering: one listener, a bounded number of meetings, strangers only with a request to join.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use sync::session::{Message, STRANGER_BYTES_MAX, Side};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use trust::key::PublicKey;

use super::meeting::{hold, read_message};
use super::{HANDSHAKE, Keeper, LanFault, MEETINGS_MAX, tls};

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
        loop {
            let Ok(permit) = room.clone().acquire_owned().await else { return };
            let Ok((stream, _)) = listener.accept().await else { continue };
            let (keeper, acceptor) = (keeper.clone(), acceptor.clone());
            tokio::spawn(async move {
                if let Err(error) = welcome(keeper, acceptor, stream).await {
                    tracing::debug!(%error, "meeting ended");
                }
                drop(permit);
            });
        }
    });
    Ok(Listening { address, task })
}

/// Proves who is there, and meets.
async fn welcome<K: Keeper>(
    keeper: Arc<K>,
    acceptor: TlsAcceptor,
    stream: TcpStream,
) -> Result<(), LanFault> {
    stream.set_nodelay(true)?;
    let mut stream =
        timeout(HANDSHAKE, acceptor.accept(stream)).await.map_err(|_| LanFault::NoAnswer)??;
    let key = tls::peer_key(stream.get_ref().1).ok_or(LanFault::NotPingli)?;
    if let Some(peer) = keeper.who(key) {
        return hold(&keeper, stream, Side::Answerer, peer, None).await.map(|_| ());
    }
    // A stranger: one small message, and not a byte in return unless it is a good request.
    let first = timeout(HANDSHAKE, read_message(&mut stream, STRANGER_BYTES_MAX))
        .await
        .map_err(|_| LanFault::NoAnswer)??;
    let (Message::Hello(hello), _) = &first else { return Err(LanFault::Stranger) };
    let enrolment = hello.enrolment.clone().ok_or(LanFault::Stranger)?;
    let asked = keeper.clone();
    let peer = tokio::task::block_in_place(move || asked.enrol(key, &enrolment))
        .ok_or(LanFault::Stranger)?;
    hold(&keeper, stream, Side::Answerer, peer, Some(first)).await.map(|_| ())
}
