//! The log: what it looks like and where it goes. What is worth a line is decided where it happens.

mod gathered;

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::{Log, LogFormat};

pub use gathered::Flush;
use gathered::Gathered;

/// Sends every event of this process to standard error, so that standard output stays free for
/// what a command prints. The first call decides; a later one changes nothing.
///
/// Lines are written together, at most 50 ms late; those that warn at once, with all before them. The
/// answer is to be kept until the process ends: dropped, it writes what is left.
#[must_use = "lines that are not written yet are lost without it"]
pub fn init(log: &Log) -> Flush {
    let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let gathered = Gathered::over(io::stderr());
    let flush = gathered.flush_on_drop();
    // A second call in one process keeps the first one's subscriber, which is all that may happen here.
    let _ = subscriber(log, gathered, colours).try_init();
    flush
}

fn subscriber<W>(log: &Log, writer: W, colours: bool) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    // The settings have refused what is no filter; quoting the log for another's mistake is enough.
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match log.format {
        LogFormat::Text => Box::new(builder.with_ansi(colours).finish()),
        // One flat object a line, with the fields of the innermost span: the trace id stands there.
        LogFormat::Json => Box::new(builder.json().flatten_event(true).with_span_list(false).finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(format: LogFormat, level: &str) -> String {
        let page = Page::default();
        let writer = page.clone();
        let log = Log { format, level: level.to_owned() };
        tracing::subscriber::with_default(subscriber(&log, move || writer.clone(), false), || {
            let _span = tracing::info_span!("request", trace_id = "4bf9").entered();
            tracing::info!(answer = 42, "asked");
            tracing::debug!("not asked");
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn json_is_one_flat_object_a_line_with_the_trace_id() {
        let line: serde_json::Value = serde_json::from_str(&written(LogFormat::Json, "info")).unwrap();
        assert_eq!((&line["message"], &line["answer"]), (&"asked".into(), &42.into()));
        assert_eq!(line["span"]["trace_id"], "4bf9");
    }

    #[test]
    fn text_has_no_escape_codes_away_from_a_terminal() {
        let line = written(LogFormat::Text, "info");
        assert!(line.contains("asked") && !line.contains('\u{1b}'), "{line}");
    }

    #[test]
    fn the_level_decides_what_is_written() {
        assert_eq!(written(LogFormat::Text, "debug").lines().count(), 2);
        assert_eq!(written(LogFormat::Text, "warn"), "");
    }

    #[test]
    fn a_second_call_changes_nothing() {
        let log = Log { format: LogFormat::Text, level: "off".to_owned() };
        let _first = init(&log);
        let _second = init(&Log { format: LogFormat::Text, level: "info".to_owned() });
        assert!(!tracing::enabled!(tracing::Level::INFO));
    }
}
