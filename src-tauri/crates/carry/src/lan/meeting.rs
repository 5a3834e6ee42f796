//! One connection: messages with their length before them, read and written at the same time.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use sync::session::{self, Message, Peer, Session, SessionFault, Side, Stop, Wire};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use trust::key::PublicKey;

use super::{HANDSHAKE, Keeper, LanFault, MESSAGE, tls};

/// The name in the handshake: it says nothing and is never looked at.
const NAME: &str = "pingli.invalid";

/// The bytes of a message's length.
const LENGTH_BYTES: usize = 4;

/// Counts what crosses, seen from one end.
#[derive(Default)]
struct Meter {
    wire: Wire,
    is_sending: Option<bool>,
}

impl Meter {
    fn count(meter: &Mutex<Self>, bytes: usize, is_sending: bool) {
        let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let wire = &mut meter.wire;
        let sum = if is_sending { &mut wire.bytes_sent } else { &mut wire.bytes_received };
        *sum = sum.saturating_add(bytes);
        if meter.is_sending != Some(is_sending) {
            meter.is_sending = Some(is_sending);
            meter.wire.crossings = meter.wire.crossings.saturating_add(1);
        }
    }
}

/// Reads one message of at most `bytes_max`; the length is checked before anything is allocated.
///
/// Gives it with the bytes it took.
pub(super) async fn read_message(
    input: &mut (impl AsyncRead + Unpin),
    bytes_max: usize,
) -> Result<(Message, usize), LanFault> {
    let mut length = [0; LENGTH_BYTES];
    input.read_exact(&mut length).await?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length == 0 || length > bytes_max {
        return Err(LanFault::Nonsense);
    }
    let mut bytes = vec![0; length];
    timeout(MESSAGE, input.read_exact(&mut bytes)).await.map_err(|_| LanFault::NoAnswer)??;
    let message = session::decode::<()>(&bytes).map_err(|_| LanFault::Nonsense)?;
    Ok((message, bytes.len().saturating_add(LENGTH_BYTES)))
}

async fn write_message(
    output: &mut (impl AsyncWrite + Unpin),
    message: &Message,
) -> Result<usize, LanFault> {
    let bytes = session::encode(message);
    let length = u32::try_from(bytes.len()).map_err(|_| LanFault::Nonsense)?;
    let write = async {
        output.write_all(&length.to_be_bytes()).await?;
        output.write_all(&bytes).await?;
        output.flush().await
    };
    timeout(MESSAGE, write).await.map_err(|_| LanFault::NoAnswer)??;
    Ok(bytes.len().saturating_add(LENGTH_BYTES))
}

/// Holds a meeting over a connection whose other end is known, from the first message on.
pub(super) async fn hold<K: Keeper, S>(
    keeper: &Arc<K>,
    stream: S,
    side: Side,
    peer: Peer,
    first: Option<(Message, usize)>,
) -> Result<sync::session::Progress, LanFault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut archive = keeper.open().map_err(LanFault::Archive)?;
    let mut session = Session::new(side, keeper.unit(), peer, keeper.now_ms());
    if side == Side::Caller {
        session = session.with_enrolment(keeper.enrolment());
    }
    let meter = Arc::new(Mutex::new(Meter::default()));
    let first = first.map(|(message, bytes)| {
        Meter::count(&meter, bytes, false);
        message
    });
    let result =
        converse(keeper, &mut archive, &mut session, stream, side, peer, first, &meter).await;
    let wire = meter.lock().unwrap_or_else(PoisonError::into_inner).wire;
    let progress = sync::session::Progress { wire, ..session.progress().clone() };
    keeper.over(peer, side, &progress, result.as_ref().err());
    result.map(|()| progress)
}

#[allow(clippy::too_many_arguments, reason = "the two ends of the line and what lies between")]
async fn converse<K: Keeper, S>(
    keeper: &Arc<K>,
    archive: &mut K::Archive,
    session: &mut Session,
    stream: S,
    side: Side,
    peer: Peer,
    first: Option<Message>,
    meter: &Arc<Mutex<Meter>>,
) -> Result<(), LanFault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut input, mut output) = tokio::io::split(stream);
    let (incoming, mut received) = mpsc::channel::<Result<Message, LanFault>>(2);
    let (to_send, mut sending) = mpsc::channel::<Message>(1);
    let (counts_in, counts_out) = (meter.clone(), meter.clone());
    // Both ends stop with this meeting, whatever ends it.
    let (mut reader, mut writer) = (JoinSet::new(), JoinSet::new());
    reader.spawn(async move {
        loop {
            let read = read_message(&mut input, session::MESSAGE_BYTES_MAX).await;
            let message = read.map(|(message, bytes)| {
                Meter::count(&counts_in, bytes, false);
                message
            });
            let is_last = message.is_err();
            if incoming.send(message).await.is_err() || is_last {
                return;
            }
        }
    });
    writer.spawn(async move {
        while let Some(message) = sending.recv().await {
            let bytes = write_message(&mut output, &message).await?;
            Meter::count(&counts_out, bytes, true);
        }
        let closed = timeout(MESSAGE, output.shutdown()).await;
        closed.map_err(|_| LanFault::NoAnswer)?.map_err(LanFault::from)
    });
    let talk = talk(keeper, archive, session, side, peer, first, &to_send, &mut received);
    let result = talk.await;
    drop(to_send);
    reader.abort_all();
    let sent = writer.join_next().await.and_then(Result::ok).unwrap_or(Err(LanFault::Nonsense));
    // Whoever says the last word may find the line already closed.
    if session.is_over() { result } else { result.and(sent) }
}

