//! The one way from an async handler to a use case, which blocks.
//!
//! A lane is a number of permits: as many pieces of work as the resource behind it can carry at
//! once. Work waits for a permit without holding a thread, and not for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::web;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Span;

use crate::app::Api;
use crate::problem::Problem;

/// How often work is done again that lost against concurrent work.
const ATTEMPTS: u32 = 4;

/// Permits for one kind of blocking work.
pub struct Lane {
    permits: Arc<Semaphore>,
    patience: Duration,
    waiting: AtomicUsize,
    most_waiting: usize,
}

impl Lane {
    /// A lane of so many permits, for which at most `most_waiting` pieces of work wait at once,
    /// and none longer than `patience`.
    pub fn new(permits: usize, patience: Duration, most_waiting: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(permits)), patience, waiting: AtomicUsize::new(0), most_waiting }
    }

    async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let place = Place::take(self)?;
        let entered = tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned()).await;
        drop(place);
        match entered {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) => Err(Problem::busy().because("the lane is closed")),
            Err(_) => Err(Problem::busy().because("no permit came free in time")),
        }
    }
}

/// A place in the queue, given back when it is dropped: also when the client hangs up.
struct Place<'l>(&'l AtomicUsize);

impl<'l> Place<'l> {
    fn take(lane: &'l Lane) -> Result<Self, Problem> {
        if lane.waiting.fetch_add(1, Ordering::Relaxed) >= lane.most_waiting {
            lane.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Problem::busy().because("too many requests wait already"));
        }
        Ok(Self(&lane.waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

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

#[expect(clippy::disallowed_methods, reason = "this is the one place, behind the permits")]
async fn blocking<T, E>(
    api: &web::Data<Api>,
    lane: &Lane,
    work: impl Fn(&Api) -> Result<T, E> + Send + 'static,
) -> Result<T, Problem>
where
    T: Send + 'static,
    E: Into<Problem>,
{
    let permit = lane.enter().await?;
    let (api, span) = (api.clone(), Span::current());
    let run = move || {
        let _permit = permit;
        span.in_scope(|| until_it_holds(|| work(&api)))
    };
    web::block(run).await.unwrap_or_else(|_| Err(Problem::internal("the work panicked")))
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
    use crate::problem::ErrorCode;

    #[actix_web::test]
    async fn a_full_lane_answers_busy_after_its_patience() {
        let lane = Lane::new(1, Duration::from_millis(20), 8);
        let held = lane.enter().await.unwrap();
        assert_eq!(lane.enter().await.unwrap_err().code(), ErrorCode::ServiceUnavailable);
        drop(held);
        assert!(lane.enter().await.is_ok());
    }

    #[actix_web::test]
    async fn a_full_queue_answers_busy_at_once() {
        let lane = Lane::new(1, Duration::from_hours(1), 0);
        let _held = lane.enter().await.unwrap();
        let refused = lane.enter().await.unwrap_err();
        assert_eq!(refused.private(), Some("too many requests wait already"));
    }

    #[actix_web::test]
    async fn who_stops_waiting_gives_the_place_back() {
        let lane = Lane::new(1, Duration::from_hours(1), 1);
        let held = lane.enter().await.unwrap();
        let given_up = tokio::time::timeout(Duration::from_millis(10), lane.enter()).await;
        assert!(given_up.is_err());
        assert_eq!(lane.waiting.load(Ordering::Relaxed), 0);
        drop(held);
    }

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
