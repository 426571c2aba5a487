use std::time::Duration;

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;

use crate::{
    browser_call::{call, get, make},
    ui::{
        boxed::memo,
        text::{
            calendar::{date, iso},
            clock::now_ms,
            text_content::text_content,
        },
    },
    words::{relative_unit, relative_words},
};

/// "3 minutes ago" in the user's language, updated every minute; the exact time on hover and focus.
#[component]
pub fn RelativeTime(
    /// The instant in Unix milliseconds.
    #[prop(into)]
    at: Signal<i64>,
) -> impl IntoView {
    let now = RwSignal::new(now_ms());
    if let Ok(interval) =
        set_interval_with_handle(move || now.set(now_ms()), Duration::from_mins(1))
    {
        on_cleanup(move || interval.clear());
    }
    let exact = memo(move || exact_time(at.get()));
    view! {
        <time
            class="time"
            tabindex="0"
            datetime=move || iso(at.get())
            title=exact
            data-exact=exact
            lang=reader_language()
            use:text_content=Signal::derive(move || relative_time(at.get() - now.get()))
        ></time>
    }
}

fn reader_language() -> Option<String> {
    let navigator = get(&window(), "navigator")?;
    get(&navigator, "language")?.as_string()
}

fn exact_time(milliseconds: i64) -> String {
    let options = Object::new();
    let _ = Reflect::set(&options, &"dateStyle".into(), &"full".into());
    let _ = Reflect::set(&options, &"timeStyle".into(), &"long".into());
    let date = date(milliseconds);
    // Some browsers report a language that their own tables refuse, such as `en-US@posix`.
    let languages = [reader_language(), Some("en".to_owned())];
    languages
        .into_iter()
        .flatten()
        .find_map(|language| {
            let arguments = Array::of2(&language.into(), &options);
            call(&date, "toLocaleString", &arguments).ok()?.as_string()
        })
        .unwrap_or_else(|| iso(milliseconds))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "a count of minutes, days or years"
)]
fn relative_time(milliseconds: i64) -> String {
    // All shown instants are in the past. One that seems to be in the future means that this
    // device's clock is slow.
    let (count, unit) = relative_unit(milliseconds.min(0));
    let options = Object::new();
    let _ = Reflect::set(&options, &"numeric".into(), &"auto".into());
    let said = make(
        ["Intl", "RelativeTimeFormat"],
        &Array::of2(&Array::new(), &options),
    )
    .and_then(|format| {
        call(
            &format,
            "format",
            &Array::of2(&(count as f64).into(), &unit.into()),
        )
    });
    let said = said.ok().and_then(|said| said.as_string());
    said.unwrap_or_else(|| relative_words(count, unit))
}
