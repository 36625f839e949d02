//! Lists: which part is wanted, and the part that is given.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::field::{Flaw, InvalidField};

/// Rows of a page when the request names no number.
pub const PAGE_SIZE_DEFAULT: u32 = 20;
/// Most rows of a page.
pub const PAGE_SIZE_MAX: u32 = 100;

/// What a list is sorted by, as far as a cursor must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortValue {
    /// A text without control characters.
    Text,
    /// An instant, as microseconds since 1970.
    Instant,
    /// A whole number.
    Number,
    /// An instant, as microseconds since 1970, a space, and a text without control characters.
    InstantAndText,
}

impl SortValue {
    fn admits(self, value: &str) -> bool {
        match self {
            Self::Text => !value.chars().any(char::is_control),
            Self::Number => value.parse::<i64>().is_ok(),
            Self::Instant => value.parse().ok().and_then(DateTime::from_timestamp_micros).is_some(),
            Self::InstantAndText => value
                .split_once(' ')
                .is_some_and(|(instant, text)| Self::Instant.admits(instant) && Self::Text.admits(text)),
        }
    }
}

/// The place after a row in a list sorted in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort key the list had, as the request wrote it.
    pub sort: String,
    /// The row's value under that key.
    pub value: String,
    /// The row's id, which decides between equal values.
    pub id: Uuid,
}

impl Cursor {
    /// The opaque text a client hands back.
    pub fn encode(&self) -> String {
        let json = serde_json::json!([self.sort, self.value, self.id]).to_string();
        URL_SAFE_NO_PAD.encode(json)
    }

    fn decode(text: &str) -> Option<Self> {
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (sort, value, id) = serde_json::from_slice(&json).ok()?;
        Some(Self { sort, value, id })
    }
}

/// Where the wanted part of a list begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// After so many rows. The answer counts all rows.
    Offset(u32),
    /// After this row. The answer counts nothing, and costs the same at any depth.
    After(Cursor),
}

/// The wanted part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Where it begins.
    pub start: Start,
    /// How many rows, 1 to [`PAGE_SIZE_MAX`].
    pub size: u32,
}

impl Window {
    /// Rows to read: one more than wanted, to see whether more follow. See [`Page::cut`].
    pub fn fetch(&self) -> i64 {
        i64::from(self.size) + 1
    }

    /// Rows to pass over.
    pub fn offset(&self) -> i64 {
        match self.start {
            Start::Offset(offset) => i64::from(offset),
            Start::After(_) => 0,
        }
    }
}

/// The paging fields of a list request as they were given.
#[derive(Debug, Clone, Default)]
pub struct Paging<'a> {
    /// Page, from 1.
    pub page: Option<u32>,
    /// Rows a page.
    pub page_size: Option<u32>,
    /// Rows to skip: the same thing in other words.
    pub skip: Option<u32>,
    /// Rows to give: the same thing in other words.
    pub limit: Option<u32>,
    /// The `next_cursor` of an earlier answer.
    pub cursor: Option<&'a str>,
}

impl Paging<'_> {
    /// The window these fields mean in a list sorted by `sort`, which is of the given kind.
    ///
    /// # Errors
    /// An [`InvalidField`] for a value out of range, for two ways of paging at once, and for a
    /// cursor that is none or belongs to another sort order.
    pub fn window(&self, sort: &str, kind: SortValue) -> Result<Window, InvalidField> {
        const MIXED: Flaw = Flaw {
            code: "mixed_paging",
            message: "use page and page_size, or skip and limit, or cursor, but not two of them",
        };
        const RANGE: Flaw = Flaw { code: "range", message: "must be from 1 to 100" };
        const CURSOR: Flaw = Flaw { code: "cursor", message: "must be the next_cursor of a list with the same sort" };

        if self.cursor.is_some() && (self.page.is_some() || self.skip.is_some()) {
            return Err(MIXED.at("cursor"));
        }
        if self.skip.is_some() && self.page.is_some() {
            return Err(MIXED.at("skip"));
        }
        if self.limit.is_some() && (self.page_size.is_some() || self.page.is_some()) {
            return Err(MIXED.at("limit"));
        }
        if self.skip.is_some() && self.page_size.is_some() {
            return Err(MIXED.at("page_size"));
        }
        let (size, field) = match (self.page_size, self.limit) {
            (Some(size), _) => (size, "page_size"),
            (None, Some(limit)) => (limit, "limit"),
            (None, None) => (PAGE_SIZE_DEFAULT, "page_size"),
        };
        if !(1..=PAGE_SIZE_MAX).contains(&size) {
            return Err(RANGE.at(field));
        }
        if let Some(text) = self.cursor {
            let cursor = Cursor::decode(text)
                .filter(|cursor| cursor.sort == sort && kind.admits(&cursor.value))
                .ok_or(CURSOR.at("cursor"))?;
            return Ok(Window { start: Start::After(cursor), size });
        }
        let offset = match (self.page, self.skip) {
            (Some(page), _) => page
                .checked_sub(1)
                .and_then(|before| before.checked_mul(size))
                .ok_or(Flaw { code: "range", message: "must be a page number from 1" }.at("page"))?,
            (None, Some(skip)) => skip,
            (None, None) => 0,
        };
        Ok(Window { start: Start::Offset(offset), size })
    }
}

