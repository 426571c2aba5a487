//! Repeated requests: a browser resends a request by itself when a kept connection closes before
//! the answer, and a proxy may too. A request that gives the session a new token can't run twice,
//! so the second one would be told that the session has ended. Instead, it gets the answer of the
//! first one (the header of draft-ietf-httpapi-idempotency-key-header). To repeat a request, a
//! client must know all of it: the key, which is random for each request, the cookies and the body.
//! A stolen cookie is not enough.

use std::{
    collections::HashMap,
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use app::wire::error::AppError;
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{
        HeaderMap, HeaderName, Response as Answer, StatusCode,
        header::{COOKIE, SET_COOKIE},
        request::Parts,
    },
    response::Response,
};
use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;
use tracing::Instrument;

use crate::middleware::{api_request::timeout, refusal::refuse};

/// Distinguishes one request from the next of the same kind.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longer than a browser or a proxy takes to resend, but no longer, because the answer may hold
/// backup codes.
const KEPT: Duration = Duration::from_secs(20);
/// How many requests are tracked at once. Further requests run without this protection.
const AT_MOST: usize = 1_000;
/// The size limit. The largest answer that gives a token is under 2 KiB.
const LARGEST: usize = 16 * 1024;

type AnswerSlot = Arc<tokio::sync::Mutex<Option<KeptAnswer>>>;
type AnswerSlots = Arc<Mutex<HashMap<[u8; 32], AnswerSlot>>>;

/// The answers of the last seconds that gave a session a new token.
#[derive(Default)]
pub struct Repeats {
    slots: AnswerSlots,
}

struct KeptAnswer {
    headers: HeaderMap,
    body: Bytes,
}

/// The right to run a request: an identical one waits until this one has completed or is given up.
pub struct RepeatTurn {
    slot: OwnedMutexGuard<Option<KeptAnswer>>,
    slots: AnswerSlots,
    digest: [u8; 32],
}

impl Repeats {
    /// Waits for an identical request. Returns none if the request has no key, or if too many are
    /// tracked.
    pub async fn turn(&self, parts: &Parts, body: &[u8]) -> Option<RepeatTurn> {
        let digest = digest(parts, body)?;
        let slot = {
            let mut slots = lock(&self.slots);
            // An entry is kept while its request runs, and until it expires if its answer gave a
            // token.
            slots.retain(|_, slot| {
                let gave_token = || slot.try_lock().is_ok_and(|kept| kept.is_some());
                Arc::strong_count(slot) > 1 || gave_token()
            });
            if slots.len() >= AT_MOST && !slots.contains_key(&digest) {
                return None;
            }
            Arc::clone(slots.entry(digest).or_default())
        };
        Some(RepeatTurn {
            slot: slot.lock_owned().await,
            slots: Arc::clone(&self.slots),
            digest,
        })
    }
}

fn lock(slots: &AnswerSlots) -> MutexGuard<'_, HashMap<[u8; 32], AnswerSlot>> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

impl RepeatTurn {
    /// Returns the answer of the identical request, if there is one.
    #[must_use]
    pub fn answer(&self) -> Option<Response> {
        let kept = self.slot.as_ref()?;
        let mut answer = Answer::new(Body::from(kept.body.clone()));
        *answer.headers_mut() = kept.headers.clone();
        Some(answer)
    }

    /// Completes a request even if its client disconnects meanwhile, because the token may be
    /// exchanged already, and the repeated request needs the answer.
    pub async fn complete(
        self,
        answer: impl Future<Output = Response> + Send + 'static,
    ) -> Response {
        let done = async move {
            let answer = timeout::limit(answer).await;
            self.keep(answer).await
        };
        match tokio::spawn(done.in_current_span()).await {
            Ok(answer) => answer,
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => refuse(&AppError::Unavailable),
            },
        }
    }

    /// Keeps an answer that gives a token. Other requests may simply run again.
    pub async fn keep(mut self, answer: Response) -> Response {
        if answer.status() != StatusCode::OK || !answer.headers().contains_key(SET_COOKIE) {
            return answer;
        }
        let (parts, body) = answer.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            return Answer::from_parts(parts, Body::empty());
        };
        *self.slot = Some(KeptAnswer {
            headers: parts.headers.clone(),
            body: body.clone(),
        });
        self.forget_in_time();
        Answer::from_parts(parts, Body::from(body))
    }

    /// Removes the answer from memory when it expires, even if no other request comes.
    fn forget_in_time(self) {
        let Self { slots, digest, .. } = self;
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            lock(&slots).remove(&digest);
        });
    }
}

