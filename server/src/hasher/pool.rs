//! A fixed number of threads, and a number of places for those who wait for them; each thread keeps a state of its own while there is work.

use std::{
    io,
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread,
};

use domain::ports::{NoPlace, Place, PortError};
use thiserror::Error;
use tokio::sync::{Semaphore, oneshot};

type Job<State> = Box<dyn FnOnce(&mut State) + Send>;

/// The threads; they end when it is dropped.
pub struct Pool<State> {
    /// No longer than there are places.
    queue: Sender<Job<State>>,
    places: Arc<Semaphore>,
}

#[derive(Debug, Error)]
#[error("a computing thread has ended")]
struct ThreadGone;

impl<State: Default + 'static> Pool<State> {
    /// Starts the threads.
    pub fn start(name: &str, threads: NonZero<usize>, places: usize) -> io::Result<Self> {
        let (sender, receiver) = channel();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads.get() {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(&receiver))?;
        }
        Ok(Self {
            queue: sender,
            places: Arc::new(Semaphore::new(places)),
        })
    }

    /// A place for one job, or a refusal at once when all are taken.
    pub fn place(&self) -> Result<Place, NoPlace> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map(Place::new).map_err(|_| NoPlace)
    }

    /// Runs a job in its place.
    pub async fn run<T: Send + 'static>(
        &self,
        place: Place,
        job: impl FnOnce(&mut State) -> T + Send + 'static,
    ) -> Result<T, PortError> {
        let (answer, result) = oneshot::channel();
        let job = move |state: &mut State| {
            // Whoever asked may have gone meanwhile: what nobody waits for is not computed.
            if !answer.is_closed() {
                let done = job(state);
                drop(place);
                let _ = answer.send(done);
            }
        };
        let gone = |()| PortError::Failed(ThreadGone.into());
        self.queue.send(Box::new(job)).map_err(|_| gone(()))?;
        result.await.map_err(|_| gone(()))
    }
}

fn work<State: Default>(jobs: &Mutex<Receiver<Job<State>>>) {
    let mut state = State::default();
    while let Some(job) = waiting(jobs).or_else(|| {
        // Given back before the wait, which may be long.
        state = State::default();
        next(jobs)
    }) {
        job(&mut state);
    }
}

/// A job that waits already. Somebody else who holds the lock waits for one, so there is hardly any.
fn waiting<State>(jobs: &Mutex<Receiver<Job<State>>>) -> Option<Job<State>> {
    jobs.try_lock().ok()?.try_recv().ok()
}

/// The next job; none when the pool is gone. The lock is held while waiting, never while working.
fn next<State>(jobs: &Mutex<Receiver<Job<State>>>) -> Option<Job<State>> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    jobs.recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(places: usize) -> Arc<Pool<u32>> {
        Arc::new(Pool::start("test", NonZero::new(1).unwrap(), places).unwrap())
    }

    impl Pool<u32> {
        async fn run_now<T: Send + 'static>(
            &self,
            job: impl FnOnce(&mut u32) -> T + Send + 'static,
        ) -> Result<T, PortError> {
            self.run(self.place()?, job).await
        }
    }

    /// One thread that is busy until the returned sender is dropped.
    async fn busy_pool(places: usize) -> (Arc<Pool<u32>>, Sender<()>) {
        let pool = pool(places);
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
        let (pool, release) = busy_pool(4).await;
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
        let pool = Pool::<Kept>::start("test", NonZero::<usize>::MIN, 1).unwrap();
        let (sender, is_given_back) = oneshot::channel();
        let job = |kept: &mut Kept| *kept = Some(sender);
        pool.run(pool.place().ok().unwrap(), job).await.unwrap();
        // It ends when the sender is dropped with the state.
        assert!(is_given_back.await.is_err());
    }

    #[tokio::test]
    async fn without_a_place_the_answer_is_a_refusal_at_once() {
        let (pool, release) = busy_pool(2).await;
        let last = pool.place().ok().unwrap();
        assert!(pool.place().is_err());
        let waiting = pool.run(last, |_| ());
        let mut waiting = std::pin::pin!(waiting);
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("the thread is busy"),
            () = std::future::ready(()) => {}
        }
        assert!(matches!(
            pool.run_now(|_| ()).await,
            Err(PortError::Unavailable(_))
        ));
        drop(release);
        waiting.await.unwrap();
        pool.run_now(|_| ()).await.unwrap();
    }

    #[tokio::test]
    async fn a_place_that_nobody_used_is_free_again() {
        let pool = pool(1);
        drop(pool.place().ok().unwrap());
        pool.run_now(|_| ()).await.unwrap();
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_computed() {
        let (pool, release) = busy_pool(3).await;
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
