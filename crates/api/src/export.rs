//! What is shared by answers that are files: told part by part, and taken away.

use std::io;

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::{HttpResponse, web};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use stoa_domain::kernel::store_error::StoreError;

use crate::blocking;
use crate::problem::Problem;
use crate::state::Api;

/// The content type of CSV.
pub(crate) const CSV: &str = "text/csv; charset=utf-8";

/// 200 with a file of this name.
pub(crate) fn attachment(
    content_type: &str,
    name: &str,
    parts: impl Stream<Item = io::Result<web::Bytes>> + 'static,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .streaming(parts)
}

/// The parts of an export that has begun: `next` gives rows and what is left of the export, `lines` writes rows, told
/// whether they are the first.
pub(crate) fn parts<E, R, N>(
    api: web::Data<Api>,
    begun: E,
    next: N,
    lines: impl Fn(Vec<R>, bool) -> io::Result<Vec<u8>> + Copy + 'static,
) -> impl Stream<Item = io::Result<web::Bytes>>
where
    E: Clone + Send + 'static,
    R: Send + 'static,
    N: Fn(&Api, E) -> Result<(Vec<R>, Option<E>), StoreError> + Copy + Send + 'static,
{
    try_unfold((api, Some(begun), true), move |(api, begun, is_first)| async move {
        let Some(export) = begun else { return Ok(None) };
        let (rows, rest) = blocking::database(&api, move |api| next(api, export.clone())).await.map_err(broken_off)?;
        let text = lines(rows, is_first)?;
        Ok(Some((web::Bytes::from(text), (api, rest, false))))
    })
}

/// The answer has begun: all that is left is to end it before its end.
#[expect(clippy::needless_pass_by_value, reason = "the form that map_err hands over")]
fn broken_off(problem: Problem) -> io::Error {
    tracing::error!(private = problem.private().unwrap_or_default(), "an export has broken off");
    io::Error::other(problem.to_string())
}

/// Rows as lines of CSV, after a line of names if there are any.
pub(crate) fn csv_lines<const N: usize>(
    names: Option<[&str; N]>,
    rows: impl Iterator<Item = [String; N]>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if let Some(names) = names {
        writer.write_record(names)?;
    }
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// A text that somebody chose must be no formula to whoever opens the file with a spreadsheet.
pub(crate) fn harmless(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::{csv_lines, harmless};

    #[test]
    fn a_formula_is_made_a_text() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"] {
            assert_eq!(harmless(text.to_owned()), format!("'{text}"));
        }
        assert_eq!(harmless("curl/8".to_owned()), "curl/8");
    }

    #[test]
    fn names_come_once_and_commas_are_kept_apart() {
        let rows = || [["1".to_owned(), "a, b".to_owned()]].into_iter();
        assert_eq!(csv_lines(Some(["n", "text"]), rows()).unwrap(), b"n,text\n1,\"a, b\"\n");
        assert_eq!(csv_lines(None, rows()).unwrap(), b"1,\"a, b\"\n");
    }
}
