//! Ten kinds of strangers at the door of a listening township: none of them gets a byte of
//! conversation, nothing changes, and it costs no memory.
//!
//! `PINGLI_STRANGERS=N` sends N of each kind instead of the short form.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;
use sync::session::{self, Hello, Message};
use tests::{Invited, MORNING_MS, QIAOTOU, Room, SHIWAN, folder, text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime,
};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, SignatureScheme, SupportedProtocolVersion,
};
use trust::invitation::{Enrolment, EnrolmentRequest, Invitation};
use trust::key::{PacketKey, PublicKey, SecretKey};

/// How many of each kind come in the short form.
const STRANGERS: usize = 500;

/// How many are at the door at once.
const AT_ONCE: usize = 16;

/// How much more memory the whole process may need in the end than after a fifth of them, in KiB.
const GROWTH_KIB_MAX: u64 = 16 * 1024;

/// The longest that one may be kept waiting.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// Believes every server: a stranger does not care who it talks to.
#[derive(Debug)]
struct Gullible;

impl ServerCertVerifier for Gullible {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        default_provider().signature_verification_algorithms.supported_schemes()
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

/// Who a stranger says it is.
pub(crate) enum Claim {
    Nobody,
    Raw(Vec<u8>, SecretKey),
    X509(CertificateDer<'static>, PrivateKeyDer<'static>),
}

pub(crate) fn client(
    version: &'static SupportedProtocolVersion,
    claim: Claim,
) -> Arc<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Gullible));
    let mut config = match claim {
        Claim::Nobody => builder.with_no_client_auth(),
        Claim::X509(certificate, key) => {
            builder.with_client_auth_cert(vec![certificate], key).unwrap()
        }
        Claim::Raw(spki, secret) => {
            let der = PrivateKeyDer::Pkcs8(secret.pkcs8().to_vec().into());
            let key = default_provider().key_provider.load_private_key(der).unwrap();
            let certified = CertifiedKey::new(vec![spki.into()], key);
            let resolver = AlwaysResolvesClientRawPublicKeys::new(Arc::new(certified));
            builder.with_client_cert_resolver(Arc::new(resolver))
        }
    };
    config.resumption = Resumption::disabled();
    Arc::new(config)
}

