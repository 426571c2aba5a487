use std::time::Duration;

use leptos::prelude::*;
use web_sys::Element;

use crate::{
    ui::{
        boxed::effect,
        browser::id::unique_id,
        text::{clock::now_ms, text_content::text_content},
    },
    words::{self, clock_face, duration_words, is_spoken},
};

/// A countdown of seconds. Every second is shown, but only a few are announced.
#[component]
pub fn Countdown(
    /// How long from now.
    seconds: u32,
    /// The words before the time, such as `Try again in`.
    #[prop(into)]
    label: Signal<String>,
    /// The text at the end.
    #[prop(default = words::NOW.into(), into)]
    done: Signal<String>,
    /// Called once at the end.
    #[prop(optional, into)]
    on_end: Option<Callback<()>>,
) -> impl IntoView {
    // Measured against the clock, because browsers slow the timers of a tab in the background.
    let end = now_ms() + i64::from(seconds) * 1000;
    let left = RwSignal::new(seconds);
    let spoken = RwSignal::new(seconds);
    let interval = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(handle) = interval.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    let tick = move || {
        let milliseconds = (end - now_ms()).max(0);
        let now_left = u32::try_from((milliseconds + 999) / 1000)
            .unwrap_or(seconds)
            .min(seconds);
        if now_left == left.get_untracked() {
            return;
        }
        left.set(now_left);
        if is_spoken(now_left) {
            spoken.set(now_left);
        }
        if now_left == 0 {
            stop();
            if let Some(on_end) = on_end {
                on_end.run(());
            }
        }
    };
    interval.set_value(set_interval_with_handle(tick, Duration::from_secs(1)).ok());
    on_cleanup(stop);

    let words = move |time: String, left: u32| {
        if left == 0 {
            done.get()
        } else {
            format!("{} {time}", label.get())
        }
    };
    let seen = Signal::derive(move || words(clock_face(left.get()), left.get()));
    let heard = Signal::derive(move || words(duration_words(spoken.get()), spoken.get()));
    let id = unique_id("countdown");
    view! {
        <span class="countdown" id=id use:restore_children=seen>
            <span class="countdown__time" aria-hidden="true" use:text_content=seen></span>
            <span class="visually-hidden" aria-live="polite" use:text_content=heard></span>
        </span>
    }
}

/// Puts the original two child elements back whenever the words change. A translator may replace
/// them by copies that no longer change, and may replace this element by a copy with its id.
fn restore_children(element: Element, words: Signal<String>) {
    let mut own = None;
    effect(move || {
        words.track();
        let children = || {
            element
                .first_element_child()
                .zip(element.last_element_child())
        };
        let Some((time, live)) = own.get_or_insert_with(children) else {
            return;
        };
        if time.is_connected() && live.is_connected() {
            return;
        }
        let place = if element.is_connected() {
            Some(element.clone())
        } else {
            document().get_element_by_id(&element.id())
        };
        if let Some(place) = place {
            place.set_text_content(None);
            let _ = place
                .append_child(time)
                .and_then(|_| place.append_child(live));
        }
    });
}
