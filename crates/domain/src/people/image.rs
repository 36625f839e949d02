//! The picture that shows a person.

use serde::Serialize;
use uuid::Uuid;

use crate::kernel::field::Flaw;
use crate::kernel::sources::{Timestamp, rfc3339};

/// Most bytes of a picture: one mebibyte.
pub const IMAGE_MAX: usize = 1024 * 1024;

/// The formats that are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum ImageFormat {
    /// Portable Network Graphics.
    #[serde(rename = "image/png")]
    Png,
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// `WebP`.
    #[serde(rename = "image/webp")]
    Webp,
}

impl ImageFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Png, Self::Jpeg, Self::Webp];

    /// Its media type, as it stands in headers and in the store.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// The format of a media type without parameters, whatever its case.
    pub fn of_content_type(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.content_type().eq_ignore_ascii_case(text))
    }

    /// The format that the first bytes of a picture tell.
    pub fn of_content(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => None,
        }
    }
}

/// What is told of a picture without showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ImageFacts {
    /// Changes with every picture.
    pub tag: Uuid,
    /// Its format.
    pub content_type: ImageFormat,
    /// Its bytes, counted: 1 to [`IMAGE_MAX`].
    pub size: usize,
    /// When it was put there.
    #[serde(serialize_with = "rfc3339")]
    pub updated_at: Timestamp,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileImage {
    /// What is told of it.
    pub facts: ImageFacts,
    /// The file as it was given.
    pub bytes: Vec<u8>,
}

impl ProfileImage {
    /// A picture of these bytes, said to be of this format.
    ///
    /// # Errors
    /// The flaw of bytes that are of another format or none, or too many.
    pub fn new(tag: Uuid, format: ImageFormat, bytes: &[u8], now: Timestamp) -> Result<Self, Flaw> {
        if bytes.len() > IMAGE_MAX {
            return Err(Flaw { code: "length", message: "must have at most 1 MiB" });
        }
        if ImageFormat::of_content(bytes) != Some(format) {
            return Err(Flaw { code: "content", message: "must be a picture of the type that Content-Type says" });
        }
        let facts = ImageFacts { tag, content_type: format, size: bytes.len(), updated_at: now };
        Ok(Self { facts, bytes: bytes.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";
    const WEBP: &[u8] = b"RIFF\x04\0\0\0WEBPVP8 ";

    fn image(format: ImageFormat, bytes: &[u8]) -> Result<ProfileImage, Flaw> {
        ProfileImage::new(Uuid::from_u128(1), format, bytes, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn a_picture_is_what_it_is_said_to_be() {
        let pictures = [(ImageFormat::Png, PNG), (ImageFormat::Jpeg, JPEG), (ImageFormat::Webp, WEBP)];
        for (format, bytes) in pictures {
            let taken = image(format, bytes).unwrap();
            assert_eq!((taken.facts.size, &*taken.bytes), (bytes.len(), bytes));
            for (other, _) in pictures.iter().filter(|(other, _)| *other != format) {
                assert_eq!(image(*other, bytes).unwrap_err().code, "content");
            }
        }
        for bytes in [&b""[..], b"\x89PNG", b"GIF89a", b"<svg/>", b"RIFF\x04\0\0\0WAVE", b"\xff\xd8"] {
            assert_eq!(image(ImageFormat::Png, bytes).unwrap_err().code, "content");
        }
    }

    #[test]
    fn a_picture_has_at_most_a_mebibyte() {
        let padded = |size: usize| [PNG, &vec![0; size - PNG.len()]].concat();
        assert!(image(ImageFormat::Png, &padded(IMAGE_MAX)).is_ok());
        assert_eq!(image(ImageFormat::Png, &padded(IMAGE_MAX + 1)).unwrap_err().code, "length");
    }

    #[test]
    fn a_format_is_told_by_its_media_type() {
        for format in ImageFormat::ALL {
            assert_eq!(ImageFormat::of_content_type(&format.content_type().to_uppercase()), Some(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.content_type());
        }
        assert_eq!(ImageFormat::of_content_type("image/gif"), None);
    }
}
