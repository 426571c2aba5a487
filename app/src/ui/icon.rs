use leptos::prelude::*;

/// Pictures on a 20 × 20 grid, drawn with a stroke of the text's colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Done, on, copied.
    Check,
    /// A menu opens below.
    ChevronDown,
    /// Close or dismiss.
    Close,
    /// Copy to the clipboard.
    Copy,
    /// Save as a file.
    Download,
    /// An error.
    Error,
    /// Show what is hidden.
    Eye,
    /// Hide what is shown.
    EyeOff,
    /// Leads out of the page.
    External,
    /// Something to know.
    Info,
    /// More actions.
    More,
    /// On paper.
    Print,
    /// Protection.
    Shield,
    /// Take care.
    Warning,
}

impl Glyph {
    const fn path(self) -> &'static str {
        match self {
            Self::Check => "M4.5 10.5l3.75 3.75L15.5 6.5",
            Self::ChevronDown => "M5.5 8l4.5 4.5L14.5 8",
            Self::Close => "M5.5 5.5l9 9M14.5 5.5l-9 9",
            Self::Copy => {
                "M8.5 7h6a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 7 14.5v-6A1.5 1.5 0 0 1 8.5 7zM4.5 13A1.5 1.5 0 0 1 3 11.5v-6A2.5 2.5 0 0 1 5.5 3h6A1.5 1.5 0 0 1 13 4.5"
            }
            Self::Download => "M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13",
            Self::Error => "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 6.25v4.5M10 13.5v.01",
            Self::Eye => {
                "M1.75 10S4.75 4.5 10 4.5 18.25 10 18.25 10 15.25 15.5 10 15.5 1.75 10 1.75 10zM10 7.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"
            }
            Self::EyeOff => {
                "M8.1 4.75A8 8 0 0 1 10 4.5c5.25 0 8.25 5.5 8.25 5.5a14.6 14.6 0 0 1-2 2.6M5.4 5.9A13.9 13.9 0 0 0 1.75 10S4.75 15.5 10 15.5a8 8 0 0 0 4.2-1.2M8.25 8.2a2.5 2.5 0 0 0 3.5 3.55M3 3l14 14"
            }
            Self::External => {
                "M11.5 3.5h5v5M16.5 3.5L9.5 10.5M14 11.5v4a1 1 0 0 1-1 1H4.5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h4"
            }
            Self::Info => "M10 2.5a7.5 7.5 0 1 1 0 15 7.5 7.5 0 0 1 0-15zM10 9.25v4.5M10 6.5v.01",
            Self::More => "M4.5 10v.01M10 10v.01M15.5 10v.01",
            Self::Print => {
                "M6 7V3h8v4M6 14.5H4A1.5 1.5 0 0 1 2.5 13V8.5A1.5 1.5 0 0 1 4 7h12a1.5 1.5 0 0 1 1.5 1.5V13a1.5 1.5 0 0 1-1.5 1.5h-2M6 11.5h8V17H6z"
            }
            Self::Shield => {
                "M10 2.25l6.25 2.25v5c0 4-2.75 6.75-6.25 8.25-3.5-1.5-6.25-4.25-6.25-8.25v-5z"
            }
            Self::Warning => {
                "M8.7 3.5L1.9 15.25A1.5 1.5 0 0 0 3.2 17.5h13.6a1.5 1.5 0 0 0 1.3-2.25L11.3 3.5a1.5 1.5 0 0 0-2.6 0zM10 7.5v3.75M10 14v.01"
            }
        }
    }
}

/// An inline picture beside words that say the same: hidden from assistive technology.
#[component]
pub fn Icon(
    /// Which picture.
    #[prop(into)]
    glyph: Signal<Glyph>,
) -> impl IntoView {
    view! {
        <svg class="icon" class:icon--dots=move || glyph.get() == Glyph::More viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d=move || glyph.get().path()></path>
        </svg>
    }
}