/// An X.509 certificate under a name, of a time.
fn certificate(name: &str, years: std::ops::Range<i32>) -> Claim {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let mut params = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(years.start, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.end, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    let der = PrivatePkcs8KeyDer::from(key.serialize_der());
    Claim::X509(certificate.der().clone(), der.into())
}

/// What a stranger does.
#[derive(Clone)]
pub(crate) enum Kind {
    /// Sends some bytes.
    Plain(fn(&mut Rng) -> Vec<u8>),
    /// Proves something, then sends a message.
    Tls(Arc<ClientConfig>, Vec<u8>),
}

pub(crate) fn framed(message: &Message) -> Vec<u8> {
    let bytes = session::encode(message);
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat()
}

/// Comes to the door once; gives how many bytes of conversation came back.
pub(crate) async fn knock(address: SocketAddr, kind: Kind, seed: u64) -> usize {
    let mut line = TcpStream::connect(address).await.unwrap();
    let mut heard = Vec::new();
    match kind {
        Kind::Plain(bytes) => {
            // Whether the other still listens is its own affair.
            let _ = line.write_all(&bytes(&mut Rng::with_seed(seed))).await;
            let _ = line.shutdown().await;
            let _ = line.read_to_end(&mut heard).await;
            // An alert of TLS is no conversation.
            if heard.first() == Some(&21) { heard.len().saturating_sub(7) } else { heard.len() }
        }
        Kind::Tls(config, message) => {
            let name = ServerName::try_from("pingli.invalid").unwrap();
            let Ok(mut line) = TlsConnector::from(config).connect(name, line).await else {
                return 0;
            };
            let _ = line.write_all(&message).await;
            let _ = line.flush().await;
            let _ = line.read_to_end(&mut heard).await;
            heard.len()
        }
    }
}

/// What this process holds in memory.
pub(crate) fn rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// How a meeting with a room begins, as whoever wants to join says it.
pub(crate) fn hello(township: &Room, enrolment: Option<Enrolment>) -> Vec<u8> {
    let organisation = text(&township.does("status_get", json!({})), "/office/organisation");
    framed(&Message::Hello(Hello {
        version: session::VERSION,
        organisation: organisation.parse().unwrap(),
        now_ms: MORNING_MS,
        digest: [0; 32],
        enrolment,
        blobs: None,
        sketch: None,
        passes_common: None,
    }))
}

/// The request of a made-up computer to join with an invitation.
pub(crate) fn enrolment(invited: &Invited, secret: &SecretKey) -> Enrolment {
    let bytes = std::fs::read(&invited.path).unwrap();
    let invitation = Invitation::open(&bytes, &invited.code, MORNING_MS).unwrap();
    invitation.enrol(&EnrolmentRequest {
        invitation: invitation.invitation,
        key: secret.public().0,
        recipient: PacketKey::from_seed([78; 32]).recipient(),
        device_name: "1 号机".into(),
        user: domain::id::UserId(secret.public().device().0),
        user_key: SecretKey::from_seed([79; 32]).public().0,
        user_name: "钱某".into(),
    })
}

/// The key of the computer that was one of ours and is no more.
fn revoked() -> SecretKey {
    SecretKey::from_seed([76; 32])
}

/// Lets a made-up computer join over the line, and revokes it.
fn join_and_be_revoked(township: &Room, address: SocketAddr, runtime: &Runtime) {
    let invited = township.invite(QIAOTOU, &township.home);
    let joining = hello(township, Some(enrolment(&invited, &revoked())));
    let claim = Claim::Raw(revoked().public().spki(), revoked());
    let before = township.exchanges();
    let heard = runtime.block_on(knock(address, Kind::Tls(client(&TLS13, claim), joining), 0));
    assert!(heard > 0, "one of ours is answered");
    // The line is closed before what came over it is settled and written down.
    let began = Instant::now();
    while township.exchanges() == before {
        assert!(began.elapsed() < WAIT_MAX, "the meeting is never written down");
        std::thread::sleep(Duration::from_millis(10));
    }
    let device = revoked().public().device().to_string();
    township.does("device_revoke", json!({ "device": device, "reason": "被盗" }));
}

/// The kinds, by what they are called.
fn kinds(village: PublicKey, township: &Room, elsewhere: &Room) -> Vec<(&'static str, Kind)> {
    let secret = || SecretKey::from_seed([77; 32]);
    let hello = |enrolment| hello(township, enrolment);
    // A real invitation of another township, answered as it should be.
    let enrolment = enrolment(&elsewhere.invite(SHIWAN, &elsewhere.home), &secret());
    let own = secret().public().spki();
    let tls = |version, claim, message| Kind::Tls(client(version, claim), message);
    let of_village = village.device().to_string();
    vec![
        ("plain HTTP", Kind::Plain(|_| b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec())),
        ("random bytes", Kind::Plain(|rng| (0..rng.usize(1..2000)).map(|_| rng.u8(..)).collect())),
        ("TLS 1.2", tls(&TLS12, certificate("pingli.invalid", 2025..2036), hello(None))),
        ("no certificate", tls(&TLS13, Claim::Nobody, hello(None))),
        ("self-signed", tls(&TLS13, certificate("pingli.invalid", 2025..2036), hello(None))),
        ("expired", tls(&TLS13, certificate(&of_village, 2015..2016), hello(None))),
        // It says it is the village's computer, and has not its key.
        ("right name, wrong key", tls(&TLS13, Claim::Raw(village.spki(), secret()), hello(None))),
        ("unknown key", tls(&TLS13, Claim::Raw(own.clone(), secret()), hello(None))),
        ("revoked key", tls(&TLS13, Claim::Raw(revoked().public().spki(), revoked()), hello(None))),
        ("another's invitation", tls(&TLS13, Claim::Raw(own, secret()), hello(Some(enrolment)))),
    ]
}

#[test]
fn ten_kinds_of_strangers_hear_nothing_and_cost_nothing() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let village = township.joined(QIAOTOU, &folder.path().join("village"));
    let elsewhere = Room::township(&folder.path().join("elsewhere"));
    // While somebody is invited, strangers are let as far as a single message.
    let invited = township.invite(SHIWAN, folder.path());
    let bytes = std::fs::read(&invited.path).unwrap();
    let roster = Invitation::open(&bytes, &invited.code, MORNING_MS).unwrap().roster();
    let unit = village.unit().parse().unwrap();
    let key = PublicKey(roster.devices_of(unit).next().expect("the village's computer").key);
    let kinds = kinds(key, &township, &elsewhere);
    assert_eq!(kinds.len(), 10);

    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&township.does("lan_listen", open), "/addresses/0");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    join_and_be_revoked(&township, address.parse().unwrap(), &runtime);
    let before = township.shown();
    let count = std::env::var("PINGLI_STRANGERS").ok().and_then(|n| n.parse().ok());
    let count: usize = count.unwrap_or(STRANGERS);
    let mut settled = None;
    let mut answered = 0;
    let began = Instant::now();
    // Kind after kind within each round, so that memory is looked at under all of them.
    for round in 0..5 {
        for (name, kind) in &kinds {
            for first in (0..count / 5).step_by(AT_ONCE) {
                let last = (first + AT_ONCE).min(count / 5);
                answered += runtime.block_on(async {
                    let at_door = (first..last).map(|at| {
                        let seed = u64::try_from(round * count + at).unwrap();
                        tokio::spawn(knock(address.parse().unwrap(), kind.clone(), seed))
                    });
                    let mut heard = 0;
                    for one in at_door.collect::<Vec<_>>() {
                        let bytes = timeout(WAIT_MAX, one).await.expect("let go in time").unwrap();
                        assert_eq!(bytes, 0, "{name} was answered");
                        heard += usize::from(bytes > 0);
                    }
                    heard
                });
            }
        }
        settled.get_or_insert_with(rss_kib);
    }
    let grown = rss_kib().saturating_sub(settled.unwrap());
    let tried = count / 5 * 5 * kinds.len();
    eprintln!(
        "{tried} strangers of {} kinds in {:?}: {answered} conversations, {grown} KiB more",
        kinds.len(),
        began.elapsed()
    );
    assert!(grown < GROWTH_KIB_MAX, "{grown} KiB more");
    // One of ours is still answered, and nothing but that has happened.
    let met = village.does("lan_exchange", json!({ "address": address }));
    assert_eq!(met["is_equal"], true, "{met}");
    township.does("lan_listen", json!({ "enabled": false }));
    let after = township.shown();
    assert!(after.0 == before.0, "nothing changed");
    let rows = |shown: &serde_json::Value| shown["total"].as_u64();
    assert!(rows(&after.2) <= rows(&before.2).map(|n| n + 1), "at most the honest meeting");
}

