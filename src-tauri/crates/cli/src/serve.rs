//! The same user interface in a browser on this computer, where no window of ours runs.
//!
//! Only the loopback address is opened. Whoever calls must know the token that stands in the
//! fragment of the address (a fragment is never sent, logged, or passed on by a browser), must
//! name this server as its host (so that no other name can be pointed here), and, if a browser
//! says where the page came from, that must be here.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::clock::{SystemEntropy, draw};
use app::fault::Fault;
use app::host::{Attendance, CommandLine, Host, PickKind, Stick};
use app::progress::Event;
use app::topic::Topic;
use app::{Desk, DeskOptions};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::worker;

/// The header that carries the token.
pub const TOKEN: &str = "x-pingli-token";

/// What the page may do: nothing but what was shipped with it.
pub const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; \
                          base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The longest request, in bytes: a long text with room to spare.
const BODY_BYTES_MAX: usize = 4 << 20;

/// How many events may wait for a slow page; it is told to read everything anew beyond that.
const EVENTS_MAX: usize = 256;

/// How often a quiet stream of events says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(15);

#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Page;

/// A browser on this computer: paths are typed, there are no dialogs.
struct Browser;

impl Host for Browser {
    fn name(&self) -> &'static str {
        "browser"
    }

    fn attendance(&self) -> Attendance {
        Attendance::Told
    }

    fn takes_paths(&self) -> bool {
        true
    }

    fn can_pick(&self) -> bool {
        false
    }

    fn pick(&self, _: PickKind, _: &str) -> Result<Option<std::path::PathBuf>, Fault> {
        Err(Fault::NotHere)
    }

    fn sticks(&self) -> Vec<Stick> {
        CommandLine.sticks()
    }

    fn machine(&self) -> Option<String> {
        CommandLine.machine()
    }
}

/// What every request needs.
struct Server {
    desk: Arc<Desk>,
    token: String,
    port: u16,
    events: broadcast::Sender<Event>,
}

/// A server that is listening and not yet answering.
pub struct Serving {
    listener: std::net::TcpListener,
    server: Arc<Server>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Called {
    name: String,
    #[serde(default)]
    payload: Value,
    #[serde(default)]
    call: Option<String>,
}

impl Serving {
    /// Opens the port. `worker` is the program that tries what others wrote.
    ///
    /// # Errors
    /// The port is taken.
    pub fn open(home: &Path, port: u16, worker: Option<PathBuf>) -> Result<Self, Fault> {
        let trouble = |error: std::io::Error| Fault::bad(format!("port {port}: {error}"));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(trouble)?;
        listener.set_nonblocking(true).map_err(trouble)?;
        let port = listener.local_addr().map_err(trouble)?.port();
        let (events, _) = broadcast::channel(EVENTS_MAX);
        let told = events.clone();
        let desk = Arc::new(Desk::new(DeskOptions {
            host: Arc::new(Browser),
            // Nobody may be listening.
            listener: Some(Arc::new(move |event| drop(told.send(event)))),
            worker,
            ..DeskOptions::new(home)
        }));
        desk.watch();
        let server = Arc::new(Server { desk, token: token(), port, events });
        Ok(Self { listener, server })
    }

    /// The address to open, with the token in its fragment.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/#token={}", self.server.port, self.server.token)
    }

    /// Answers until the process ends.
    ///
    /// # Errors
    /// The system gives no thread or takes the port away.
    pub fn run(self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_io()
            .enable_time()
            .build()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener)?;
            axum::serve(listener, router(self.server)).await
        })
    }
}

/// Serves until the process ends.
///
/// # Errors
/// The port is taken.
pub fn run(home: &Path, port: u16, opens: bool) -> Result<(), Fault> {
    let serving = Serving::open(home, port, worker())?;
    let address = serving.address();
    let trouble = |error: std::io::Error| Fault::bad(error.to_string());
    crate::print(&json!({ "address": address })).map_err(trouble)?;
    if opens && let Err(error) = std::process::Command::new("xdg-open").arg(&address).spawn() {
        tracing::warn!(%error, "no browser could be opened");
    }
    serving.run().map_err(trouble)
}

fn token() -> String {
    let bytes: [u8; 32] = draw(&SystemEntropy);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn router(server: Arc<Server>) -> Router {
    let guarded = Router::new()
        .route("/call", post(call))
        .route("/events", get(events))
        .layer(middleware::from_fn_with_state(server.clone(), knows_token));
    Router::new()
        .merge(guarded)
        .fallback(page)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(server.clone(), is_for_us))
        .with_state(server)
}

/// Refuses requests under another name or from another page, and guards every answer.
async fn is_for_us(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let names = [format!("127.0.0.1:{}", server.port), format!("localhost:{}", server.port)];
    let headers = request.headers();
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).or_else(|| request.uri().authority().map(|a| a.as_str()));
    let is_host = host.is_some_and(|host| names.iter().any(|name| name == host));
    let is_origin = text(header::ORIGIN)
        .is_none_or(|origin| names.iter().any(|name| format!("http://{name}") == origin));
    let mut response = if is_host && is_origin {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    };
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in fixed {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses requests that do not know the token.
async fn knows_token(
    State(server): State<Arc<Server>>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Response {
    let given = headers.get(TOKEN).map(HeaderValue::as_bytes).unwrap_or_default();
    // Comparing hashes takes the same time wherever the two differ.
    if blake3::hash(given) == blake3::hash(server.token.as_bytes()) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

async fn call(State(server): State<Arc<Server>>, Json(called): Json<Called>) -> Response {
    let task = tokio::task::spawn_blocking(move || {
        server.desk.call(&called.name, called.payload, called.call.as_deref())
    });
    match task.await {
        Ok(Ok(result)) => Json(result).into_response(),
        Ok(Err(fault)) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Json(crate::fault_json(&fault))).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// One event a line, and an empty line now and then.
async fn events(State(server): State<Arc<Server>>) -> Response {
    let receiver = server.events.subscribe();
    let lines = futures_util::stream::unfold(receiver, |mut receiver| async move {
        let line = match tokio::time::timeout(HEARTBEAT, receiver.recv()).await {
            Ok(Ok(event)) => line(&event),
            Ok(Err(broadcast::error::RecvError::Lagged(_))) => {
                line(&Event::Changed { topics: Topic::ALL.to_vec() })
            }
            Ok(Err(broadcast::error::RecvError::Closed)) => return None,
            Err(_) => "\n".to_owned(),
        };
        Some((Ok::<_, std::convert::Infallible>(line), receiver))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

fn line(event: &Event) -> String {
    let mut line = serde_json::to_string(event).unwrap_or_default();
    line.push('\n');
    line
}

async fn page(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match Page::get(path) {
        Some(file) => {
            let kind = file.metadata.mimetype().to_owned();
            ([(header::CONTENT_TYPE, kind)], file.data).into_response()
        }
        None if path == "index.html" => {
            (StatusCode::NOT_FOUND, "The page was not built: cargo xtask run\n").into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