#[allow(clippy::too_many_arguments, reason = "the two ends of the line and what lies between")]
async fn talk<K: Keeper>(
    keeper: &Arc<K>,
    archive: &mut K::Archive,
    session: &mut Session,
    side: Side,
    peer: Peer,
    first: Option<Message>,
    to_send: &mpsc::Sender<Message>,
    received: &mut mpsc::Receiver<Result<Message, LanFault>>,
) -> Result<(), LanFault> {
    let mut pending: Option<Message> = None;
    if let Some(message) = first {
        step(session, to_send, |s| s.receive(archive, message)).await?;
    }
    loop {
        if !keeper.goes_on(peer, side, session.progress()) {
            let _ = to_send.send(Message::Stop(Stop::Cancelled)).await;
            return Err(LanFault::Cancelled);
        }
        if pending.is_none() {
            pending = step(session, to_send, |s| s.next(archive)).await?;
        }
        if pending.is_none() && session.is_over() {
            return Ok(());
        }
        tokio::select! {
            permit = to_send.reserve(), if pending.is_some() => {
                let permit = permit.map_err(|_| cut())?;
                if let Some(message) = pending.take() {
                    permit.send(message);
                }
            }
            message = timeout(MESSAGE, received.recv()) => {
                let message = message.map_err(|_| LanFault::NoAnswer)?;
                let message = message.ok_or_else(cut)??;
                step(session, to_send, |s| s.receive(archive, message)).await?;
            }
        }
    }
}

/// Runs one step of the session, which may read and write the archive for a while; a fault is
/// told to the other before it ends the meeting.
async fn step<T, E: std::fmt::Display>(
    session: &mut Session,
    to_send: &mpsc::Sender<Message>,
    body: impl FnOnce(&mut Session) -> Result<T, SessionFault<E>>,
) -> Result<T, LanFault> {
    match tokio::task::block_in_place(|| body(session)) {
        Ok(value) => Ok(value),
        Err(error) => {
            if let Some(stop) = error.stop() {
                let _ = to_send.send(Message::Stop(stop)).await;
            }
            Err(error.into())
        }
    }
}

fn cut() -> LanFault {
    LanFault::Io(std::io::ErrorKind::ConnectionAborted.into())
}

/// Connects to an address and proves both ends; gives the key of the other.
async fn connect<K: Keeper>(
    keeper: &Arc<K>,
    address: SocketAddr,
    wanted: Option<PublicKey>,
) -> Result<(tokio_rustls::client::TlsStream<TcpStream>, PublicKey), LanFault> {
    let known = keeper.clone();
    let admits =
        move |key: PublicKey| wanted.is_none_or(|wanted| wanted == key) && known.who(key).is_some();
    let config = tls::client(keeper.secret(), Arc::new(admits)).map_err(|_| LanFault::NotPingli)?;
    let stream =
        timeout(HANDSHAKE, TcpStream::connect(address)).await.map_err(|_| LanFault::NoAnswer)??;
    stream.set_nodelay(true)?;
    let name = ServerName::try_from(NAME).map_err(|_| LanFault::NotPingli)?;
    let stream = timeout(HANDSHAKE, TlsConnector::from(config).connect(name, stream))
        .await
        .map_err(|_| LanFault::NoAnswer)?
        .map_err(|error| handshake_fault(&error))?;
    let key = tls::peer_key(stream.get_ref().1).ok_or(LanFault::NotPingli)?;
    Ok((stream, key))
}

/// Tells a stranger from somebody who does not speak our language.
fn handshake_fault(error: &std::io::Error) -> LanFault {
    use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<Error>());
    match inner {
        Some(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)) => {
            LanFault::Stranger
        }
        Some(Error::AlertReceived(AlertDescription::AccessDenied)) => LanFault::Locked,
        _ => LanFault::NotPingli,
    }
}

/// Meets the computer at an address.
///
/// # Errors
/// [`LanFault`]; whatever was imported before stays.
pub async fn call<K: Keeper>(
    keeper: Arc<K>,
    address: SocketAddr,
) -> Result<(Peer, sync::session::Progress), LanFault> {
    let (stream, key) = connect(&keeper, address, None).await?;
    let peer = keeper.who(key).ok_or(LanFault::Stranger)?;
    let progress = hold(&keeper, stream, Side::Caller, peer, None).await?;
    Ok((peer, progress))
}

/// Asks who is at an address, without meeting.
///
/// # Errors
/// [`LanFault`].
pub async fn probe<K: Keeper>(keeper: Arc<K>, address: SocketAddr) -> Result<Peer, LanFault> {
    let (mut stream, key) = connect(&keeper, address, None).await?;
    // Nothing more to say; the other sees a line that closes.
    let _ = stream.shutdown().await;
    keeper.who(key).ok_or(LanFault::Stranger)
}
