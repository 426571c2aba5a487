//! A fixed number of threads that serve two queues; each thread keeps its state while jobs wait.

use std::{
    collections::VecDeque,
    io,
    num::NonZero,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use domain::ports::{HashPermit, Lane, PortError};
use thiserror::Error;
use tokio::sync::oneshot;

type Job<State> = Box<dyn FnOnce(&mut State) + Send>;

/// How many jobs of the first queue run before one that waits in the second.
const IN_A_ROW: u32 = 4;

/// The threads; they end when the pool is dropped.
pub struct Pool<State> {
    shared: Arc<PoolState<State>>,
}

struct PoolState<State> {
    queues: Mutex<Queues<State>>,
    /// Notified for each new job, and for all threads at the end.
    news: Condvar,
}

/// The two queues. Their total length is bounded by the number of permits.
struct Queues<State> {
    known: VecDeque<Job<State>>,
    strangers: VecDeque<Job<State>>,
    /// Jobs taken from the first queue while one waits in the second.
    in_a_row: u32,
    /// Threads that are still running.
    threads: usize,
    /// Whether new jobs are dropped.
    is_closed: bool,
}

#[derive(Debug, Error)]
#[error("a computing thread has ended")]
struct ThreadGoneError;

impl<State> Queues<State> {
    /// Takes the next job: from known users first, but after [`IN_A_ROW`] of those from strangers.
    fn next(&mut self) -> Option<Job<State>> {
        let strangers_turn = self.known.is_empty() || self.in_a_row >= IN_A_ROW;
        if strangers_turn && let Some(job) = self.strangers.pop_front() {
            self.in_a_row = 0;
            return Some(job);
        }
        self.in_a_row = if self.strangers.is_empty() {
            0
        } else {
            self.in_a_row + 1
        };
        self.known.pop_front()
    }
}

impl<State> PoolState<State> {
    fn queues(&self) -> MutexGuard<'_, Queues<State>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a job that is already queued, without waiting.
    fn waiting(&self) -> Option<Job<State>> {
        self.queues().next()
    }

    /// Waits for the next job; returns none once the pool is dropped and both queues are empty.
    fn next(&self) -> Option<Job<State>> {
        let mut queues = self.queues();
        loop {
            if let Some(job) = queues.next() {
                return Some(job);
            }
            if queues.is_closed {
                return None;
            }
            queues = self
                .news
                .wait(queues)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<State: Default + 'static> Pool<State> {
    /// Starts the threads.
    pub fn start(name: &str, threads: NonZero<usize>) -> io::Result<Self> {
        let shared = Arc::new(PoolState {
            queues: Mutex::new(Queues {
                known: VecDeque::new(),
                strangers: VecDeque::new(),
                in_a_row: 0,
                threads: threads.get(),
                is_closed: false,
            }),
            news: Condvar::new(),
        });
        // Dropping the pool on error ends the threads that have started.
        let pool = Self { shared };
        for _ in 0..threads.get() {
            let worker = Worker(Arc::clone(&pool.shared));
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || worker.work())?;
        }
        Ok(pool)
    }

    /// Runs a job under its permit.
    pub async fn run<T: Send + 'static>(
        &self,
        permit: HashPermit,
        job: impl FnOnce(&mut State) -> T + Send + 'static,
    ) -> Result<T, PortError> {
        let (answer, result) = oneshot::channel();
        let lane = permit.lane();
        let job = move |state: &mut State| {
            // A job is skipped if the request that waited for it is gone.
            if !answer.is_closed() {
                let done = job(state);
                drop(permit);
                let _ = answer.send(done);
            }
        };
        self.queue(lane, Box::new(job));
        let gone = |_| PortError::Failed(ThreadGoneError.into());
        result.await.map_err(gone)
    }

    /// Queues a job. If no thread is left, the job is dropped, which closes the caller's channel.
    fn queue(&self, lane: Lane, job: Job<State>) {
        let mut queues = self.shared.queues();
        if queues.is_closed {
            return;
        }
        match lane {
            Lane::Known => queues.known.push_back(job),
            Lane::Stranger => queues.strangers.push_back(job),
        }
        drop(queues);
        self.shared.news.notify_one();
    }
}

impl<State> Drop for Pool<State> {
    fn drop(&mut self) {
        self.shared.queues().is_closed = true;
        self.shared.news.notify_all();
    }
}

/// A thread's handle to the queues.
struct Worker<State>(Arc<PoolState<State>>);

impl<State: Default> Worker<State> {
    fn work(&self) {
        let mut state = State::default();
        while let Some(job) = self.0.waiting().or_else(|| {
            // The state is freed before the wait, which may be long.
            state = State::default();
            self.0.next()
        }) {
            job(&mut state);
        }
    }
}

impl<State> Drop for Worker<State> {
    /// A thread ends with the pool, or by a panic. When the last one ends, queued jobs are dropped
    /// so that no caller waits forever.
    fn drop(&mut self) {
        let mut queues = self.0.queues();
        queues.threads -= 1;
        if queues.threads == 0 {
            queues.is_closed = true;
            let left = (
                std::mem::take(&mut queues.known),
                std::mem::take(&mut queues.strangers),
            );
            drop(queues);
            drop(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    fn permit(lane: Lane) -> HashPermit {
        HashPermit::new(lane, ())
    }

    impl<State: Default + 'static> Pool<State> {
        async fn run_now<T: Send + 'static>(
            &self,
            job: impl FnOnce(&mut State) -> T + Send + 'static,
        ) -> Result<T, PortError> {
            self.run(permit(Lane::Known), job).await
        }
    }

    /// Returns a pool whose single thread is busy until the returned sender is dropped.
    async fn busy_pool() -> (Arc<Pool<u32>>, Sender<()>) {
        let pool = Arc::new(Pool::start("test", NonZero::<usize>::MIN).unwrap());
        let (release, wait) = channel::<()>();
        let (started, is_started) = oneshot::channel();
        let clone = Arc::clone(&pool);
        tokio::spawn(async move {
            let job = move |_: &mut u32| {
                started.send(()).unwrap();
                let _ = wait.recv();
            };
            clone.run_now(job).await
        });
        is_started.await.unwrap();
        (pool, release)
    }

    fn up(count: &mut u32) -> u32 {
        *count += 1;
        *count
    }

    #[tokio::test]
    async fn a_thread_keeps_its_state_while_jobs_wait() {
        let (pool, release) = busy_pool().await;
        let counts = tokio::join!(
            pool.run_now(up),
            pool.run_now(up),
            pool.run_now(up),
            async {
                drop(release);
            }
        );
        let (first, second, third, ()) = counts;
        assert_eq!([first.unwrap(), second.unwrap(), third.unwrap()], [1, 2, 3]);
    }

    #[tokio::test]
    async fn it_gives_it_back_when_none_waits() {
        type Kept = Option<oneshot::Sender<()>>;
        let pool = Pool::<Kept>::start("test", NonZero::<usize>::MIN).unwrap();
        let (sender, is_given_back) = oneshot::channel();
        let job = |kept: &mut Kept| *kept = Some(sender);
        pool.run_now(job).await.unwrap();
        // The receiver fails when the sender is dropped together with the state.
        assert!(is_given_back.await.is_err());
    }

    /// RB1: a known user's job runs before those of strangers queued earlier, but strangers do not
    /// wait forever.
    #[tokio::test]
    async fn rb1_known_people_go_first_and_strangers_in_between() {
        let (pool, release) = busy_pool().await;
        let order = Arc::new(Mutex::new(String::new()));
        let lanes = [Lane::Stranger, Lane::Known];
        let mut jobs = tokio::task::JoinSet::new();
        for lane in lanes.into_iter().flat_map(|lane| [lane; 7]) {
            let (pool, order) = (Arc::clone(&pool), Arc::clone(&order));
            let letter = if lane == Lane::Known { 'k' } else { 's' };
            let job = move |_: &mut u32| order.lock().unwrap().push(letter);
            jobs.spawn(async move { pool.run(permit(lane), job).await });
        }
        // Runs after all of them, because this runtime has a single thread.
        tokio::spawn(async { drop(release) });
        assert!(jobs.join_all().await.into_iter().all(|done| done.is_ok()));
        assert_eq!(*order.lock().unwrap(), "kkkkskkkssssss");
    }

    #[tokio::test]
    async fn a_place_is_free_once_its_job_is_done() {
        let (pool, release) = busy_pool().await;
        let held = Arc::new(());
        let job = pool.run(HashPermit::new(Lane::Stranger, Arc::clone(&held)), |_| ());
        let (done, ()) = tokio::join!(job, async {
            assert_eq!(Arc::strong_count(&held), 2);
            drop(release);
        });
        done.unwrap();
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[tokio::test]
    async fn when_the_last_thread_has_ended_nobody_waits() {
        let pool = Pool::<u32>::start("test", NonZero::<usize>::MIN).unwrap();
        let gone = pool.run_now(|_| panic!("a job that panics")).await;
        assert!(matches!(gone, Err::<(), _>(PortError::Failed(_))));
        assert!(matches!(pool.run_now(up).await, Err(PortError::Failed(_))));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_computed() {
        let (pool, release) = busy_pool().await;
        {
            let abandoned = pool.run_now(|count| *count = 100);
            let mut abandoned = std::pin::pin!(abandoned);
            tokio::select! {
                biased;
                _ = &mut abandoned => panic!("the thread is busy"),
                () = std::future::ready(()) => {}
            }
        }
        drop(release);
        assert_eq!(pool.run_now(|count| *count).await.unwrap(), 0);
    }
}
