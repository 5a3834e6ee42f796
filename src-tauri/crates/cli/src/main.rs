//! `pingli-cli`.

use std::path::PathBuf;
use std::process::ExitCode;

use app::fault::Fault;
use app::worker::Task;
use clap::{Parser, Subcommand};
use pingli_cli::{bench, call, commands, demo, fault_json, open, payload, print, scenario, serve};
use serde_json::{Value, json};

/// 评理: every command without a window.
#[derive(Parser)]
#[command(name = "pingli-cli", version)]
struct Arguments {
    /// The folder of the profile.
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run a command; prints its result as one JSON value, or {"error": …} and exits 1.
    Call {
        /// The name of the command.
        name: String,
        /// The payload as JSON, or - for standard input.
        payload: Option<String>,
    },
    /// List the commands.
    Commands {
        /// With their JSON Schemas.
        #[arg(long)]
        json: bool,
    },
    /// List the rules the fold applies: section, source, merge class, test.
    Rules {
        /// Print JSON, which is all it ever prints.
        #[arg(long)]
        json: bool,
    },
    /// List what each figure of the statistics counts, and who says so.
    Counters {
        /// Print JSON, which is all it ever prints.
        #[arg(long)]
        json: bool,
    },
    /// Play scenario files and check what they expect.
    Scenario {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// How many orders of each merge: a number, or "all"; what the file says if absent.
        #[arg(long)]
        orders: Option<String>,
        /// The same number gives the same run.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Make an example village in the home folder, and its township in `township` inside it.
    Demo {
        /// How many cases.
        #[arg(long, default_value_t = 200)]
        cases: u32,
        /// The same number gives the same cases.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Show the user interface in a browser on this computer.
    Serve {
        /// The port; any free one if absent.
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// Open the system's browser.
        #[arg(long)]
        open: bool,
    },
    /// Answer other computers on the network until standard input ends.
    Listen {
        /// The port; the usual one if absent.
        #[arg(long)]
        port: Option<u16>,
        /// Only this computer itself.
        #[arg(long)]
        loopback: bool,
    },
    /// Make all lists and documents again from the logs.
    Rebuild {
        /// Only compare; change nothing. Exits 1 if anything differs.
        #[arg(long)]
        check: bool,
    },
    /// Look after archives of cases.
    Archive {
        #[command(subcommand)]
        what: ArchiveVerb,
    },
    /// Examine the profile: file, chains, signatures.
    Doctor,
    /// Measure: `idle`, `exchange`, `newcomer`, `save`, `open`, `cold`, `village`, `scrub`,
    /// `market`, `statistics`, `search`, `forms` or `import`.
    Bench {
        /// Which.
        name: String,
        /// How many cases, instead of the usual sizes; may be given several times. On market day:
        /// how many villages.
        #[arg(long)]
        cases: Vec<u32>,
        /// The same number gives the same cases.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Print JSON, which is all it ever prints.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum ArchiveVerb {
    /// Tell whether an archive or a package is whole and as it was written; exits 1 if not. Needs no
    /// profile.
    Verify {
        /// Its folder, or its zip.
        folder: PathBuf,
    },
}

/// What the environment says.
struct Environment {
    passphrase: Option<String>,
    home: Option<PathBuf>,
}

#[allow(clippy::disallowed_methods, reason = "configuration enters here")]
fn environment() -> Environment {
    Environment {
        passphrase: std::env::var("PINGLI_PASSPHRASE").ok().filter(|value| !value.is_empty()),
        home: app::host::home(|name| std::env::var_os(name)),
    }
}

fn main() -> ExitCode {
    let log = tracing_subscriber::fmt().with_writer(std::io::stderr);
    log.with_max_level(tracing::Level::WARN).init();
    if let Some(task) = std::env::args_os().nth(1).and_then(|first| Task::named(&first)) {
        let done = task.serve(std::io::stdin().lock(), std::io::stdout().lock());
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    match run(Arguments::parse()) {
        Ok((value, is_good)) => {
            let is_printed = value.is_null() || print(&value).is_ok();
            if is_printed && is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(fault) => {
            // Nobody may be reading; the exit code still tells.
            let _ = print(&fault_json(&fault));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(Value, bool), Fault> {
    let environment = environment();
    let passphrase = environment.passphrase.as_deref();
    let home = arguments.home.or(environment.home);
    let home = || home.clone().ok_or_else(|| Fault::bad("--home DIR"));
    let needed = || passphrase.ok_or_else(|| Fault::bad("PINGLI_PASSPHRASE"));
    match arguments.verb {
        Verb::Call { name, payload: text } => {
            Ok((call(&home()?, passphrase, &name, payload(text.as_deref())?)?, true))
        }
        Verb::Commands { json: true } => Ok((commands::list(), true)),
        Verb::Commands { json: false } => {
            let names: Vec<&str> = app::commands::COMMANDS.iter().map(|row| row.name).collect();
            Ok((json!(names), true))
        }
        Verb::Rules { json: _ } => Ok((serde_json::to_value(domain::rules::RULES)?, true)),
        Verb::Counters { json: _ } => {
            Ok((serde_json::to_value(app::statistics::counters()?)?, true))
        }
        Verb::Scenario { files, orders, seed } => {
            let report = scenario::run_files(&files, orders.as_deref(), seed);
            Ok((serde_json::to_value(&report)?, report.is_good))
        }
        Verb::Demo { cases, seed } => Ok((demo::make(&home()?, needed()?, cases, seed)?, true)),
        Verb::Serve { port, open: opens } => {
            serve::run(&home()?, port, opens)?;
            Ok((Value::Null, true))
        }
        Verb::Listen { port, loopback } => {
            let desk = open(&home()?, Some(needed()?))?;
            let request = json!({ "enabled": true, "port": port, "loopback": loopback });
            let state = desk.call("lan_listen", request, None)?;
            print(&state).map_err(|error| Fault::bad(error.to_string()))?;
            let mut rest = Vec::new();
            // Whatever ends standard input ends the listening.
            let _ = std::io::Read::read_to_end(&mut std::io::stdin(), &mut rest);
            Ok((Value::Null, true))
        }
        // What a bench starts in a process of its own has a home; a bench makes its own.
        Verb::Bench { name, cases, seed, json: _ } => {
            let value = match bench::apart(&name) {
                Some(measure) => measure(&home()?)?,
                None => bench::run(&name, &cases, seed)?,
            };
            Ok((value, true))
        }
        Verb::Rebuild { check } => {
            let report = open(&home()?, Some(needed()?))?.rebuild(check)?;
            Ok((serde_json::to_value(&report)?, report.is_same || !check))
        }
        Verb::Archive { what: ArchiveVerb::Verify { folder } } => {
            let found = app::forms::archive::verify(&folder)?;
            Ok((serde_json::to_value(&found)?, found.is_whole))
        }
        Verb::Doctor => {
            let report = open(&home()?, Some(needed()?))?.examine()?;
            let is_good = report.is_file_whole && report.broken_logs.is_empty();
            Ok((serde_json::to_value(&report)?, is_good))
        }
    }
}