/// Over the line somebody may be wrong five times at an invitation; then it is shut there, also
/// after a restart, and somebody hears of it. With a packet it still opens: a file cannot be tried
/// without its code.
#[test]
fn five_wrong_tries_shut_an_invitation_on_the_line() {
    let folder = folder();
    let township = Room::township(&folder.path().join("township"));
    let invited = township.invite(QIAOTOU, folder.path());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let secret = SecretKey::from_seed([75; 32]);
    let good = enrolment(&invited, &secret);
    let mut wrong = good.clone();
    wrong.signature[0] ^= 1;
    let knock = |enrolment: &Enrolment| {
        let open = json!({ "enabled": true, "port": 0, "loopback": true });
        let address = text(&township.does("lan_listen", open), "/addresses/0");
        let claim = Claim::Raw(secret.public().spki(), SecretKey::from_seed([75; 32]));
        let message = hello(&township, Some(enrolment.clone()));
        let kind = Kind::Tls(client(&TLS13, claim), message);
        runtime.block_on(knock(address.parse().unwrap(), kind, 0))
    };
    for tried in 1..=5 {
        let alarms = township.does("alarm_list", json!({}));
        assert_eq!(alarms["alarms"], json!([]), "before try {tried}");
        assert_eq!(knock(&wrong), 0);
    }
    let alarms = township.does("alarm_list", json!({}));
    assert_eq!(alarms["alarms"][0]["kind"], "too_many_tries", "{alarms}");
    township.does("profile_lock", json!({}));
    township.does("profile_unlock", json!({ "passphrase": tests::PASSPHRASE }));
    assert_eq!(knock(&good), 0, "the right one comes too late");
    let newcomer = Room::empty(&folder.path().join("newcomer"));
    newcomer.accept(&invited).expect("provisional");
    newcomer.carry(&township);
    township.carry(&newcomer);
    assert_eq!(newcomer.does("status_get", json!({}))["office"]["is_certified"], true);
}
