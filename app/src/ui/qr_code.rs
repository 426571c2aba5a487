use leptos::prelude::*;

/// The light frame that scanners need around a QR code (ISO/IEC 18004), in modules.
const QUIET_ZONE: u32 = 4;

/// A QR code, black on a white plate in every theme: many phones can't read the inverse.
#[component]
pub fn QrCode(
    /// The dark modules as one SVG path, a module a unit, the first at 0 0.
    #[prop(into)]
    path: Signal<String>,
    /// Modules a side.
    #[prop(into)]
    size: Signal<u32>,
    /// Says what it is, `QR code for ada@example.com`.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let view_box = move || {
        let plate = size.get() + 2 * QUIET_ZONE;
        format!("-{QUIET_ZONE} -{QUIET_ZONE} {plate} {plate}")
    };
    view! {
        <svg class="qr-code" role="img" aria-label=move || label.get() viewBox=view_box shape-rendering="crispEdges">
            <rect x="-4" y="-4" width="100%" height="100%" fill="#fff"></rect>
            <path d=move || path.get() fill="#000"></path>
        </svg>
    }
}
