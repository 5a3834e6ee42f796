//! Nine kinds of strangers at the door of a listening township: none of them gets a byte of
//! conversation, nothing changes, and it costs no memory.
//!
//! `PINGLI_STRANGERS=N` sends N of each kind instead of the short form.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;
use sync::session::{self, Hello, Message};
use tests::{MORNING_MS, QIAOTOU, Room, SHIWAN, folder, text};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
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
use trust::invitation::{EnrolmentRequest, Invitation};
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
enum Claim {
    Nobody,
    Raw(Vec<u8>, SecretKey),
    X509(CertificateDer<'static>, PrivateKeyDer<'static>),
}

fn client(version: &'static SupportedProtocolVersion, claim: Claim) -> Arc<ClientConfig> {
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
enum Kind {
    /// Sends some bytes.
    Plain(fn(&mut Rng) -> Vec<u8>),
    /// Proves something, then sends a message.
    Tls(Arc<ClientConfig>, Vec<u8>),
}

fn framed(message: &Message) -> Vec<u8> {
    let bytes = session::encode(message);
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], &bytes].concat()
}

/// Comes to the door once; gives how many bytes of conversation came back.
async fn knock(address: SocketAddr, kind: Kind, seed: u64) -> usize {
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

fn rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The kinds, by what they are called.
fn kinds(village: PublicKey, township: &Room, elsewhere: &Room) -> Vec<(&'static str, Kind)> {
    let secret = || SecretKey::from_seed([77; 32]);
    let organisation = text(&township.does("status_get", json!({})), "/office/organisation");
    let hello = |enrolment| {
        framed(&Message::Hello(Hello {
            version: session::VERSION,
            organisation: organisation.parse().unwrap(),
            now_ms: MORNING_MS,
            digest: [0; 32],
            enrolment,
        }))
    };
    // A real invitation of another township, answered as it should be.
    let invited = elsewhere.invite(SHIWAN, &elsewhere.home);
    let bytes = std::fs::read(&invited.path).unwrap();
    let invitation = Invitation::open(&bytes, &invited.code, MORNING_MS).unwrap();
    let enrolment = invitation.enrol(&EnrolmentRequest {
        invitation: invitation.invitation,
        key: secret().public().0,
        recipient: PacketKey::from_seed([78; 32]).recipient(),
        device_name: "1 号机".into(),
        user: domain::id::UserId([3; 16]),
        user_key: SecretKey::from_seed([79; 32]).public().0,
        user_name: "钱某".into(),
    });
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
        ("another's invitation", tls(&TLS13, Claim::Raw(own, secret()), hello(Some(enrolment)))),
    ]
}

#[test]
fn nine_kinds_of_strangers_hear_nothing_and_cost_nothing() {
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
    assert_eq!(kinds.len(), 9);

    let open = json!({ "enabled": true, "port": 0, "loopback": true });
    let address = text(&township.does("lan_listen", open), "/addresses/0");
    let before = township.shown();
    let count = std::env::var("PINGLI_STRANGERS").ok().and_then(|n| n.parse().ok());
    let count: usize = count.unwrap_or(STRANGERS);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
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
