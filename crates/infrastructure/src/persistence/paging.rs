//! What the list queries of all contexts share.

use chrono::DateTime;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use stoa_domain::kernel::store_error::StoreError;

use super::sql_types::{At, BigInt};

/// The LIKE pattern for "contains this text, whatever its case" in a column of lower-cased text,
/// with `\` as its escape character.
///
/// No text that is searched holds a control character, but for the one that parts a column's
/// texts from each other: U+0001 stands for them all and is found nowhere. (PostgreSQL takes no
/// U+0000, and to SQLite it is the end of the pattern.)
pub(super) fn contains(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars() {
        match c {
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            c if c.is_control() => pattern.push('\u{1}'),
            c => pattern.push(c),
        }
    }
    pattern.push('%');
    pattern
}

/// Orders a boxed query by one column and the id, and cuts off what comes before the cursor.
macro_rules! ordered {
    ($rows:ident, $query:expr, $column:expr, $id:expr, $cursor:ident => $value:expr) => {{
        let after = match &$query.window.start {
            Start::After($cursor) => Some(($value, Id($cursor.id))),
            Start::Offset(_) => None,
        };
        match (after, $query.order.descending) {
            (None, false) => $rows.order_by(($column.asc(), $id.asc())),
            (None, true) => $rows.order_by(($column.desc(), $id.desc())),
            (Some((value, row)), false) => $rows
                .filter($column.gt(value.clone()).or($column.eq(value).and($id.gt(row))))
                .order_by(($column.asc(), $id.asc())),
            (Some((value, row)), true) => $rows
                .filter($column.lt(value.clone()).or($column.eq(value).and($id.lt(row))))
                .order_by(($column.desc(), $id.desc())),
        }
    }};
}

pub(super) use ordered;

/// A query of one number as a column of another query, so that one statement answers both. It knows nothing of the rows
/// around it: what it counts is the same for each, and is counted once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Total<Q>(pub(super) Q);

impl<Q> Expression for Total<Q> {
    type SqlType = BigInt;
}

impl<Q, QS> AppearsOnTable<QS> for Total<Q> {}

impl<Q, QS> SelectableExpression<QS> for Total<Q> {}

impl<Q, G> ValidGrouping<G> for Total<Q> {
    type IsAggregate = is_aggregate::Never;
}

impl<Q> QueryId for Total<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Total<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("(");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

/// The rows of a boxed query, and how many there would be without its limit if its window begins at an offset: with
/// them, where there are any.
macro_rules! counted {
    ($c:ident, $query:expr, $columns:expr, $rows:expr, $count:expr => $row:ty) => {{
        let offset = match $query.window.start {
            Start::After(_) => None,
            Start::Offset(offset) => Some(offset),
        };
        match offset {
            None => ($rows.load::<$row>($c).map_err(fault)?, None),
            Some(offset) => {
                let rows = $rows.select(($columns, Total($count)));
                let rows = rows.load::<($row, i64)>($c).map_err(fault)?;
                let total = match rows.first() {
                    Some((_, total)) => *total,
                    None if offset == 0 => 0,
                    None => $count.get_result::<i64>($c).map_err(fault)?,
                };
                (rows.into_iter().map(|(row, _)| row).collect::<Vec<_>>(), Some(total))
            }
        }
    }};
}

pub(super) use counted;

/// An instant inside a cursor.
pub(super) fn instant_text(at: At) -> String {
    at.0.timestamp_micros().to_string()
}

/// The instant inside a cursor. A text that is none was not made by us: nothing follows it.
pub(super) fn instant_of(value: &str) -> Result<At, StoreError> {
    value
        .parse()
        .ok()
        .and_then(DateTime::from_timestamp_micros)
        .map(At)
        .ok_or_else(|| StoreError::Internal("a cursor that holds no instant".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_the_text_are_no_wildcards() {
        assert_eq!(contains(r"50%_a\b"), r"%50\%\_a\\b%");
    }

    #[test]
    fn case_and_control_characters_are_evened_out() {
        assert_eq!(contains("KÜHL\0\n"), "%kühl\u{1}\u{1}%");
    }

    #[test]
    fn an_instant_survives_the_cursor() {
        let at = At(DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap());
        assert_eq!(instant_of(&instant_text(at)), Ok(at));
        assert!(instant_of("yesterday").is_err());
    }
}
