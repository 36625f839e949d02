//! Versions in headers: `ETag: "3"` goes out, `If-Match: "3"` comes back.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};

use crate::problem::Problem;

/// The version in `If-Match`; `*` and no header name none.
pub(crate) struct IfMatch(pub(crate) Option<i64>);

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let header = request.headers().get(IF_MATCH).map(|value| value.to_str().unwrap_or_default());
        ready(version_of(header).map(Self))
    }
}

impl IfMatch {
    /// The version that header and body name together.
    ///
    /// # Errors
    /// If they name different ones.
    pub(crate) fn and_body(&self, body: Option<i64>) -> Result<Option<i64>, Problem> {
        match (self.0, body) {
            (Some(header), Some(body)) if header != body => {
                Err(Problem::invalid_field("version", "mismatch", "must be the version in If-Match"))
            }
            (header, body) => Ok(header.or(body)),
        }
    }
}

fn version_of(header: Option<&str>) -> Result<Option<i64>, Problem> {
    let Some(text) = header.map(str::trim).filter(|text| *text != "*") else { return Ok(None) };
    let quoted = text.strip_prefix("W/").unwrap_or(text);
    let version = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted).parse();
    match version {
        Ok(version) => Ok(Some(version)),
        Err(_) => Err(Problem::invalid_field("If-Match", "version", "must be an ETag that Stoa has given")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_comes_back_as_its_version() {
        for text in ["\"3\"", "W/\"3\"", "3"] {
            assert_eq!(version_of(Some(text)).unwrap(), Some(3), "{text}");
        }
        assert_eq!(version_of(Some("*")).unwrap(), None);
        assert_eq!(version_of(None).unwrap(), None);
        assert_eq!(version_of(Some("\"abc\"")).unwrap_err().details()[0].field, "If-Match");
    }

    #[test]
    fn header_and_body_must_agree() {
        assert_eq!(IfMatch(Some(3)).and_body(None).unwrap(), Some(3));
        assert_eq!(IfMatch(None).and_body(Some(3)).unwrap(), Some(3));
        assert_eq!(IfMatch(Some(3)).and_body(Some(4)).unwrap_err().details()[0].field, "version");
    }
}
