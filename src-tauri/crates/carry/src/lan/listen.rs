//! Answering: one listener, a bounded number of meetings, strangers only with a request to join. A
//! locked computer answers too, and says nothing but that it is locked.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use sync::session::{Message, STRANGER_BYTES_MAX, Side};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use trust::key::PublicKey;

use super::door::{Places, Proving};
use super::meeting::{hold, read_message};
use super::{HANDSHAKE, Keeper, LanFault, tls};

/// How long to wait after the system could give no line.
const PAUSE: Duration = Duration::from_millis(100);

/// What whoever calls a locked computer is told in place of a handshake: the TLS alert
/// `access_denied`.
///
/// Source: RFC 8446 §6, RFC 5246 §7.2.
const LOCKED: [u8; 7] = [21, 3, 3, 0, 2, 2, 49];

/// How many bytes of a caller's are taken off the line after that.
const REST_BYTES_MAX: u64 = 16 * 1024;

/// A listener that answers until it is dropped; its meetings end with it.
pub struct Listening {
    address: SocketAddr,
    task: JoinHandle<std::convert::Infallible>,
}

impl Listening {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and waits until it is closed, so that it can be opened again. Meetings
    /// break off at their next step.
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
    let places = Arc::new(Places::new());
    let task = tokio::spawn(answer(listener, move |stream, proven| {
        welcome(keeper.clone(), acceptor.clone(), stream, proven, places.clone())
    }));
    Ok(Listening { address, task })
}

/// Listens in the place of a computer that is locked, and tells every caller that it is. There is
/// no key to say more with, so whoever is there could say as much.
///
/// # Errors
/// The port is taken.
pub async fn turn_away(address: SocketAddr) -> Result<Listening, LanFault> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(answer(listener, |stream, proven| proves(dismiss(stream), proven)));
    Ok(Listening { address, task })
}

/// Says that this computer is locked.
async fn dismiss(mut stream: TcpStream) -> Result<(), LanFault> {
    stream.write_all(&LOCKED).await?;
    stream.shutdown().await?;
    // A line that is closed over bytes nobody read takes the alert back.
    let mut rest = stream.take(REST_BYTES_MAX);
    tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
    Ok(())
}

/// Takes lines in, and drops the oldest where there are too many that have proved nothing.
async fn answer<F>(
    listener: TcpListener,
    welcome: impl Fn(TcpStream, oneshot::Receiver<()>) -> F,
) -> std::convert::Infallible
where
    F: Future<Output = Result<(), LanFault>> + Send + 'static,
{
    let mut proving = Proving::default();
    let mut lines = JoinSet::new();
    loop {
        let Ok((stream, from)) = listener.accept().await else {
            // The system is out of something; trying again at once would not help.
            sleep(PAUSE).await;
            continue;
        };
        let welcome = welcome(stream, proving.admit(from.ip()));
        while lines.try_join_next().is_some() {}
        lines.spawn(async move {
            if let Err(error) = welcome.await {
                tracing::debug!(%error, "line ended");
            }
        });
    }
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
    places: Arc<Places>,
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
    let _place = places.take(peer.device).await.ok_or(LanFault::NoAnswer)?;
    hold(&keeper, stream, Side::Answerer, peer, first).await.map(|_| ())
}
