use leptos::prelude::*;

use super::frame::Specimen;
use crate::ui::{Glyph, Icon};

const GLYPHS: [(&str, Glyph); 14] = [
    ("Check", Glyph::Check),
    ("ChevronDown", Glyph::ChevronDown),
    ("Close", Glyph::Close),
    ("Copy", Glyph::Copy),
    ("Download", Glyph::Download),
    ("Error", Glyph::Error),
    ("Eye", Glyph::Eye),
    ("EyeOff", Glyph::EyeOff),
    ("External", Glyph::External),
    ("Info", Glyph::Info),
    ("More", Glyph::More),
    ("Print", Glyph::Print),
    ("Shield", Glyph::Shield),
    ("Warning", Glyph::Warning),
];

pub(super) fn specimens() -> AnyView {
    let picture = |(name, glyph)| view! { <li class="row"><Icon glyph /><span>{name}</span></li> };
    view! { <Specimen state="Lucide, 20 px"><ul class="gallery__icons" role="list">{GLYPHS.map(picture)}</ul></Specimen> }
        .into_any()
}
