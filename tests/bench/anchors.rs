//! What nobody can be faster than, on the same machine in the same run.

use app::fault::Fault;
use automerge::{AutoSerde, Automerge};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use pingli_cli::bench::cost::{median, ms, timed};
use serde_json::{Value, json};

use super::{Documents, Outcome};

/// How many signatures are verified together.
const BATCH: usize = 500;

/// How many messages, and of how many bytes each: about what an entry has.
const MESSAGES: usize = 10_000;
const MESSAGE_BYTES: usize = 400;

/// Measures: packing, building and saving the same changes, verifying signatures.
pub(crate) fn measure(entries: &[Vec<u8>], runs: usize) -> Outcome<Value> {
    let raw: Vec<u8> = entries.concat();
    let packed = zstd::bulk::compress(&raw, 3)?;
    let mut builds = Vec::new();
    let mut saved_bytes = 0;
    for _ in 0..runs {
        let build = || {
            let documents =
                Documents::of(entries).map_err(|error| Fault::bad(error.to_string()))?;
            Ok(documents.all.iter().map(Automerge::save).collect::<Vec<_>>())
        };
        let (saved, spent) = timed(build)?;
        saved_bytes = saved.iter().map(Vec::len).sum::<usize>();
        builds.push(spent.wall);
    }
    let mut values = Vec::new();
    for document in &Documents::of(entries)?.all {
        serde_json::to_writer(&mut values, &AutoSerde::from(document))?;
    }
    Ok(json!({
        "raw_bytes": raw.len(), "zstd_3_bytes": packed.len(), "saved_bytes": saved_bytes,
        // What stands in the documents now, as JSON, with who wrote what and when, and no history.
        "values_zstd_3_bytes": zstd::bulk::compress(&values, 3)?.len(),
        "building_all_ms": ms(median(&mut builds)),
        "ed25519_batch_per_second": batch(runs)?,
    }))
}

/// How many Ed25519 signatures a second are verified in batches.
fn batch(runs: usize) -> Outcome<f64> {
    let mut random = fastrand::Rng::with_seed(1);
    let keys: Vec<SigningKey> = (0..64)
        .map(|_| {
            let mut seed = [0; 32];
            random.fill(&mut seed);
            SigningKey::from_bytes(&seed)
        })
        .collect();
    let mut messages = Vec::new();
    for at in 0..MESSAGES {
        let mut message = vec![0; MESSAGE_BYTES];
        random.fill(&mut message);
        let key = &keys[at % keys.len()];
        messages.push((key.verifying_key(), key.sign(&message), message));
    }
    let mut times = Vec::new();
    for _ in 0..runs {
        let verified = timed(|| {
            Ok(messages.chunks(BATCH).all(|batch| {
                let bytes: Vec<&[u8]> = batch.iter().map(|(_, _, m)| m.as_slice()).collect();
                let signatures: Vec<Signature> = batch.iter().map(|(_, s, _)| *s).collect();
                let keys: Vec<VerifyingKey> = batch.iter().map(|(k, _, _)| *k).collect();
                ed25519_dalek::verify_batch(&bytes, &signatures, &keys).is_ok()
            }))
        })?;
        assert!(verified.0, "all of them are good");
        times.push(verified.1.wall);
    }
    Ok(f64::from(u32::try_from(MESSAGES)?) / median(&mut times).as_secs_f64())
}
