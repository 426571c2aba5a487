//! The same request twice: a browser sends it again by itself when a kept connection closes before the answer came, and a proxy may. What
//! gives the session a new token can't be done twice, so that the second one would be told that the session has ended. It gets the answer of
//! the first one (the header of draft-ietf-httpapi-idempotency-key-header).
//!
//! Who repeats a request has to know all of it: the key, which is drawn anew for each, the cookies and the body. A stolen cookie is not
//! enough.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

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
use tokio::{sync::OwnedMutexGuard, time::Instant};

/// What tells one request from the next of the same kind.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Longer than a browser or a proxy takes to send something again, and no longer: the answer may hold backup codes.
const KEPT: Duration = Duration::from_secs(20);
/// As many requests are told apart at once. Beyond that they are done as they come.
const AT_MOST: usize = 1_000;
/// The largest answer that gives a token is under 2 KiB.
const LARGEST: usize = 16 * 1024;

type Place = Arc<tokio::sync::Mutex<Option<Kept>>>;

/// The answers of the last seconds that gave a session a new token.
#[derive(Default)]
pub struct Repeats {
    places: Mutex<HashMap<[u8; 32], (Instant, Place)>>,
}

struct Kept {
    headers: HeaderMap,
    body: Bytes,
}

/// The right to do a request: another one that is the same waits until it is done, or given up.
pub struct Turn(OwnedMutexGuard<Option<Kept>>);

impl Repeats {
    /// Waits for a request that is the same; none where it has no key, or where too many are under way.
    #[expect(
        clippy::disallowed_methods,
        reason = "a duration on the monotonic clock, not a time of day"
    )]
    pub async fn turn(&self, parts: &Parts, body: &[u8]) -> Option<Turn> {
        let digest = digest(parts, body)?;
        let now = Instant::now();
        let place = {
            let mut places = self.places();
            // A place is kept while its request is under way, and for a while if its answer gave a token.
            places.retain(|_, (since, place)| {
                let gave_token = || place.try_lock().is_ok_and(|kept| kept.is_some());
                let is_recent = now.duration_since(*since) < KEPT;
                Arc::strong_count(place) > 1 || (is_recent && gave_token())
            });
            if places.len() >= AT_MOST && !places.contains_key(&digest) {
                return None;
            }
            let (_, place) = places
                .entry(digest)
                .or_insert_with(|| (now, Place::default()));
            Arc::clone(place)
        };
        Some(Turn(place.lock_owned().await))
    }

    fn places(&self) -> MutexGuard<'_, HashMap<[u8; 32], (Instant, Place)>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// The answer of the request that was the same.
    #[must_use]
    pub fn answer(&self) -> Option<Response> {
        let kept = self.0.as_ref()?;
        let mut answer = Answer::new(Body::from(kept.body.clone()));
        *answer.headers_mut() = kept.headers.clone();
        Some(answer)
    }

    /// Keeps an answer that gives a token; what does not may be asked again.
    pub async fn keep(mut self, answer: Response) -> Response {
        if answer.status() != StatusCode::OK || !answer.headers().contains_key(SET_COOKIE) {
            return answer;
        }
        let (parts, body) = answer.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            return Answer::from_parts(parts, Body::empty());
        };
        *self.0 = Some(Kept {
            headers: parts.headers.clone(),
            body: body.clone(),
        });
        Answer::from_parts(parts, Body::from(body))
    }
}

/// Names a request by all that it is; none without a key of 16 signs or more.
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
        // Whatever differs is another request.
        for (other, body) in [
            (parts("fedcba9876543210", "session=old"), &b"{}"[..]),
            (parts(SOME, "session=other"), b"{}"),
            (parts(SOME, "session=old"), b"{ }"),
        ] {
            assert!(!is_repeated(&repeats, &other, body).await);
        }
        tokio::time::advance(KEPT).await;
        assert!(!is_repeated(&repeats, &first, b"{}").await);
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
        // One that was given up, or gave no token, is done by the next.
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
        tokio::time::advance(KEPT).await;
        assert!(repeats.turn(&parts(SOME, ""), b"{}").await.is_some());
        assert_eq!(repeats.places().len(), 1);
    }
}
