//! Lanes: threads for work that blocks, as many as the resource behind them can carry, and a queue
//! in front of them.
//!
//! The threads are a lane's own, and hold no permits: a thread that is done takes the next piece
//! of work itself. A permit would have to wake a waiting request first, and that a thread.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::problem::Problem;

type Job = Box<dyn FnOnce() + Send>;

/// Threads for one kind of blocking work.
pub struct Lane {
    queue: Arc<Queue>,
    patience: Duration,
    most_waiting: usize,
}

impl Lane {
    /// A lane of so many threads, for which at most `most_waiting` pieces of work wait at once,
    /// and none longer than `patience`.
    ///
    /// # Errors
    /// If the machine gives no more threads.
    pub fn new(name: &str, threads: usize, patience: Duration, most_waiting: usize) -> io::Result<Self> {
        let lane = Self { queue: Arc::new(Queue::new(threads)), patience, most_waiting };
        for _ in 0..threads {
            let queue = Arc::clone(&lane.queue);
            thread::Builder::new().name(name.to_owned()).spawn(move || queue.work())?;
        }
        Ok(lane)
    }

    /// Pieces of work that no thread has taken yet.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.state().jobs.len()
    }

    /// Runs the work on a thread of the lane. What has not begun when the patience ends, or when
    /// nobody waits for the answer any more, is not done at all.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let (answer, mut answered) = oneshot::channel();
        let claim = Arc::new(Claim::default());
        let begun = Arc::clone(&claim);
        let job = move || {
            if !answer.is_closed() && begun.take() {
                let _ = answer.send(work());
            }
        };
        self.queue.push(Box::new(job), self.most_waiting)?;

        let ended = match timeout(self.patience, &mut answered).await {
            Ok(ended) => ended,
            Err(_) if claim.take() => return Err(Problem::busy().because("no thread came free in time")),
            Err(_) => answered.await,
        };
        ended.map_err(|_| Problem::internal("the work panicked"))
    }
}

/// The threads end when they have done what is queued.
impl Drop for Lane {
    fn drop(&mut self) {
        self.queue.state().closed = true;
        self.queue.arrived.notify_all();
    }
}

/// Whether a piece of work is done or given up; the first to take it decides.
#[derive(Default)]
struct Claim(AtomicBool);

impl Claim {
    fn take(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}

struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    /// Threads without work.
    idle: usize,
    /// A thread has been woken and has not looked yet.
    waking: bool,
    closed: bool,
}

impl State {
    /// Whether one more thread should be woken: one at a time, for waking costs a system call and
    /// threads that are at work look here anyway.
    fn wakes_another(&mut self) -> bool {
        let wakes = !self.jobs.is_empty() && self.idle > 0 && !self.waking;
        self.waking |= wakes;
        wakes
    }
}

impl Queue {
    fn new(threads: usize) -> Self {
        let state = State { jobs: VecDeque::new(), idle: threads, waking: false, closed: false };
        Self { state: Mutex::new(state), arrived: Condvar::new() }
    }

    /// Nothing panics while it holds the lock, so there is no half-changed state to fear.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, job: Job, most_waiting: usize) -> Result<(), Problem> {
        let mut state = self.state();
        if state.jobs.len() >= state.idle + most_waiting {
            return Err(Problem::busy().because("too many requests wait already"));
        }
        state.jobs.push_back(job);
        self.release(state);
        Ok(())
    }

    /// Gives the lock back, and the word on to another thread if there is work for it.
    fn release(&self, mut state: MutexGuard<'_, State>) {
        let wakes = state.wakes_another();
        drop(state);
        if wakes {
            self.arrived.notify_one();
        }
    }

    /// The life of a thread.
    fn work(&self) {
        let mut state = self.state();
        // Who called before there was a thread to hear it has called this one.
        state.waking = false;
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.idle -= 1;
                self.release(state);
                // The asker learns of a panic because the answer is dropped; the thread goes on.
                let _ = catch_unwind(AssertUnwindSafe(job));
                state = self.state();
                state.idle += 1;
            } else if state.closed {
                return;
            } else {
                state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.waking = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::problem::ErrorCode;

    const LONG: Duration = Duration::from_hours(1);

    fn lane(patience: Duration, most_waiting: usize) -> Arc<Lane> {
        Arc::new(Lane::new("test", 1, patience, most_waiting).unwrap())
    }

    /// Keeps the lane's one thread at work until the answer is dropped.
    async fn held(lane: &Arc<Lane>) -> mpsc::Sender<()> {
        let (release, released) = mpsc::channel::<()>();
        let (begins, started) = oneshot::channel();
        let lane = Arc::clone(lane);
        actix_web::rt::spawn(async move {
            let work = move || {
                let _ = begins.send(());
                let _ = released.recv();
            };
            lane.run(work).await.unwrap();
        });
        started.await.unwrap();
        release
    }

    #[actix_web::test]
    async fn work_is_done_on_a_thread_of_the_lane() {
        let name = lane(LONG, 0).run(|| thread::current().name().map(str::to_owned)).await.unwrap();
        assert_eq!(name.as_deref(), Some("test"));
    }

    #[actix_web::test]
    async fn a_full_lane_answers_busy_after_its_patience_and_does_not_do_the_work() {
        let lane = lane(Duration::from_millis(20), 8);
        let held = held(&lane).await;
        let (done, seen) = mpsc::channel();
        let refused = lane.run(move || done.send(())).await.unwrap_err();
        assert_eq!(
            (refused.code(), refused.private()),
            (ErrorCode::ServiceUnavailable, Some("no thread came free in time"))
        );
        drop(held);
        assert_eq!(lane.run(|| 7).await.unwrap(), 7);
        assert!(seen.recv().is_err());
    }

    #[actix_web::test]
    async fn work_that_has_begun_may_take_longer_than_the_patience() {
        let slow = lane(Duration::from_millis(10), 0).run(|| thread::sleep(Duration::from_millis(50))).await;
        assert!(slow.is_ok());
    }

    #[actix_web::test]
    async fn a_full_queue_answers_busy_at_once() {
        let lane = lane(LONG, 0);
        let _held = held(&lane).await;
        let refused = lane.run(|| ()).await.unwrap_err();
        assert_eq!(refused.private(), Some("too many requests wait already"));
    }

    #[actix_web::test]
    async fn what_nobody_waits_for_any_more_is_not_done() {
        let lane = lane(LONG, 8);
        let held = held(&lane).await;
        let (done, seen) = mpsc::channel();
        assert!(timeout(Duration::from_millis(10), lane.run(move || done.send(()))).await.is_err());
        drop(held);
        lane.run(|| ()).await.unwrap();
        assert!(seen.recv().is_err());
    }

    #[actix_web::test]
    async fn a_panic_is_told_and_the_thread_goes_on() {
        // The answer comes before the thread is free again: the next piece of work may have to wait.
        let lane = lane(LONG, 1);
        let fell: Result<(), Problem> = lane.run(|| panic!("on purpose")).await;
        assert_eq!(fell.unwrap_err().code(), ErrorCode::InternalError);
        assert_eq!(lane.run(|| 7).await.unwrap(), 7);
    }
}
