//! The repository layer `samod`: both sides in memory, over a channel whose bytes are counted.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use automerge::{Automerge, Change};
use futures_util::{future, sink, stream};
use pingli_cli::bench::cost::{self, Spent, median, ms};
use samod::{
    AcceptorHandle, BackoffConfig, DialError, Dialer, DocHandle, DocumentId, Repo, Transport, Url,
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::ours::Edits;
use super::{Documents, Outcome};

/// How long nothing may cross before a talk counts as over.
const QUIET: Duration = Duration::from_millis(1500);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(2);

/// What crossed the channel, both ways.
#[derive(Default)]
struct Counted {
    bytes: AtomicU64,
    messages: AtomicU64,
}

impl Counted {
    fn note(&self, bytes: usize) {
        self.bytes.fetch_add(u64::try_from(bytes).unwrap_or(0), Ordering::SeqCst);
        self.messages.fetch_add(1, Ordering::SeqCst);
    }

    fn seen(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::SeqCst), self.messages.load(Ordering::SeqCst))
    }
}

/// Connects to an acceptor by a channel, once.
struct Channel {
    acceptor: AcceptorHandle,
    counted: Arc<Counted>,
}

/// One end of the channel.
fn end(
    counted: Arc<Counted>,
    out: mpsc::UnboundedSender<Vec<u8>>,
    into: mpsc::UnboundedReceiver<Vec<u8>>,
) -> Transport {
    let incoming = stream::unfold(into, |mut into| async move {
        into.recv().await.map(|message| (Ok::<_, Infallible>(message), into))
    });
    let outgoing = sink::unfold((out, counted), |(out, counted), message: Vec<u8>| {
        counted.note(message.len());
        // Nobody listens any more once the other side was closed.
        let _ = out.send(message);
        future::ready(Ok::<_, Infallible>((out, counted)))
    });
    Transport::new(Box::pin(incoming), Box::pin(outgoing))
}

impl Dialer for Channel {
    type Error = Infallible;

    fn url(&self) -> Url {
        Url::parse("channel://counted").expect("an address")
    }

