//! Bodies that are pictures.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use stoa_domain::people::image::ImageFormat;

use super::valid::{Reading, read_body};
use crate::problem::{ErrorCode, Problem};

/// A picture of a format that Stoa takes, as far as `Content-Type` says.
pub(crate) struct ImageBody {
    /// The format that is said.
    pub(crate) format: ImageFormat,
    /// The whole body.
    pub(crate) bytes: web::Bytes,
}

impl FromRequest for ImageBody {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let format = ImageFormat::of_content_type(request.content_type().trim());
        let body = read_body(request, payload);
        Box::pin(async move {
            let format = format.ok_or_else(|| Problem::new(ErrorCode::UnsupportedMediaType))?;
            Ok(Self { format, bytes: body.await? })
        })
    }
}
