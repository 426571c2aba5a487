use leptos::prelude::*;

use crate::ui::text::format::{QUIET_ZONE, module_pixels};

/// A QR code, black on a white plate in every theme, because many phones can't read an inverted
/// code.
///
/// The code is an image with a URL instead of elements of the page, because extensions that darken
/// pages change the colours of elements.
#[component]
pub fn QrCode(
    /// The dark modules as one SVG path, one unit for each module, with the first module at 0 0.
    #[prop(into)]
    path: Signal<String>,
    /// Modules on each side.
    #[prop(into)]
    size: Signal<u32>,
    /// The text alternative, such as `QR code for ada@example.com`.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let plate = move || size.get() + 2 * QUIET_ZONE;
    let address = move || {
        let (plate, path) = (plate(), path.read());
        format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='-{QUIET_ZONE} -{QUIET_ZONE} {plate} {plate}' \
             shape-rendering='crispEdges'%3E%3Cpath fill='white' d='M-{QUIET_ZONE} -{QUIET_ZONE}h{plate}v{plate}h-{plate}z'/%3E\
             %3Cpath d='{}'/%3E%3C/svg%3E",
            *path
        )
    };
    let pixels = move || plate() * module_pixels(plate());
    view! { <img class="qr-code" src=address alt=move || label.get() width=pixels height=pixels translate="no" /> }
}
