use leptos::prelude::*;

use crate::ui::{
    boxed::boxed_handler, overlay::menu::MenuContext, text::text_content::text_content,
};

fn close(context: Option<MenuContext>) {
    if let Some(context) = context {
        context.close();
    }
}

/// A menu item that navigates to a page.
#[component]
pub fn MenuLink(
    /// The target. The router handles links of this origin.
    #[prop(into)]
    href: Signal<String>,
    /// The label.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let context = use_context::<MenuContext>();
    view! {
        <a class="menu__item" role="menuitem" tabindex="-1" href=move || href.get() on:click=boxed_handler(move |_| close(context)) use:text_content=label></a>
    }
}

/// A menu item with an action.
#[component]
pub fn MenuAction(
    /// The label.
    #[prop(into)]
    label: Signal<String>,
    /// Called after the menu has closed and its button has the focus again.
    #[prop(into)]
    on_choose: Callback<()>,
    /// Marks a destructive action.
    #[prop(optional)]
    danger: bool,
) -> impl IntoView {
    let context = use_context::<MenuContext>();
    let choose = move |_| {
        close(context);
        on_choose.run(());
    };
    view! {
        <button class="menu__item" class:menu__item--danger=danger type="button" role="menuitem" tabindex="-1" data-leaves="" on:click=boxed_handler(choose) use:text_content=label></button>
    }
}
