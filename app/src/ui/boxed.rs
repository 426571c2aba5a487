//! Effects, memos, views and handlers with boxed closures. With its own closure type, each one
//! would add a copy of the code of `reactive_graph` and `tachys` around it to the pages: half a
//! kilobyte for an effect.

use std::time::Duration;

use leptos::{
    either::Either,
    ev::MouseEvent,
    prelude::{AnyView, Effect, IntoAny, Memo, request_animation_frame, set_timeout},
};

/// Runs now, and whenever the signals that it reads change.
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// A value that follows the signals that it reads.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    boxed(Box::new(value))
}

/// A view that follows the signals that it reads. Each update creates new nodes.
///
/// `tachys` would update the nodes of the previous view if both have the same type. But a
/// translator in the browser replaces text nodes, so the update would be invisible, and a row could
/// show one user and act on another.
pub fn boxed_view(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    new_nodes(Box::new(view))
}

fn new_nodes(mut view: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    let mut is_left = false;
    let view: Box<dyn FnMut() -> Either<AnyView, AnyView> + Send> = Box::new(move || {
        is_left = !is_left;
        // Alternating sides prevents that a view updates the nodes of the previous one.
        if is_left {
            Either::Left(view())
        } else {
            Either::Right(view())
        }
    });
    view.into_any()
}

/// Runs before the browser's next paint.
pub fn next_frame(run: impl FnOnce() + 'static) {
    let run: Box<dyn FnOnce()> = Box::new(run);
    request_animation_frame(run);
}

/// Runs after a delay.
pub fn later(run: impl FnOnce() + 'static, after: Duration) {
    let run: Box<dyn FnOnce()> = Box::new(run);
    set_timeout(run, after);
}

/// Boxes a click handler.
pub fn boxed_handler(handle: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(handle)
}

fn boxed<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| value())
}
