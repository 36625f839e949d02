//! Programs under measurement: started, watched through `/proc`, stopped.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

const PATIENCE: Duration = Duration::from_secs(20);
/// `/proc` counts processor time in hundredths of a second.
const TICKS_A_SECOND: u32 = 100;

/// A running program that answers `/health`.
pub(crate) struct Program {
    child: Child,
    address: SocketAddr,
    /// From its start to its first answer.
    pub(crate) started_in: Duration,
}

/// Memory of a process in KiB.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// All pages it touches.
    pub(crate) resident: u64,
    /// Shared pages counted in part.
    pub(crate) proportional: u64,
}

impl Program {
    /// Starts what `command` makes of an address; its log goes to the file.
    pub(crate) fn start(command: impl FnOnce(SocketAddr) -> Command, log: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log_file = fs::File::create(log)?;
        let mut command = command(address);
        command.stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file);
        let began = Instant::now();
        let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        while !is_healthy(address) {
            if let Some(status) = child.try_wait()? {
                bail!("{command:?} ended with {status}:\n{}", fs::read_to_string(log).unwrap_or_default());
            }
            if began.elapsed() > PATIENCE {
                child.kill()?;
                bail!("{command:?} does not answer /health");
            }
            sleep(Duration::from_micros(500));
        }
        Ok(Self { child, address, started_in: began.elapsed() })
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The memory it holds now.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let field = |name: &str| -> Result<u64> {
            let line = rollup.lines().find_map(|line| line.strip_prefix(name)).context("smaps_rollup has changed")?;
            Ok(line.trim().trim_end_matches(" kB").parse()?)
        };
        Ok(Memory { resident: field("Rss:")?, proportional: field("Pss:")? })
    }

    /// The processor time it has taken.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold blanks; user and system time stand 12th and 13th after it.
        let (_, fields) = stat.rsplit_once(") ").context("stat has changed")?;
        let ticks: u32 = fields.split(' ').skip(11).take(2).filter_map(|text| text.parse::<u32>().ok()).sum();
        Ok(Duration::from_secs(1) * ticks / TICKS_A_SECOND)
    }

    /// Stops it in order, so that it leaves its database as a service manager would.
    pub(crate) fn stop(mut self) -> Result<()> {
        let asked =
            Command::new("sh").args(["-c", "kill -TERM \"$1\"", "sh", &self.child.id().to_string()]).status()?;
        ensure!(asked.success(), "a program cannot be stopped");
        let began = Instant::now();
        while self.child.try_wait()?.is_none() && began.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_healthy(address: SocketAddr) -> bool {
    let answer = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
        let mut status = [0; 12];
        stream.read_exact(&mut status)?;
        Ok(&status == b"HTTP/1.1 200")
    };
    answer().unwrap_or(false)
}
