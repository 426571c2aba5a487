use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

/// Handles an event before all other listeners, including the router, for the lifetime of the
/// component.
pub fn on_capture(target: EventTarget, event: &'static str, handler: Box<dyn Fn(Event)>) {
    let handler = Closure::<dyn Fn(Event)>::wrap(handler);
    let function = handler.as_ref().unchecked_ref();
    let _ = target.add_event_listener_with_callback_and_bool(event, function, true);
    let kept = StoredValue::new_local(Some((target, handler)));
    on_cleanup(move || {
        if let Some((target, handler)) = kept.try_update_value(Option::take).flatten() {
            let function = handler.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback_and_bool(event, function, true);
        }
    });
}

/// Makes the browser ask before the tab is closed or reloaded, while there is unsaved data.
pub fn ask_before_unload(has_unsaved: Box<dyn Fn() -> bool>) {
    let ask = move |event: Event| {
        if has_unsaved() {
            event.prevent_default();
        }
    };
    on_capture(window().into(), "beforeunload", Box::new(ask));
}
