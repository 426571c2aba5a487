//! Limits how long a connection is kept: a client has little time to finish a request's head, and
//! much more between two requests. Proxies keep their connections to us open and reuse them; if we
//! close one before the proxy does, a request fails now and then (RFC 9112 §9.5).

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// How long a client may take.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionTimes {
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Without a byte, before a head or between two requests.
    pub idle: Duration,
}

/// Whether a request of the connection is being answered: neither time runs then.
#[derive(Clone, Default)]
pub struct AnswersInProgress(Arc<AnswerCounts>);

#[derive(Default)]
struct AnswerCounts {
    /// How many answers were begun so far.
    begun: AtomicUsize,
    /// How many answers are in progress: one or none.
    now: AtomicUsize,
}

impl AnswersInProgress {
    /// Marks an answer as in progress until the guard is dropped.
    pub fn begin(&self) -> Answer {
        self.0.begun.fetch_add(1, Ordering::AcqRel);
        self.0.now.fetch_add(1, Ordering::AcqRel);
        Answer(self.clone())
    }
}

/// Guard of an answer in progress.
pub struct Answer(AnswersInProgress);

impl Drop for Answer {
    fn drop(&mut self) {
        (self.0).0.now.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Which time limit of a connection runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RunningLimit {
    /// The time between two requests.
    Idle,
    /// The time of a head.
    Head,
    /// No limit.
    Nothing,
}

/// A connection that ends when one of its time limits has passed.
pub struct TimedConnection<Stream> {
    stream: Stream,
    times: ConnectionTimes,
    answering: AnswersInProgress,
    /// How many begun answers the connection has noticed.
    seen: usize,
    runs: RunningLimit,
    end: Pin<Box<Sleep>>,
}

impl<Stream> TimedConnection<Stream> {
    /// Wraps a stream; the idle time runs from now on.
    pub fn new(stream: Stream, times: ConnectionTimes, answering: AnswersInProgress) -> Self {
        Self {
            stream,
            times,
            answering,
            seen: 0,
            runs: RunningLimit::Idle,
            end: Box::pin(sleep(times.idle)),
        }
    }

    /// Updates which time limit runs: none while a request is being answered, the idle time
    /// afterwards.
    fn follow(&mut self) {
        let is_answering = self.answering.0.now.load(Ordering::Acquire) > 0;
        let begun = self.answering.0.begun.load(Ordering::Acquire);
        if begun != self.seen {
            self.seen = begun;
            self.runs = RunningLimit::Nothing;
        }
        if self.runs == RunningLimit::Nothing && !is_answering {
            self.run(RunningLimit::Idle, self.times.idle);
        }
    }

    /// A client that takes its answer slowly is not idle.
    fn note_written(&mut self, wrote: &Poll<io::Result<usize>>) {
        if matches!(wrote, Poll::Ready(Ok(1..))) && self.runs == RunningLimit::Idle {
            self.run(RunningLimit::Idle, self.times.idle);
        }
    }

    fn run(&mut self, runs: RunningLimit, time: Duration) {
        #[expect(clippy::disallowed_methods, reason = "the wait is for a real client")]
        let end = Instant::now() + time;
        self.runs = runs;
        self.end.as_mut().reset(end);
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for TimedConnection<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.follow();
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            if buffer.filled().len() > before && self.runs == RunningLimit::Idle {
                let head = self.times.head;
                self.run(RunningLimit::Head, head);
            }
            return Poll::Ready(read);
        }
        if self.runs == RunningLimit::Nothing {
            return Poll::Pending;
        }
        ready!(self.end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Stream: AsyncWrite + Unpin> AsyncWrite for TimedConnection<Stream> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_written(&wrote);
        wrote
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.note_written(&wrote);
        wrote
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const TIMES: ConnectionTimes = ConnectionTimes {
        head: Duration::from_secs(10),
        idle: Duration::from_mins(2),
    };

    fn pair() -> (
        TimedConnection<DuplexStream>,
        DuplexStream,
        AnswersInProgress,
    ) {
        let (stream, client) = duplex(64);
        let answering = AnswersInProgress::default();
        (
            TimedConnection::new(stream, TIMES, answering.clone()),
            client,
            answering,
        )
    }

    #[expect(clippy::disallowed_methods, reason = "tokio's clock stands still here")]
    async fn ends_after(kept: &mut TimedConnection<DuplexStream>) -> u64 {
        let before = Instant::now();
        let error = kept.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        before.elapsed().as_secs()
    }

    /// S1: proxies keep their connections for a minute, and may reuse them at the last moment.
    #[tokio::test(start_paused = true)]
    async fn s1_a_connection_is_kept_between_two_requests() {
        let (mut kept, mut client, _) = pair();
        client.write_u8(b'G').await.unwrap();
        kept.read_u8().await.unwrap();
        assert_eq!(
            ends_after(&mut kept).await,
            10,
            "a head that is not finished"
        );
        let (mut kept, _client, _) = pair();
        assert_eq!(ends_after(&mut kept).await, 120, "no request at all");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_takes_as_long_as_it_takes_and_the_idle_time_runs_from_its_end() {
        let (mut kept, mut client, answering) = pair();
        client.write_u8(b'G').await.unwrap();
        kept.read_u8().await.unwrap();
        let answer = answering.begin();
        let waits = tokio::time::timeout(Duration::from_secs(1000), kept.read_u8());
        assert!(waits.await.is_err(), "nothing runs while an answer is made");
        drop(answer);
        assert_eq!(ends_after(&mut kept).await, 120);
    }

    /// On a slow network downloading the pages' program takes minutes, in which nothing is read.
    #[tokio::test(start_paused = true)]
    async fn a_slow_download_is_not_cut_off() {
        let (mut kept, mut client, answering) = pair();
        client.write_u8(b'G').await.unwrap();
        kept.read_u8().await.unwrap();
        drop(answering.begin());
        for _ in 0..5 {
            // The server also reads from the connection while it writes.
            let waits = tokio::time::timeout(Duration::from_secs(100), kept.read_u8());
            assert!(waits.await.is_err(), "it is not over");
            kept.write_u8(b'.').await.unwrap();
        }
        assert_eq!(ends_after(&mut kept).await, 120);
    }

    #[tokio::test(start_paused = true)]
    async fn each_head_has_its_own_time() {
        let (mut kept, mut client, answering) = pair();
        for _ in 0..3 {
            sleep(Duration::from_secs(100)).await;
            client.write_u8(b'G').await.unwrap();
            kept.read_u8().await.unwrap();
            drop(answering.begin());
            // The server waits for the next request at once.
            let waits = tokio::time::timeout(Duration::from_millis(1), kept.read_u8());
            assert!(waits.await.is_err());
        }
        client.write_u8(b'G').await.unwrap();
        kept.read_u8().await.unwrap();
        assert_eq!(ends_after(&mut kept).await, 10);
    }
}
