//! Load from `wrk`, and what came of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

const CONNECTIONS: &str = "16";
const THREADS: &str = "2";

/// Prints one line of figures at the end. For a POST, makes a body a request; `%CODE%` in it
/// becomes a text that no other request of the same bench has.
const SCRIPT: &str = r#"
local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

function init(arguments)
    prefix, body, count = arguments[1], arguments[2], 0
    if body then
        wrk.method = "POST"
        wrk.headers["content-type"] = "application/json"
        request = function()
            count = count + 1
            local code = prefix .. "-" .. number .. "-" .. count
            return wrk.format(nil, nil, nil, (body:gsub("%%CODE%%", code)))
        end
    end
end

function done(summary, latency)
    local e = summary.errors
    io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.status + e.timeout))
end
"#;

/// What is asked, again and again.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Path and query.
    pub(crate) path: &'static str,
    /// Bearer token.
    pub(crate) token: Option<String>,
    /// JSON to post; nothing for a GET.
    pub(crate) body: Option<String>,
}

/// What a load brought.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) requests: u32,
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// `wrk` with its script.
pub(crate) struct Wrk {
    script: PathBuf,
    runs: AtomicU32,
}

/// A load that is going on.
pub(crate) struct Running(Child, String);

impl Wrk {
    /// Writes the script into the folder.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let found = Command::new("wrk").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        ensure!(found.is_ok(), "the bench needs wrk on the PATH: `apt-get install wrk`, or your system's package");
        let script = folder.join("load.lua");
        fs::write(&script, SCRIPT)?;
        Ok(Self { script, runs: AtomicU32::new(0) })
    }

    /// Starts a load.
    pub(crate) fn start(&self, origin: &str, call: &Call, time: Duration) -> Result<Running> {
        let mut command = Command::new("wrk");
        let time = format!("{}s", time.as_secs().max(1));
        command.args(["-c", CONNECTIONS, "-t", THREADS, "-d", &time, "--timeout", "10s", "-s"]).arg(&self.script);
        if let Some(token) = &call.token {
            command.args(["-H", &format!("authorization: Bearer {token}")]);
        }
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        command.arg(format!("{origin}{}", call.path)).arg("--").arg(format!("R{run}")).args(&call.body);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().context("wrk cannot be started")?;
        Ok(Running(child, format!("{origin}{}", call.path)))
    }

    /// Runs a load to its end.
    pub(crate) fn run(&self, origin: &str, call: &Call, time: Duration) -> Result<Figures> {
        self.start(origin, call, time)?.finish()
    }
}

impl Running {
    /// Waits for the end; a single failed request fails the whole.
    pub(crate) fn finish(self) -> Result<Figures> {
        let Self(child, what) = self;
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let line =
            text.lines().find_map(|line| line.strip_prefix("figures ")).with_context(|| format!("wrk: {text}"))?;
        let numbers: Vec<u32> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [requests, micros, p50, p99, failed] = numbers[..] else { bail!("wrk has said: {line}") };
        ensure!(failed == 0, "{failed} of {requests} requests to {what} failed:\n{text}");
        ensure!(requests > 0, "no request to {what} was answered");
        Ok(Figures {
            requests,
            per_second: f64::from(requests) * 1e6 / f64::from(micros),
            p50: Duration::from_micros(p50.into()),
            p99: Duration::from_micros(p99.into()),
        })
    }
}
