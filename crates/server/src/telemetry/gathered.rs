//! Lines gathered before they are written: a system call for each would be the dearest part of a
//! short request.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How late a line may be.
const LATE: Duration = Duration::from_millis(50);
/// So many bytes are written without waiting.
const MUCH: usize = 64 * 1024;

/// A writer that gathers lines. Those that warn are written at once, with all before them.
pub(super) struct Gathered<W: Write>(Arc<Shared<W>>);

struct Shared<W: Write> {
    lines: Mutex<Lines<W>>,
    /// A line waits that nobody will write before its time.
    waiting: Condvar,
}

struct Lines<W: Write> {
    pending: Vec<u8>,
    target: W,
}

impl<W: Write> Shared<W> {
    fn new(target: W) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::new(Lines { pending: Vec::new(), target }), waiting: Condvar::new() })
    }

    /// A thread that panicked while it wrote has left whole bytes, if not a whole line.
    fn lock(&self) -> MutexGuard<'_, Lines<W>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what has waited long enough, for as long as the process lives.
    fn watch(&self) {
        loop {
            let lines = self.waiting.wait_while(self.lock(), |lines| lines.pending.is_empty());
            drop(lines);
            thread::sleep(LATE);
            self.lock().write_out();
        }
    }
}

impl<W: Write> Lines<W> {
    /// A log that cannot be written must not stop the program: what fails is dropped.
    fn write_out(&mut self) {
        let _ = self.target.write_all(&self.pending);
        let _ = self.target.flush();
        self.pending.clear();
    }
}

impl<W: Write + Send + 'static> Gathered<W> {
    /// Gathers for this target. Without a thread to spare, lines wait for the next that warns, or
    /// for the end.
    pub(super) fn over(target: W) -> Self {
        let shared = Shared::new(target);
        let watched = Arc::clone(&shared);
        let _ = thread::Builder::new().name("log".to_owned()).spawn(move || watched.watch());
        Self(shared)
    }

    /// Writes what is left when it is dropped.
    pub(super) fn flush_on_drop(&self) -> Flush {
        let shared = Arc::clone(&self.0);
        Flush(Some(Box::new(move || shared.lock().write_out())))
    }
}

impl<W: Write> Gathered<W> {
    fn line(&self, urgent: bool) -> Line<'_, W> {
        let lines = self.0.lock();
        Line { was_empty: lines.pending.is_empty(), waiting: &self.0.waiting, lines, urgent }
    }
}

/// Writes what is left of the log when it is dropped.
pub struct Flush(Option<Box<dyn FnOnce() + Send>>);

impl Drop for Flush {
    fn drop(&mut self) {
        if let Some(flush) = self.0.take() {
            flush();
        }
    }
}

/// A line on its way.
pub(super) struct Line<'l, W: Write> {
    lines: MutexGuard<'l, Lines<W>>,
    waiting: &'l Condvar,
    was_empty: bool,
    urgent: bool,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lines.pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Drop for Line<'_, W> {
    fn drop(&mut self) {
        if self.urgent || self.lines.pending.len() >= MUCH {
            self.lines.write_out();
        } else if self.was_empty {
            self.waiting.notify_one();
        }
    }
}

impl<'l, W: Write + 'static> MakeWriter<'l> for Gathered<W> {
    type Writer = Line<'l, W>;

    fn make_writer(&'l self) -> Self::Writer {
        self.line(true)
    }

    fn make_writer_for(&'l self, event: &Metadata<'_>) -> Self::Writer {
        self.line(*event.level() <= Level::WARN)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<String>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Page {
        fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

    /// Without the thread, so that nothing is written but by what the test does.
    fn gathered() -> (Page, Gathered<Page>) {
        let page = Page::default();
        (page.clone(), Gathered(Shared::new(page)))
    }

    fn write(gathered: &Gathered<Page>, line: &str, urgent: bool) {
        gathered.line(urgent).write_all(line.as_bytes()).unwrap();
    }

    #[test]
    fn lines_wait_for_one_that_warns_and_keep_their_order() {
        let (page, gathered) = gathered();
        write(&gathered, "one\n", false);
        write(&gathered, "two\n", false);
        assert_eq!(page.text(), "");
        write(&gathered, "three warns\n", true);
        assert_eq!(page.text(), "one\ntwo\nthree warns\n");
    }

    #[test]
    fn many_lines_do_not_wait() {
        let (page, gathered) = gathered();
        write(&gathered, &"x".repeat(MUCH), false);
        assert_eq!(page.text().len(), MUCH);
    }

    #[test]
    fn what_is_left_is_written_at_the_end() {
        let (page, gathered) = gathered();
        let flush = gathered.flush_on_drop();
        write(&gathered, "last\n", false);
        drop(flush);
        assert_eq!(page.text(), "last\n");
    }

    #[test]
    fn a_line_is_written_by_itself_in_time() {
        let page = Page::default();
        let gathered = Gathered::over(page.clone());
        write(&gathered, "alone\n", false);
        let patience = Instant::now() + Duration::from_secs(20);
        while page.text().is_empty() && Instant::now() < patience {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(page.text(), "alone\n");
    }
}
