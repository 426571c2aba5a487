//! The pages: static files from memory, and the index page for every route of the app.
//!
//! `variants` makes the two forms of the index page. The form's script runs `Show password`, and a
//! submit that only waits for the app; the button submits only once that script has run, so the
//! form can't be sent as a page. With the form in the page the app starts without a session and
//! does not wait for `session/whoami`, which corrects it if a cache gave out the wrong form. A
//! submit does wait for that answer, and is dropped if a user is signed in, because it would end
//! their session.
//! The first script sets `data-scripts`. Without that mark `style/pages/boot.css` hides the form
//! and shows that the page was changed on its way. A script or WASM that is missing is asked for
//! once more, under another name; only a WASM that arrived and can't be compiled is blamed on the
//! browser's age. A panic of the app ends WASM for good: a dialog opens over what was painted.
//! `brand` puts the accent after the built styles, whose tokens it overrides: six colours a theme,
//! in the proportions of `style/tokens.css`, each measured against every background it meets. The
//! logo replaces the shield, under a name with its hash and with a CSP that allows nothing. `index`
//! names the build of the pages (`x-build`) by a hash of the filled-in index page, which names
//! every file by its hash. Nothing is loaded lazily, so an old tab works as long as the server
//! understands it.

mod brand;
mod content_type;
mod embedded;
mod encoding;
mod file;
mod index;
mod other_address;
mod packing;
mod representation;
mod variants;
mod worker;

use std::{borrow::Cow, collections::HashMap};

use app::{
    routes::{Page, leads_to_sign_in},
    serve::has_cookie,
};
use axum::{
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ALLOW, ETAG, IF_NONE_MATCH, VARY},
    },
    response::Response,
};
use usecases::CookieNames;

use crate::{
    config::{Branding, PublicUrl},
    middleware::refusal::plain,
};
use brand::Brand;
pub use file::File;
use index::Index;
pub use index::{InlineSources, csp_source, escaped};
pub use other_address::OtherAddress;
use representation::Representations;

/// The answer of a binary without pages.
pub const NO_PAGES: &str = "This binary was built without its pages; use `cargo xtask build`.";

const HASHED: &str = "public, max-age=31536000, immutable";
const REVALIDATED: &str = "no-cache";

/// The pages' files, ready to be sent.
pub struct Pages {
    index: Option<Index>,
    files: HashMap<String, Representations>,
    session_cookie: String,
    accent_css: String,
}

impl Pages {
    /// Returns the pages that are embedded in this binary.
    #[must_use]
    pub fn embedded(branding: &Branding, public_url: Option<&PublicUrl>) -> Self {
        Self::at(public_url, embedded::files(), branding)
    }

