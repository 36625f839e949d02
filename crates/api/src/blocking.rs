//! The one way from an async handler to a use case, which blocks.
//!
//! Work waits in the queue of its lane without holding a thread.

use actix_web::web;
use tracing::Span;

use crate::lane::Lane;
use crate::problem::{ErrorCode, Problem};
use crate::state::Api;

/// How often work is done again that lost against concurrent work.
const ATTEMPTS: u32 = 4;

/// Runs a use case that works with the database.
pub(crate) async fn database<T, E>(
    api: &web::Data<Api>,
    work: impl Fn(&Api) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem>,
{
    blocking(api, &api.lanes.database, work).await
}

/// Runs a use case that hashes passwords as well. Its lane is apart, so that others need not wait
/// for it.
pub(crate) async fn hashing<T, E>(
    api: &web::Data<Api>,
    work: impl Fn(&Api) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem>,
{
    blocking(api, &api.lanes.hashing, work).await
}

/// Runs what speaks to this identity provider, once, and touches no database. Each provider has a lane
/// of its own.
pub(crate) async fn provider<T, E>(
    api: &web::Data<Api>,
    key: &str,
    work: impl FnOnce(&Api) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem>,
{
    let lane = api.lanes.providers.get(key).ok_or_else(|| Problem::new(ErrorCode::ResourceNotFound))?;
    let (api, span) = (api.clone(), Span::current());
    lane.run(move || span.in_scope(|| work(&api).map_err(Into::into))).await?
}

async fn blocking<T, E>(
    api: &web::Data<Api>,
    lane: &Lane,
    work: impl Fn(&Api) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem>,
{
    let (api, span) = (api.clone(), Span::current());
    lane.run(move || span.in_scope(|| until_it_holds(|| work(&api)))).await?
}

/// Does the work again while the store says that it lost against concurrent work.
fn until_it_holds<T, E: Into<Problem>>(work: impl Fn() -> Result<T, E>) -> Result<T, Problem> {
    let mut attempt = 1;
    loop {
        match work().map_err(Into::into) {
            Err(problem) if problem.is_transient() && attempt < ATTEMPTS => attempt += 1,
            ended => return ended,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn what_lost_a_race_is_done_again_but_not_for_ever() {
        let runs = Cell::new(0);
        let third_time = until_it_holds(|| {
            runs.set(runs.get() + 1);
            if runs.get() < 3 { Err(Problem::busy().transient()) } else { Ok(runs.get()) }
        });
        assert_eq!(third_time.unwrap(), 3);

        runs.set(0);
        let never = until_it_holds::<(), _>(|| {
            runs.set(runs.get() + 1);
            Err(Problem::busy().transient())
        });
        assert_eq!((never.unwrap_err().code(), runs.get()), (ErrorCode::ServiceUnavailable, ATTEMPTS));
    }

    #[test]
    fn what_failed_for_good_is_not_done_again() {
        let runs = Cell::new(0);
        let _ = until_it_holds::<(), _>(|| {
            runs.set(runs.get() + 1);
            Err(Problem::internal("no"))
        });
        assert_eq!(runs.get(), 1);
    }
}
