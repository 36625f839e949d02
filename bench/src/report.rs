//! The result as Markdown tables.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measure::{Logins, Pairs, Report, Sample, Starts};

/// The middle of the values, or half way between the two in the middle.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values[..] {
        [] => f64::NAN,
        _ if values.len().is_multiple_of(2) => f64::midpoint(values[middle - 1], values[middle]),
        _ => values[middle],
    }
}

/// All of it.
pub(crate) fn markdown(reports: &[Report]) -> String {
    let mut text = String::from(
        "| Work | Engine | Stoa req/s | minimal req/s | ratio | p99 Stoa ms | p99 minimal ms | \
         CPU a request Stoa µs | CPU a request minimal µs |\n|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for pairs in reports.iter().flat_map(|report| &report.pairs) {
        work(&mut text, pairs);
    }
    text.push_str("\n| Start and memory | Engine | Stoa | minimal |\n|---|---|---:|---:|\n");
    for report in reports {
        start(&mut text, report);
    }
    text.push_str("\n| Signing in | Engine | Stoa |\n|---|---|---:|\n");
    for report in reports {
        login(&mut text, report);
    }
    text
}

fn work(text: &mut String, pairs: &Pairs) {
    let of = |side: fn(&(Sample, Sample)) -> &Sample, value: fn(&Sample) -> f64| {
        median(pairs.samples.iter().map(|pair| value(side(pair))))
    };
    let rate = |sample: &Sample| sample.figures.per_second;
    let p99 = |sample: &Sample| millis(sample.figures.p99);
    let processor = |sample: &Sample| sample.processor.as_secs_f64() * 1e6 / f64::from(sample.figures.requests);
    let ratio = median(pairs.samples.iter().map(|(stoa, minimal)| rate(stoa) / rate(minimal)));
    let _ = writeln!(
        text,
        "| {} | {} | {:.0} | {:.0} | **{ratio:.2}** | {:.1} | {:.1} | {:.0} | {:.0} |",
        pairs.name,
        pairs.engine,
        of(|pair| &pair.0, rate),
        of(|pair| &pair.1, rate),
        of(|pair| &pair.0, p99),
        of(|pair| &pair.1, p99),
        of(|pair| &pair.0, processor),
        of(|pair| &pair.1, processor),
    );
}

fn start(text: &mut String, report: &Report) {
    let Report { engine, stoa_starts, minimal_starts, pairs, .. } = report;
    let time = |starts: &Starts| median(starts.times.iter().map(|time| millis(*time)));
    let _ = writeln!(
        text,
        "| start to the first answer, ms | {engine} | {:.0} | {:.0} |",
        time(stoa_starts),
        time(minimal_starts)
    );
    for (what, value) in [("RSS", 0), ("PSS", 1)] {
        let at_rest = |starts: &Starts| {
            median(starts.memory.iter().map(|memory| megabytes([memory.resident, memory.proportional][value])))
        };
        let _ = writeln!(
            text,
            "| {what} after start, MB | {engine} | {:.0} | {:.0} |",
            at_rest(stoa_starts),
            at_rest(minimal_starts)
        );
    }
    for pairs in pairs {
        let (stoa, minimal) = pairs.memory;
        let _ = writeln!(
            text,
            "| RSS after the load of {}, MB | {engine} | {:.0} | {:.0} |",
            pairs.name,
            megabytes(stoa.resident),
            megabytes(minimal.resident)
        );
    }
}

fn login(text: &mut String, report: &Report) {
    let Report { engine, logins: Logins { alone, list, storm, list_in_storm, memory }, .. } = report;
    let rows = [
        ("logins/s", alone.per_second),
        ("p50 of a login, ms", millis(alone.p50)),
        ("p99 of a login, ms", millis(alone.p99)),
        ("RSS after the logins, MB", megabytes(memory.resident)),
        ("p99 of a list, nobody signing in, ms", millis(list.p99)),
        ("p99 of a list while 16 connections sign in, ms", millis(list_in_storm.p99)),
        ("lists/s meanwhile", list_in_storm.per_second),
        ("logins/s meanwhile", storm.per_second),
    ];
    for (name, value) in rows {
        let decimals = usize::from(value < 10.0);
        let _ = writeln!(text, "| {name} | {engine} | {value:.decimals$} |");
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 KiB")]
fn megabytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