    fn connect(
        &self,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Transport, DialError<Infallible>>> + Send>>
    {
        let ((to_there, from_here), (to_here, from_there)) =
            (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let there = end(self.counted.clone(), to_here, from_here);
        let here = end(self.counted.clone(), to_there, from_there);
        let accepted = self.acceptor.accept(there).map(|_| here).map_err(DialError::transient);
        Box::pin(future::ready(accepted))
    }
}

/// Two repositories and the line between them.
struct Line {
    counted: Arc<Counted>,
    acceptor: AcceptorHandle,
    dialer: samod::DialerHandle<Infallible>,
}

impl Line {
    fn open(from: &Repo, to: &Repo) -> Outcome<Self> {
        let counted = Arc::new(Counted::default());
        let acceptor = to.make_acceptor(Url::parse("channel://counted")?)?;
        let channel = Channel { acceptor: acceptor.clone(), counted: counted.clone() };
        let dialer = from.dial(BackoffConfig::default(), Arc::new(channel))?;
        Ok(Self { counted, acceptor, dialer })
    }

    async fn close(self) {
        self.dialer.close();
        self.acceptor.close();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    /// Waits until nothing crosses any more; when the last message did.
    async fn quiet(&self) -> Instant {
        let (mut last, mut seen) = (Instant::now(), self.counted.seen());
        while last.elapsed() < QUIET {
            tokio::time::sleep(GLANCE).await;
            let now = self.counted.seen();
            if now != seen {
                (last, seen) = (Instant::now(), now);
            }
        }
        last
    }
}

/// What a task took: bytes, messages, time until it was done.
type Row = ((u64, u64), Spent);

fn task(rows: &[Row]) -> Value {
    let mut bytes: Vec<u64> = rows.iter().map(|((bytes, _), _)| *bytes).collect();
    bytes.sort_unstable();
    let of = |time: fn(&Spent) -> Duration| {
        ms(median(&mut rows.iter().map(|(_, spent)| time(spent)).collect::<Vec<_>>()))
    };
    json!({
        "bytes": bytes.get(bytes.len() / 2), "messages": rows.last().map(|row| row.0.1),
        "wall_ms": of(|spent| spent.wall), "cpu_ms": of(|spent| spent.cpu),
    })
}

/// Measures with the documents as they stand.
pub(crate) fn measure(documents: &Documents, edits: &Edits, runs: usize) -> Outcome<Value> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(talk(documents, edits, runs))
}

async fn talk(documents: &Documents, edits: &Edits, runs: usize) -> Outcome<Value> {
    let full = Repo::build_tokio().load().await;
    let mut ids = Vec::new();
    let mut handles = Vec::new();
    for document in &documents.all {
        let handle = full.create(document.clone()).await?;
        ids.push(handle.document_id().clone());
        handles.push(handle);
    }
    let mut arrivals = Vec::new();
    let mut last = None;
    for _ in 0..runs {
        if let Some((empty, _)) = last.take() {
            let empty: Repo = empty;
            empty.stop().await;
        }
        let empty = Repo::build_tokio().load().await;
        let (row, found) = arrive(&full, &empty, &ids).await?;
        arrivals.push(row);
        last = Some((empty, found));
    }
    let (other, found) = last.ok_or("no runs")?;
    let mut idle = Vec::new();
    for _ in 0..runs {
        let (begin, before) = (Instant::now(), cost::cpu());
        let line = Line::open(&other, &full)?;
        let over = line.quiet().await;
        let spent = Spent { wall: over.duration_since(begin), cpu: cost::cpu() - before };
        idle.push((line.counted.seen(), spent));
        line.close().await;
    }
    let mut tasks = Vec::new();
    for (size, made) in edits {
        let mut rows = Vec::new();
        for entries in made {
            let changes = documents.changes(entries)?;
            rows.push(edited(&full, &other, (&handles, &found), changes).await?);
        }
        tasks.push(json!({ "edits": size, "remembered": task(&rows) }));
    }
    full.stop().await;
    other.stop().await;
    Ok(json!({ "newcomer": task(&arrivals), "idle": task(&idle), "edits": tasks }))
}

/// A repository with nothing asks one that has everything for all of it.
async fn arrive(full: &Repo, empty: &Repo, ids: &[DocumentId]) -> Outcome<(Row, Vec<DocHandle>)> {
    let (begin, before) = (Instant::now(), cost::cpu());
    let line = Line::open(empty, full)?;
    line.dialer.established().await?;
    let searches: Vec<_> = ids.iter().map(|id| empty.find(id.clone())).collect();
    let mut found = Vec::new();
    for search in searches {
        found.push(search.await?.ok_or("a document is nowhere")?);
    }
    let wall = begin.elapsed();
    let spent = Spent { wall, cpu: cost::cpu() - before };
    line.quiet().await;
    let seen = line.counted.seen();
    line.close().await;
    Ok(((seen, spent), found))
}

/// Some documents change while there is no line; then there is one again.
async fn edited(
    full: &Repo,
    other: &Repo,
    (ours, theirs): (&[DocHandle], &[DocHandle]),
    changes: Vec<(usize, Change)>,
) -> Outcome<Row> {
    let mut touched = Vec::new();
    for (at, change) in changes {
        ours[at].with_document(|document: &mut Automerge| document.apply_changes([change]))?;
        touched.push(at);
    }
    let (begin, before) = (Instant::now(), cost::cpu());
    let line = Line::open(other, full)?;
    let heads = |handle: &DocHandle| handle.with_document(|document| document.get_heads());
    while touched.iter().any(|at| heads(&ours[*at]) != heads(&theirs[*at])) {
        tokio::time::sleep(GLANCE).await;
    }
    let spent = Spent { wall: begin.elapsed(), cpu: cost::cpu() - before };
    line.quiet().await;
    let seen = line.counted.seen();
    line.close().await;
    Ok((seen, spent))
}
