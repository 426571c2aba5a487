//! Effects, memos, views and handlers of boxed closures. Given a closure of its own type, each brings a copy of all that `reactive_graph` and `tachys` do
//! around it into the pages: half a kilobyte for an effect.

use std::time::Duration;

use leptos::{
    either::Either,
    ev::MouseEvent,
    prelude::{AnyView, Effect, IntoAny, Memo, request_animation_frame, set_timeout},
};

/// Runs now, and whenever what it reads changes.
pub fn effect(run: impl FnMut() + 'static) {
    let run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(run);
}

/// A value that follows what it reads.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    boxed(Box::new(value))
}

/// A view that follows what it reads. Each one is made of new nodes.
///
/// `tachys` would write into the nodes of the view before, if both are of one type. A translator in the browser replaces text nodes: what is
/// written to them is not seen, and a row would show one person and act on another.
pub fn shown(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    anew(Box::new(view))
}

fn anew(mut view: Box<dyn FnMut() -> AnyView + Send>) -> AnyView {
    let mut is_left = false;
    let view: Box<dyn FnMut() -> Either<AnyView, AnyView> + Send> = Box::new(move || {
        is_left = !is_left;
        // A view on the other side is never taken for a newer state of this one.
        if is_left {
            Either::Left(view())
        } else {
            Either::Right(view())
        }
    });
    view.into_any()
}

/// Runs before the browser paints next.
pub fn next_frame(run: impl FnOnce() + 'static) {
    let run: Box<dyn FnOnce()> = Box::new(run);
    request_animation_frame(run);
}

/// Runs after a while.
pub fn later(run: impl FnOnce() + 'static, after: Duration) {
    let run: Box<dyn FnOnce()> = Box::new(run);
    set_timeout(run, after);
}

/// What a click does.
pub fn clicked(handle: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(handle)
}

fn boxed<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| value())
}
