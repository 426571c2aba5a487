use leptos::prelude::*;

use crate::ui::{
    boxed::boxed_view,
    browser::id::unique_id,
    layout::icon::{Glyph, Icon},
    text::text_content::text_content,
};

/// The ids that connect label, control, hint and error.
#[derive(Clone)]
pub(crate) struct FieldIds {
    pub control: String,
    pub hint: String,
    pub error: String,
}

impl FieldIds {
    pub fn new(name: &str) -> Self {
        let control = unique_id(name);
        Self {
            hint: format!("{control}-hint"),
            error: format!("{control}-error"),
            control,
        }
    }

    /// The value of `aria-describedby`, with the error first because it is more important.
    pub fn described_by(
        &self,
        has_hint: bool,
        error: Signal<Option<String>>,
    ) -> impl Fn() -> Option<String> + Clone + use<> {
        let (hint_id, error_id) = (self.hint.clone(), self.error.clone());
        move || match (error.read().is_some(), has_hint) {
            (true, true) => Some(format!("{error_id} {hint_id}")),
            (true, false) => Some(error_id.clone()),
            (false, true) => Some(hint_id.clone()),
            (false, false) => None,
        }
    }
}

/// The value of `aria-invalid` for a control with this error.
pub(crate) fn invalid(error: Signal<Option<String>>) -> impl Fn() -> Option<&'static str> + Clone {
    move || error.read().is_some().then_some("true")
}

/// The error below a control. `alert` announces it at once, for forms with a single field.
#[component]
pub(crate) fn FieldError(
    id: String,
    error: Signal<Option<String>>,
    #[prop(optional)] alert: bool,
) -> impl IntoView {
    boxed_view(move || {
        let id = id.clone();
        let message = error.get().map(|message| {
            view! {
                <p class="field__error" id=id role=alert.then_some("alert")>
                    <Icon glyph=Glyph::Error />
                    <span use:text_content=message.into()></span>
                </p>
            }
            .into_any()
        });
        message.into_any()
    })
}

/// The label above, and hint and error below, the control given as children.
#[component]
pub(crate) fn Field(
    ids: FieldIds,
    label: Signal<String>,
    hint: Option<Signal<String>>,
    error: Signal<Option<String>>,
    /// Whether the input satisfies the hint, which then gets a tick.
    #[prop(optional)]
    met: Signal<bool>,
    #[prop(optional)] alert: bool,
    children: Children,
) -> impl IntoView {
    let FieldIds {
        control,
        hint: hint_id,
        error: error_id,
    } = ids;
    view! {
        <div class="field" class:field--invalid=move || error.read().is_some()>
            <label class="field__label" for=control use:text_content=label></label>
            {children()}
            <FieldError id=error_id error alert />
            {hint.map(|hint| {
                view! {
                    <p class="field__hint" class:field__hint--met=move || met.get() id=hint_id>
                        {boxed_view(move || met.get().then(|| view! { <Icon glyph=Glyph::Check /> }.into_any()).into_any())}
                        <span use:text_content=hint></span>
                    </p>
                }
                    .into_any()
            })}
        </div>
    }
}
