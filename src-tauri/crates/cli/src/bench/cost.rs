//! What a measurement cost, and on what machine.

use std::time::{Duration, Instant};

use app::fault::Fault;
use serde_json::{Value, json};

/// How long something took, and how long all processors together worked on it in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// By the clock on the wall.
    pub wall: Duration,
    /// Of processors, all threads together. Nothing where the system does not tell.
    pub cpu: Duration,
}

/// The time of processors that this process has used, children that ended not counted.
#[must_use]
pub fn cpu() -> Duration {
    #[cfg(unix)]
    {
        let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let seconds = u64::try_from(spent.tv_sec).unwrap_or(0);
        Duration::new(seconds, u32::try_from(spent.tv_nsec).unwrap_or(0))
    }
    #[cfg(not(unix))]
    Duration::ZERO
}

/// Runs something and says what it took.
///
/// # Errors
/// What is run says.
#[allow(clippy::disallowed_methods, reason = "measuring is what this is for")]
pub fn timed<T>(body: impl FnOnce() -> Result<T, Fault>) -> Result<(T, Spent), Fault> {
    let (begin, before) = (Instant::now(), cpu());
    let value = body()?;
    Ok((value, Spent { wall: begin.elapsed(), cpu: cpu().saturating_sub(before) }))
}

/// Milliseconds, to the hundredth.
#[must_use]
pub fn ms(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

/// The time below which a part of the runs stays; half of them for the median.
#[must_use]
pub fn quantile(times: &mut [Duration], part: usize, of: usize) -> Duration {
    times.sort_unstable();
    let at = times.len().saturating_mul(part) / of;
    times.get(at.min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// The middle one.
#[must_use]
pub fn median(times: &mut [Duration]) -> Duration {
    quantile(times, 1, 2)
}

/// A ratio, to the thousandth.
#[must_use]
pub fn ratio(one: f64, other: f64) -> f64 {
    (one / other * 1000.0).round() / 1000.0
}

/// A count as a number to calculate with.
#[must_use]
pub fn float(n: u64) -> f64 {
    // Two halves, each of which fits exactly.
    let high = f64::from(u32::try_from(n >> 32).unwrap_or(0));
    let low = f64::from(u32::try_from(n & 0xffff_ffff).unwrap_or(0));
    high.mul_add(4_294_967_296.0, low)
}

/// A line of a file of the system's, after a name.
fn line(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let found = text.lines().find_map(|line| line.strip_prefix(name))?;
    Some(found.trim_start_matches([':', ' ', '\t']).trim().to_owned())
}

/// The memory that a process holds now and held at most, in MiB; nothing where the system does
/// not tell.
#[must_use]
pub fn memory(process: &str) -> Value {
    let path = format!("/proc/{process}/status");
    let mib = |name: &str| -> Option<u64> {
        let text = line(&path, name)?;
        Some(text.split(' ').next()?.parse::<u64>().ok()? / 1024)
    };
    json!({ "rss_mib": mib("VmRSS"), "rss_most_mib": mib("VmHWM") })
}

/// How busy the machine was in the last minute; nothing where the system does not tell.
#[must_use]
pub fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// What the machine is: its processor, how many, its memory. Nothing that names it.
#[must_use]
pub fn machine() -> Value {
    let kib = line("/proc/meminfo", "MemTotal");
    let kib = kib.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    json!({
        "processor": line("/proc/cpuinfo", "model name"),
        "cores": std::thread::available_parallelism().ok().map(std::num::NonZero::get),
        "memory_mib": kib.map(|kib| kib / 1024),
        "system": std::env::consts::OS,
    })
}
