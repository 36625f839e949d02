//! Lanes: as many pieces of work at once as the resource behind them can carry.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

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

    /// Waits for a permit, and not for long.
    pub(crate) async fn enter(&self) -> Result<OwnedSemaphorePermit, Problem> {
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

#[cfg(test)]
mod tests {
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
}
