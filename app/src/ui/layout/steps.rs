use leptos::prelude::*;

use crate::words;

/// The position in a sequence of steps: "Step 2 of 4", and all names if there is enough space.
#[component]
pub fn StepIndicator(
    /// The names, in order.
    steps: Vec<String>,
    /// The current step, counted from 1.
    current: usize,
) -> impl IntoView {
    let count = steps.len();
    let items = (1..).zip(steps).map(|(number, name)| {
        view! {
            <li class="steps__step" class:steps__step--done=number < current aria-current=(number == current).then_some("step")>
                <span class="steps__name">{name}</span>
            </li>
        }
        .into_any()
    });
    view! {
        <div class="steps">
            <p class="steps__text">{words::step_of(current, count)}</p>
            <ol class="steps__list" role="list">{items.collect_view()}</ol>
        </div>
    }
}
