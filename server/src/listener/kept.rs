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
pub struct Times {
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// Without a byte, before a head or between two requests.
    pub idle: Duration,
}

/// Whether a request of the connection is being answered: neither time runs then.
#[derive(Clone, Default)]
pub struct Answering(Arc<Answers>);

#[derive(Default)]
struct Answers {
    /// How many answers were begun so far.
    begun: AtomicUsize,
    /// How many answers are in progress: one or none.
    now: AtomicUsize,
}

impl Answering {
    /// Marks an answer as in progress until the guard is dropped.
    pub fn begin(&self) -> Answer {
        self.0.begun.fetch_add(1, Ordering::AcqRel);
        self.0.now.fetch_add(1, Ordering::AcqRel);
        Answer(self.clone())
    }
}

/// Guard of an answer in progress.
pub struct Answer(Answering);

impl Drop for Answer {
    fn drop(&mut self) {
        (self.0).0.now.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Which time limit of a connection runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// The time between two requests.
    Idle,
    /// The time of a head.
    Head,
    /// No limit.
    Nothing,
}

/// A connection that ends when one of its time limits has passed.
pub struct KeptConnection<Stream> {
    stream: Stream,
    times: Times,
    answering: Answering,
    /// How many begun answers the connection has noticed.
    seen: usize,
    runs: Runs,
    end: Pin<Box<Sleep>>,
}

impl<Stream> KeptConnection<Stream> {
    /// Wraps a stream; the idle time runs from now on.
    pub fn new(stream: Stream, times: Times, answering: Answering) -> Self {
        Self {
            stream,
            times,
            answering,
            seen: 0,
            runs: Runs::Idle,
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
            self.runs = Runs::Nothing;
        }
        if self.runs == Runs::Nothing && !is_answering {
            self.run(Runs::Idle, self.times.idle);
        }
    }

    /// A client that takes its answer slowly is not idle.
    fn note_written(&mut self, wrote: &Poll<io::Result<usize>>) {
        if matches!(wrote, Poll::Ready(Ok(1..))) && self.runs == Runs::Idle {
            self.run(Runs::Idle, self.times.idle);
        }
    }

    fn run(&mut self, runs: Runs, time: Duration) {
        #[expect(clippy::disallowed_methods, reason = "the wait is for a real client")]
        let end = Instant::now() + time;
        self.runs = runs;
        self.end.as_mut().reset(end);
    }
}

impl<Stream: AsyncRead + Unpin> AsyncRead for KeptConnection<Stream> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.follow();
        let before = buffer.filled().len();
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            if buffer.filled().len() > before && self.runs == Runs::Idle {
                let head = self.times.head;
                self.run(Runs::Head, head);
            }
            return Poll::Ready(read);
        }
        if self.runs == Runs::Nothing {
            return Poll::Pending;
        }
        ready!(self.end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<Stream: AsyncWrite + Unpin> AsyncWrite for KeptConnection<Stream> {
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

    const TIMES: Times = Times {
        head: Duration::from_secs(10),
        idle: Duration::from_mins(2),
    };

    fn kept() -> (KeptConnection<DuplexStream>, DuplexStream, Answering) {
        let (stream, client) = duplex(64);
        let answering = Answering::default();
        (
            KeptConnection::new(stream, TIMES, answering.clone()),
            client,
            answering,
        )
    }

    #[expect(clippy::disallowed_methods, reason = "tokio's clock stands still here")]
    async fn ends_after(kept: &mut KeptConnection<DuplexStream>) -> u64 {
        let before = Instant::now();
        let error = kept.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        before.elapsed().as_secs()
    }

    /// S1: proxies keep their connections for a minute, and may reuse them at the last moment.
    #[tokio::test(start_paused = true)]
    async fn s1_a_connection_is_kept_between_two_requests() {
        let (mut kept, mut client, _) = kept();
        client.write_u8(b'G').await.unwrap();
        kept.read_u8().await.unwrap();
        assert_eq!(
            ends_after(&mut kept).await,
            10,
            "a head that is not finished"
        );
        let (mut kept, _client, _) = self::kept();
        assert_eq!(ends_after(&mut kept).await, 120, "no request at all");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_takes_as_long_as_it_takes_and_the_idle_time_runs_from_its_end() {
        let (mut kept, mut client, answering) = kept();
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
        let (mut kept, mut client, answering) = kept();
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
        let (mut kept, mut client, answering) = kept();
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