    /// Creates pages from files by name: `index.html`, other files, and their `.br` and `.gz`
    /// forms.
    pub fn new(
        files: impl IntoIterator<Item = (Cow<'static, str>, impl Into<File>)>,
        branding: &Branding,
    ) -> Self {
        Self::at(None, files, branding)
    }

    /// Creates the pages with the public URL, if one is set.
    fn at(
        public_url: Option<&PublicUrl>,
        files: impl IntoIterator<Item = (Cow<'static, str>, impl Into<File>)>,
        branding: &Branding,
    ) -> Self {
        let mut all: HashMap<String, File> = files
            .into_iter()
            .map(|(name, file)| (name.into_owned(), file.into()))
            .collect();
        let (brand, branded) = Brand::new(branding);
        let index = all.remove("index.html").map(|html| {
            let template = String::from_utf8_lossy(&html.body);
            Index::new(&template, branding, &brand, public_url)
        });
        let packed = |name: &str| matches!(name.rsplit('.').next(), Some("br" | "gz"));
        let plain = all.iter().filter(|(name, _)| !packed(name));
        let represented = |(name, file): (&String, &File)| {
            let beside = |ending: &str| Some(all.get(&format!("{name}{ending}"))?.body.clone());
            let cache = if is_hashed(name) { HASHED } else { REVALIDATED };
            let content_type = content_type::of(name);
            let file = Representations::new(
                content_type,
                cache,
                file.clone(),
                beside(".br"),
                beside(".gz"),
            );
            (format!("/{name}"), file)
        };
        let files = plain.map(represented).chain(branded).collect();
        Self {
            index,
            files,
            accent_css: brand::accent_css(branding),
            session_cookie: CookieNames::over_http(None).session().to_owned(),
        }
    }

    /// Sets the name of the session cookie.
    #[must_use]
    pub fn with_session_cookie(mut self, name: &str) -> Self {
        name.clone_into(&mut self.session_cookie);
        self
    }

    /// Returns the operator's colours, as a style sheet that overrides the built tokens.
    #[must_use]
    pub fn accent_css(&self) -> &str {
        &self.accent_css
    }

    /// Returns whether the binary was built without pages.
    #[must_use]
    pub const fn are_missing(&self) -> bool {
        self.index.is_none()
    }

    /// Returns the sources that the CSP allows by hash, if there are pages.
    #[must_use]
    pub fn inline(&self) -> Option<&InlineSources> {
        self.index.as_ref().map(Index::inline)
    }

    /// Returns the build of the pages, if there are any.
    #[must_use]
    pub fn build(&self) -> Option<&str> {
        self.index.as_ref().map(Index::build)
    }

    /// Answers one request.
    #[must_use]
    pub fn answer(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed");
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        if worker::is_asked_for(path, headers) {
            return worker::removal(method);
        }
        match (self.files.get(path), &self.index) {
            (Some(file), _) => file.answer(method, headers),
            (None, _) if names_a_file(path) => plain(StatusCode::NOT_FOUND, "Not found"),
            (None, Some(index)) => self.page(index, method, path, headers),
            (None, None) => plain(StatusCode::SERVICE_UNAVAILABLE, NO_PAGES),
        }
    }

    /// Returns the page for a path. A browser without a session cookie gets the sign-in form at
    /// once on pages that need a session.
    ///
    /// Only the cookie's presence counts: the app finds out later whether its session has ended,
    /// and until then the page frame is right.
    fn page(&self, index: &Index, method: &Method, path: &str, headers: &HeaderMap) -> Response {
        let pages = index.pages();
        let page = if leads_to_sign_in(path) && !has_cookie(headers, &self.session_cookie) {
            &pages.sign_in
        } else {
            &pages.other
        };
        let mut response = if Page::at(path).is_some() {
            page.answer(method, headers)
        } else {
            not_found(page, method, headers)
        };
        response
            .headers_mut()
            .append(VARY, HeaderValue::from_static("cookie"));
        response
    }
}

/// Answers with the app's page and status 404. Such an answer has no entity tag, so it is never
/// answered with 304.
fn not_found(page: &Representations, method: &Method, headers: &HeaderMap) -> Response {
    let mut headers = headers.clone();
    headers.remove(IF_NONE_MATCH);
    let mut response = page.answer(method, &headers);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().remove(ETAG);
    response
}

/// The app's routes contain no dot, so a path with one names a file: a missing script must not
/// return a page with status 200.
fn names_a_file(path: &str) -> bool {
    path.contains('.')
}

/// Returns whether the name contains a hash. Trunk puts up to 16 hexadecimal digits into the name
/// of a file or its folder; leading zeros are omitted.
fn is_hashed(name: &str) -> bool {
    let hash = |part: &str| part.len() >= 12 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.split(['-', '_', '.', '/']).any(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trunks_names_are_known() {
        for hashed in [
            "frontend-1a2b3c4d5e6f7081.js",
            "frontend-1a2b3c4d5e6f7081_bg.wasm",
            "favicon-b195cbe471cbe6a.svg",
            "favicon-95cbe471cbe6a.svg",
            "snippets/x-1a2b3c4d5e6f7081/inline0.js",
        ] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "robots.txt",
            "favicon.svg",
            "frontend-abc.js",
            "icons/favicon.svg",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn only_routes_fall_back_to_the_index() {
        for route in ["/", "/profile/mfa/new", "/nothing/here"] {
            assert!(!names_a_file(route), "{route}");
        }
        for file in ["/missing.js", "/.git/config", "/a/../b", "/index.html"] {
            assert!(names_a_file(file), "{file}");
        }
    }
}
