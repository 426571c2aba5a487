//! Effects, memos, views and handlers of boxed closures. Given a closure of its own type, each brings a copy of all that `reactive_graph` and `tachys` do
//! around it into the pages: half a kilobyte for an effect.

use leptos::{
    ev::MouseEvent,
    prelude::{AnyView, Effect, IntoAny, Memo},
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

/// A view that follows what it reads.
pub fn shown(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let view: Box<dyn FnMut() -> AnyView + Send> = Box::new(view);
    view.into_any()
}

/// What a click does.
pub fn clicked(handle: impl FnMut(MouseEvent) + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(handle)
}

fn boxed<T: PartialEq + Send + Sync + 'static>(value: Box<dyn Fn() -> T + Send + Sync>) -> Memo<T> {
    Memo::new(move |_| value())
}