/// Declares the request for a list: the five fields that every list is paged by, and those that this
/// one has of its own. (Serde cannot flatten one struct into another that refuses unknown fields.)
macro_rules! list_request {
    ($(#[$about:meta])* pub struct $name:ident { $($own:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, serde::Deserialize, validator::Validate)]
        #[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Page, from 1.
            #[validate(range(min = 1, message = "must be a page number from 1"))]
            #[cfg_attr(feature = "openapi", param(minimum = 1, default = 1))]
            pub page: Option<u32>,
            /// Rows a page.
            #[validate(range(min = 1, max = crate::kernel::page::PAGE_SIZE_MAX, message = "must be from 1 to 100"))]
            #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100, default = 20))]
            pub page_size: Option<u32>,
            /// Rows to skip, in place of `page`.
            pub skip: Option<u32>,
            /// Rows to give, in place of `page_size`.
            #[validate(range(min = 1, max = crate::kernel::page::PAGE_SIZE_MAX, message = "must be from 1 to 100"))]
            #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
            pub limit: Option<u32>,
            /// The `next_cursor` of an earlier answer, in place of `page`.
            pub cursor: Option<String>,
            $($own)*
        }

        impl $name {
            fn paging(&self) -> crate::kernel::page::Paging<'_> {
                crate::kernel::page::Paging {
                    page: self.page,
                    page_size: self.page_size,
                    skip: self.skip,
                    limit: self.limit,
                    cursor: self.cursor.as_deref(),
                }
            }
        }
    };
}
pub(crate) use list_request;

list_request! {
    /// Which part of a list to give, where that is all there is to say.
    pub struct PagingRequest {}
}

impl PagingRequest {
    /// The window these parameters mean in a list sorted by `sort`, which is of the given kind.
    ///
    /// # Errors
    /// The first parameter that means none.
    pub fn window(&self, sort: &str, kind: SortValue) -> Result<Window, InvalidField> {
        self.paging().window(sort, kind)
    }
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Rows in the whole list; not counted behind a cursor.
    pub total: Option<u64>,
    /// The window's start, for the answer's `page`.
    pub offset: Option<u32>,
    /// The window's size.
    pub size: u32,
    /// The place after the last row, if more rows follow.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of up to `window.size + 1` rows: the row too many only shows that more follow.
    pub fn cut(mut rows: Vec<T>, total: Option<u64>, window: &Window, cursor: impl FnOnce(&T) -> Cursor) -> Self {
        let size = window.size as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(cursor) } else { None };
        let offset = match window.start {
            Start::Offset(offset) => Some(offset),
            Start::After(_) => None,
        };
        Self { items: rows, total, offset, size: window.size, next }
    }

    /// The same page of other rows, one for each.
    pub fn map<U>(self, row: impl FnMut(T) -> U) -> Page<U> {
        let Self { items, total, offset, size, next } = self;
        Page { items: items.into_iter().map(row).collect(), total, offset, size, next }
    }
}

/// The body of every list.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PageResponse<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// Rows in the whole list; `null` when paging by cursor.
    pub total: Option<u64>,
    /// Number of this page, from 1; `null` when paging by cursor.
    pub page: Option<u32>,
    /// Rows a page.
    pub page_size: u32,
    /// Whether rows follow.
    pub has_more: bool,
    /// Hand back as `cursor` for the rows that follow.
    pub next_cursor: Option<String>,
}

