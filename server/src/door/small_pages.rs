//! The small pages of the door: made by the server, without scripts, in the look of the product.

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    },
    response::Response,
};
use domain::{door::SIGN_OUT_PATH, people::names::ApplicationName};

use crate::{
    config::PublicUrl,
    spa::{csp_source, escaped},
};

/// The tokens of `style/tokens.css` that these pages need, and what they do with them.
const STYLE: &str = include_str!("small_pages.css");

/// What a page sends as its referrer. A form of a page without any has no `Origin` of its own.
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");

/// The pages.
pub struct SmallPages {
    brand: String,
    portal: String,
    style: String,
    policy: Option<HeaderValue>,
    policy_of_form: Option<HeaderValue>,
}

/// A link that looks like a button.
fn button(href: &str, words: &str) -> String {
    format!("<p><a class=\"button\" href=\"{href}\">{words}</a></p>")
}

fn named(application: &ApplicationName) -> String {
    format!(
        "<span translate=\"no\">{}</span>",
        escaped(&application.to_string())
    )
}

impl SmallPages {
    /// Prepares the pages. `accent` are the operator's colours.
    pub fn new(brand: &str, accent: &str, public_url: &PublicUrl) -> Self {
        let style = format!("{STYLE}{accent}");
        let policy = |action: &str| {
            let source = csp_source(&style);
            let policy = format!(
                "default-src 'none'; style-src {source}; base-uri 'none'; form-action {action}; frame-ancestors 'none'"
            );
            HeaderValue::try_from(policy).ok()
        };
        Self {
            brand: escaped(brand),
            portal: escaped(&public_url.to_string()),
            policy: policy("'none'"),
            // Some browsers hold the redirect after the form to this rule too.
            policy_of_form: policy(&format!("'self' {public_url}")),
            style,
        }
    }

    /// No application has the origin of this request.
    pub fn no_application(&self) -> Response {
        let (status, title) = (
            StatusCode::FORBIDDEN,
            "There is no application at this address",
        );
        self.page(
            status,
            title,
            title,
            "<p>Check the address. If it is right, tell your operator.</p>",
        )
    }

    /// Nothing is at this path of Twinlock's.
    pub fn nothing_here(&self) -> Response {
        let title = "There is no such page";
        let body = button("/", "Open the application");
        self.page(StatusCode::NOT_FOUND, title, title, &body)
    }

    /// The code opens nothing.
    pub fn used_link(&self) -> Response {
        let title = "This link has been used or is too old";
        let body = button("/", "Open the application again");
        self.page(StatusCode::BAD_REQUEST, title, title, &body)
    }

    /// Asks before the session in the application ends.
    pub fn ask_sign_out(&self, application: &ApplicationName) -> Response {
        let heading = format!("Sign out of {}?", named(application));
        let body = format!(
            "<form method=\"post\" action=\"{SIGN_OUT_PATH}\"><p><button class=\"button\">Sign out</button></p></form>\n<p><a href=\"/\">Back to the application</a></p>"
        );
        let mut response = self.page(StatusCode::FORBIDDEN, "Sign out?", &heading, &body);
        let headers = response.headers_mut();
        if let Some(policy) = &self.policy_of_form {
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        headers.insert(REFERRER_POLICY, SAME_ORIGIN);
        response
    }

    /// The session in the application has ended.
    pub fn signed_out(&self) -> Response {
        let title = "You are signed out of the application";
        let (brand, portal) = (&self.brand, &self.portal);
        let body = format!(
            "<p>If you were signed in to <span translate=\"no\">{brand}</span>, you still are: sign out there too if others use this device.</p>\n{}",
            button(
                &format!("{portal}/"),
                &format!("Go to <span translate=\"no\">{brand}</span>")
            )
        );
        self.page(StatusCode::OK, title, title, &body)
    }

    /// The query of the portal is malformed.
    pub fn broken_link(&self) -> Response {
        let title = "This link is incomplete";
        let body = "<p>Open the application again.</p>";
        self.page(StatusCode::BAD_REQUEST, title, title, body)
    }

    /// The portal was asked for by a frame, a script or ahead of a click.
    pub fn not_in_a_tab(&self) -> Response {
        let title = "Open this page in a tab of its own";
        let body = "<p>It can't be shown within another page.</p>";
        self.page(StatusCode::FORBIDDEN, title, title, body)
    }

    /// There is no such application.
    pub fn unknown_application(&self) -> Response {
        let title = "There is no such application";
        let body = self.home();
        self.page(StatusCode::NOT_FOUND, title, title, &body)
    }

    /// The application is not for the account that the person works in.
    pub fn other_account(&self, application: &ApplicationName, has_several: bool) -> Response {
        let heading = format!("Your account can't open {}", named(application));
        let (advice, more) = if has_several {
            (
                "Another of your accounts may open it.",
                button("/sign-in/account", "Choose another account"),
            )
        } else {
            ("Ask your operator.", self.home())
        };
        let body = format!("<p>{advice}</p>\n{more}");
        self.page(
            StatusCode::FORBIDDEN,
            "Your account can't open the application",
            &heading,
            &body,
        )
    }

    /// The application requires MFA, and the person has none.
    pub fn mfa_required(&self, application: &ApplicationName) -> Response {
        let heading = format!("{} requires MFA", named(application));
        let body = format!(
            "<p>Set up MFA first, then open the application again.</p>\n{}",
            button("/profile/mfa/new", "Set up MFA")
        );
        let title = "The application requires MFA";
        self.page(StatusCode::FORBIDDEN, title, &heading, &body)
    }

    fn home(&self) -> String {
        let brand = &self.brand;
        button("/", &format!("Go to <span translate=\"no\">{brand}</span>"))
    }

    /// `heading` and `body` are HTML, `title` is text without markup.
    fn page(&self, status: StatusCode, title: &str, heading: &str, body: &str) -> Response {
        let (brand, style) = (&self.brand, &self.style);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title} · {brand}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"robots\" content=\"noindex\">\n<style>{style}</style>\n</head>\n<body>\n<main>\n\
             <p class=\"brand\" translate=\"no\">{brand}</p>\n<h1>{heading}</h1>\n{body}\n</main>\n</body>\n</html>\n"
        );
        let mut response = Response::new(Body::from(Bytes::from(html)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("text/html; charset=utf-8");
        headers.insert(CONTENT_TYPE, kind);
        if let Some(policy) = &self.policy {
            headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        response
    }
}