/// Identifies a request by its full content. Returns none without a key of at least 16 characters.
fn digest(parts: &Parts, body: &[u8]) -> Option<[u8; 32]> {
    let key = parts.headers.get(KEY)?;
    if !(16..=128).contains(&key.len()) {
        return None;
    }
    let mut hash = Sha256::new();
    let cookies = parts.headers.get_all(COOKIE).iter();
    let cookies = cookies.map(http::HeaderValue::as_bytes);
    let path = parts.uri.path().as_bytes();
    for part in [path, key.as_bytes(), body].into_iter().chain(cookies) {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    Some(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(key: &str, cookie: &str) -> Parts {
        let request = Request::post("/api/session/verify_code")
            .header(KEY, key)
            .header(COOKIE, cookie);
        request.body(()).unwrap().into_parts().0
    }

    fn with_token() -> Response {
        let answer = Answer::builder().header(SET_COOKIE, "session=new");
        answer.body(Body::from("done")).unwrap()
    }

    /// Lets the time pass, and runs the tasks that wait for it.
    async fn pass(time: Duration) {
        tokio::time::sleep(time).await;
        tokio::task::yield_now().await;
    }

    const SOME: &str = "0123456789abcdef";

    async fn is_repeated(repeats: &Repeats, parts: &Parts, body: &[u8]) -> bool {
        let turn = repeats.turn(parts, body).await;
        turn.is_some_and(|turn| turn.answer().is_some())
    }

    #[tokio::test(start_paused = true)]
    async fn p3_the_same_request_has_the_same_answer_for_a_while() {
        let repeats = Repeats::default();
        let first = parts(SOME, "session=old");
        let turn = repeats.turn(&first, b"{}").await.unwrap();
        assert!(turn.answer().is_none());
        assert_eq!(turn.keep(with_token()).await.status(), StatusCode::OK);
        let again = repeats.turn(&first, b"{}").await.unwrap();
        let answer = again.answer().unwrap();
        assert_eq!(answer.headers()[SET_COOKIE], "session=new");
        assert_eq!(to_bytes(answer.into_body(), 99).await.unwrap(), "done");
        drop(again);
        // A request that differs in anything is another request.
        for (other, body) in [
            (parts("fedcba9876543210", "session=old"), &b"{}"[..]),
            (parts(SOME, "session=other"), b"{}"),
            (parts(SOME, "session=old"), b"{ }"),
        ] {
            assert!(!is_repeated(&repeats, &other, body).await);
        }
        pass(KEPT).await;
        assert!(!is_repeated(&repeats, &first, b"{}").await);
    }

    /// An answer may hold backup codes, so it is removed even if the server gets no further
    /// request.
    #[tokio::test(start_paused = true)]
    async fn p3_an_answer_leaves_the_memory_in_time_whatever_comes() {
        let repeats = Repeats::default();
        let first = parts(SOME, "session=old");
        let turn = repeats.turn(&first, b"{}").await.unwrap();
        let answer = turn.keep(with_token()).await;
        drop(answer);
        let kept = Arc::downgrade(lock(&repeats.slots).values().next().unwrap());
        pass(KEPT.saturating_sub(Duration::from_millis(2))).await;
        assert!(kept.upgrade().is_some());
        pass(Duration::from_millis(4)).await;
        assert!(kept.upgrade().is_none(), "nothing was asked meanwhile");
        assert!(lock(&repeats.slots).is_empty());
    }

    /// A proxy or a browser closes the connection while the token is being exchanged.
    #[tokio::test(start_paused = true)]
    async fn p3_a_request_whose_client_hangs_up_is_done_to_its_end() {
        let repeats = Arc::new(Repeats::default());
        let first = parts(SOME, "session=old");
        let turn = repeats.turn(&first, b"{}").await.unwrap();
        let slow = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            with_token()
        };
        let client = tokio::time::timeout(Duration::from_millis(100), turn.complete(slow));
        assert!(client.await.is_err(), "it hung up");
        assert!(is_repeated(&repeats, &first, b"{}").await);
    }

    #[tokio::test(start_paused = true)]
    async fn p3_one_that_is_the_same_waits_for_the_first() {
        let repeats = Arc::new(Repeats::default());
        let first = parts(SOME, "session=old");
        let turn = repeats.turn(&first, b"{}").await.unwrap();
        let (other, same) = (Arc::clone(&repeats), parts(SOME, "session=old"));
        let second = tokio::spawn(async move { is_repeated(&other, &same, b"{}").await });
        tokio::task::yield_now().await;
        assert!(!second.is_finished());
        turn.keep(with_token()).await;
        assert!(second.await.unwrap());
        // A request that was given up, or gave no token, runs again.
        let other = parts(SOME, "session=third");
        drop(repeats.turn(&other, b"{}").await);
        assert!(!is_repeated(&repeats, &other, b"{}").await);
        let turn = repeats.turn(&other, b"{}").await.unwrap();
        turn.keep(Answer::new(Body::empty())).await;
        assert!(!is_repeated(&repeats, &other, b"{}").await);
    }

    #[tokio::test(start_paused = true)]
    async fn many_keys_take_no_more_room() {
        let repeats = Repeats::default();
        let mut turns = Vec::new();
        for number in 0..AT_MOST {
            let request = parts(&format!("{number:016}"), "");
            turns.push(repeats.turn(&request, b"{}").await.unwrap());
        }
        assert!(repeats.turn(&parts(SOME, ""), b"{}").await.is_none());
        assert!(repeats.turn(&parts("short", ""), b"{}").await.is_none());
        drop(turns);
        assert!(repeats.turn(&parts(SOME, ""), b"{}").await.is_some());
        assert_eq!(lock(&repeats.slots).len(), 1);
    }
}
