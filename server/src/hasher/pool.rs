//! A fixed number of threads behind a bounded queue; each thread keeps a state of its own.

use std::{
    io,
    num::NonZero,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use domain::ports::PortError;
use thiserror::Error;
use tokio::sync::oneshot;

type Job<State> = Box<dyn FnOnce(&mut State) + Send>;

/// The threads; they end when it is dropped.
pub struct Pool<State> {
    queue: SyncSender<Job<State>>,
}

#[derive(Debug, Error)]
#[error("too many computations wait already")]
struct QueueFull;

#[derive(Debug, Error)]
#[error("a computing thread has ended")]
struct ThreadGone;

impl<State: Default + 'static> Pool<State> {
    /// Starts the threads.
    pub fn start(name: &str, threads: NonZero<usize>, queue: usize) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..threads.get() {
            let receiver = Arc::clone(&receiver);
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || work(&receiver))?;
        }
        Ok(Self { queue: sender })
    }

    /// Runs a job, or refuses it at once when the queue is full.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut State) -> T + Send + 'static,
    ) -> Result<T, PortError> {
        let (answer, result) = oneshot::channel();
        let job = move |state: &mut State| {
            // Whoever asked may have gone meanwhile: what nobody waits for is not computed.
            if !answer.is_closed() {
                let _ = answer.send(job(state));
            }
        };
        self.queue
            .try_send(Box::new(job))
            .map_err(|error| match error {
                TrySendError::Full(_) => PortError::Unavailable(QueueFull.into()),
                TrySendError::Disconnected(_) => PortError::Failed(ThreadGone.into()),
            })?;
        result
            .await
            .map_err(|_| PortError::Failed(ThreadGone.into()))
    }
}

fn work<State: Default>(jobs: &Mutex<Receiver<Job<State>>>) {
    let mut state = State::default();
    loop {
        // The lock is held while waiting, never while working.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut state),
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// One thread that is busy until the returned sender is dropped, with the queue behind it still empty.
    async fn busy_pool(queue: usize) -> (Arc<Pool<u32>>, mpsc::Sender<()>) {
        let pool = Arc::new(Pool::start("test", NonZero::new(1).unwrap(), queue).unwrap());
        let (release, wait) = mpsc::channel::<()>();
        let (started, is_started) = oneshot::channel();
        let clone = Arc::clone(&pool);
        tokio::spawn(async move {
            let job = move |_: &mut u32| {
                started.send(()).unwrap();
                let _ = wait.recv();
            };
            clone.run(job).await
        });
        is_started.await.unwrap();
        (pool, release)
    }

    #[tokio::test]
    async fn a_thread_keeps_its_state() {
        let pool = Pool::<u32>::start("test", NonZero::new(1).unwrap(), 1).unwrap();
        for expected in 1..4 {
            let count = pool
                .run(|count| {
                    *count += 1;
                    *count
                })
                .await;
            assert_eq!(count.unwrap(), expected);
        }
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let (pool, release) = busy_pool(1).await;
        let waiting = pool.run(|_| ());
        let mut waiting = std::pin::pin!(waiting);
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("the thread is busy"),
            () = std::future::ready(()) => {}
        }
        assert!(matches!(
            pool.run(|_| ()).await,
            Err(PortError::Unavailable(_))
        ));
        drop(release);
        waiting.await.unwrap();
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_not_computed() {
        let (pool, release) = busy_pool(2).await;
        {
            let abandoned = pool.run(|count| *count = 100);
            let mut abandoned = std::pin::pin!(abandoned);
            tokio::select! {
                biased;
                _ = &mut abandoned => panic!("the thread is busy"),
                () = std::future::ready(()) => {}
            }
        }
        drop(release);
        assert_eq!(pool.run(|count| *count).await.unwrap(), 0);
    }
}