impl<T, U: From<T>> From<Page<T>> for PageResponse<U> {
    fn from(page: Page<T>) -> Self {
        Self {
            items: page.items.into_iter().map(U::from).collect(),
            total: page.total,
            page: page.offset.map(|offset| offset / page.size + 1),
            page_size: page.size,
            has_more: page.next.is_some(),
            next_cursor: page.next.as_ref().map(Cursor::encode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        Cursor { sort: "code".into(), value: "W \"1\" ~".into(), id: Uuid::from_u128(5) }
    }

    #[test]
    fn nothing_given_is_the_first_page() {
        assert_eq!(
            Paging::default().window("code", SortValue::Text).unwrap(),
            Window { start: Start::Offset(0), size: 20 }
        );
    }

    #[test]
    fn page_and_skip_are_two_words_for_one_thing() {
        let page = Paging { page: Some(3), page_size: Some(10), ..Paging::default() };
        let skip = Paging { skip: Some(20), limit: Some(10), ..Paging::default() };
        assert_eq!(page.window("code", SortValue::Text).unwrap(), skip.window("code", SortValue::Text).unwrap());
    }

    #[test]
    fn a_cursor_survives_the_trip_and_is_bound_to_its_sort() {
        let text = cursor().encode();
        let paging = Paging { cursor: Some(&text), ..Paging::default() };
        assert_eq!(paging.window("code", SortValue::Text).unwrap().start, Start::After(cursor()));
        assert_eq!(paging.window("name", SortValue::Text).unwrap_err().field, "cursor");
        assert_eq!(
            Paging { cursor: Some("%%"), ..Paging::default() }.window("code", SortValue::Text).unwrap_err().flaw.code,
            "cursor"
        );
    }

    #[test]
    fn a_cursor_that_was_tampered_with_is_refused() {
        for (value, kind) in [
            ("first", SortValue::Number),
            ("yesterday", SortValue::Instant),
            ("9e99", SortValue::Instant),
            ("a\0b", SortValue::Text),
            ("1", SortValue::InstantAndText),
            ("now a", SortValue::InstantAndText),
            ("1 a\0b", SortValue::InstantAndText),
        ] {
            let text = Cursor { value: value.into(), ..cursor() }.encode();
            let refused = Paging { cursor: Some(&text), ..Paging::default() }.window("code", kind).unwrap_err();
            assert_eq!((refused.field, refused.flaw.code), ("cursor", "cursor"));
        }
    }

    #[test]
    fn two_ways_of_paging_at_once_are_refused() {
        let text = cursor().encode();
        let mixes = [
            (Paging { page: Some(1), skip: Some(0), ..Paging::default() }, "skip"),
            (Paging { page: Some(1), limit: Some(5), ..Paging::default() }, "limit"),
            (Paging { page_size: Some(5), limit: Some(5), ..Paging::default() }, "limit"),
            (Paging { page_size: Some(5), skip: Some(5), ..Paging::default() }, "page_size"),
            (Paging { page: Some(1), cursor: Some(&text), ..Paging::default() }, "cursor"),
            (Paging { skip: Some(1), cursor: Some(&text), ..Paging::default() }, "cursor"),
        ];
        for (paging, field) in mixes {
            let error = paging.window("code", SortValue::Text).unwrap_err();
            assert_eq!((error.field, error.flaw.code), (field, "mixed_paging"));
        }
    }

    #[test]
    fn sizes_and_pages_have_bounds() {
        for (paging, field) in [
            (Paging { page_size: Some(0), ..Paging::default() }, "page_size"),
            (Paging { page_size: Some(101), ..Paging::default() }, "page_size"),
            (Paging { limit: Some(0), ..Paging::default() }, "limit"),
            (Paging { page: Some(0), ..Paging::default() }, "page"),
            (Paging { page: Some(u32::MAX), page_size: Some(100), ..Paging::default() }, "page"),
        ] {
            let error = paging.window("code", SortValue::Text).unwrap_err();
            assert_eq!((error.field, error.flaw.code), (field, "range"));
        }
    }

    #[test]
    fn the_row_too_many_is_cut_and_leaves_a_cursor() {
        let window = Window { start: Start::Offset(4), size: 2 };
        let at = |n: &u128| Cursor { sort: "n".into(), value: n.to_string(), id: Uuid::from_u128(*n) };
        let page = Page::cut(vec![1_u128, 2, 3], Some(9), &window, at);
        assert_eq!((page.items.len(), page.next.map(|next| next.value)), (2, Some("2".into())));
        let last = Page::cut(vec![1_u128, 2], Some(6), &window, at);
        let response = PageResponse::<u128>::from(last);
        assert_eq!((response.page, response.has_more, response.next_cursor), (Some(3), false, None));
    }
}
