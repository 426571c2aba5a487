//! A person who opens an application, with the proxy that asks for them.

use testkit::{
    http::{HttpAnswer, HttpBrowser, ServerAddress},
    people::Person,
};

/// The application's origin.
pub const ORIGIN: &str = "https://wiki.localhost";
const PORTAL: &str = "https://panel.localhost";
const SESSION: &str = "__Host-twinlock-app";
const NONCE: &str = "__Host-twinlock-door";

/// A code and the nonce of its browser.
pub struct DrawnCode {
    path: String,
    nonce: String,
}

/// What became of one way into the application.
pub enum Opening {
    /// The code was drawn and not sent yet.
    Drawn(DrawnCode),
    /// The code was sent, and no answer came.
    CutOff(DrawnCode),
    /// The person is in, with this cookie.
    Entered { code: DrawnCode, cookie: String },
}

/// The answer to a code.
enum Taken {
    /// The person is in, with this cookie.
    Entered(String),
    /// The code does not open.
    Refused,
}

/// A person's browser.
#[derive(Clone)]
pub struct Visitor {
    browser: HttpBrowser,
}

impl Visitor {
    /// Signs a person in.
    pub fn of(address: &ServerAddress, person: &Person) -> Self {
        let mut browser = HttpBrowser::new(address);
        browser.sign_in(person).expect_ok();
        Self { browser }
    }

    /// The same browser at another instance.
    pub fn at(&self, address: &ServerAddress) -> Self {
        let mut other = self.clone();
        other.use_server(address);
        other
    }

    /// Uses a restarted server from now on.
    pub fn use_server(&mut self, address: &ServerAddress) {
        self.browser.use_server(address);
    }

    /// Opens the application again and again until the server is gone.
    pub fn open_until_down(&mut self) -> Vec<Opening> {
        let mut openings = Vec::new();
        while let Some(code) = self.try_draw() {
            match self.try_take(&code) {
                Some(Taken::Entered(cookie)) => openings.push(Opening::Entered { code, cookie }),
                Some(Taken::Refused) => panic!("a fresh code is refused"),
                None if self.is_down() => {
                    openings.push(Opening::CutOff(code));
                    break;
                }
                None => panic!("a server that runs gives no answer"),
            }
            // Half of the people leave a code behind that they have not sent.
            if let Some(code) = self.try_draw() {
                openings.push(Opening::Drawn(code));
            }
        }
        openings
    }

    /// Opens the application; returns the cookie.
    pub fn enter(&mut self) -> String {
        let code = self.draw();
        self.take(&code).expect("a fresh code opens")
    }

    /// Draws a code, which must succeed.
    pub fn draw(&mut self) -> DrawnCode {
        self.try_draw().expect("a code is drawn")
    }

    /// Sends a code; returns the cookie if it opened.
    pub fn take(&mut self, code: &DrawnCode) -> Option<String> {
        match self.try_take(code).expect("the server runs") {
            Taken::Entered(cookie) => Some(cookie),
            Taken::Refused => None,
        }
    }

    /// The status of a verify call with this cookie, as a script of the page causes it.
    pub fn ask(&mut self, cookie: &str) -> Option<u16> {
        let cookie = format!("{SESSION}={cookie}");
        let answer = self.forward("/data", "cors", &cookie)?;
        Some(answer.status)
    }

    /// The keys by which an application checks assertions.
    pub fn key_set(&mut self) -> String {
        let answer = self.browser.get("/.well-known/jwks.json");
        assert_eq!(answer.status, 200, "{answer}");
        answer.text().to_owned()
    }

    fn is_down(&mut self) -> bool {
        matches!(self.browser.try_get("/livez", &[]), Ok(None) | Err(_))
    }

    /// From the application to the portal and up to the code; none without an answer.
    fn try_draw(&mut self) -> Option<DrawnCode> {
        let sent_away = self.forward("/page", "navigate", "")?;
        assert_eq!(sent_away.status, 302, "{sent_away}");
        let nonce = set_cookie(&sent_away, NONCE).expect("a nonce");
        let path = sent_away
            .header("location")
            .strip_prefix(PORTAL)?
            .to_owned();
        let headers = [
            ("Sec-Fetch-Mode", "navigate"),
            ("Sec-Fetch-Dest", "document"),
        ];
        let drawn = self.browser.try_get(&path, &headers).ok()??;
        if drawn.status == 503 {
            return None;
        }
        assert_eq!(drawn.status, 303, "{drawn}");
        let path = drawn.header("location").strip_prefix(ORIGIN)?.to_owned();
        Some(DrawnCode { path, nonce })
    }

    /// None without an answer.
    fn try_take(&mut self, code: &DrawnCode) -> Option<Taken> {
        let cookie = format!("{NONCE}={}", code.nonce);
        let answer = self.forward(&code.path, "navigate", &cookie)?;
        let cookie = set_cookie(&answer, SESSION).filter(|_| answer.status == 302);
        Some(cookie.map_or(Taken::Refused, Taken::Entered))
    }

    fn forward(&mut self, uri: &str, mode: &str, cookie: &str) -> Option<HttpAnswer> {
        let headers = [
            ("X-Forwarded-Method", "GET"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Host", "wiki.localhost"),
            ("X-Forwarded-Uri", uri),
            ("Sec-Fetch-Mode", mode),
            ("Sec-Fetch-Dest", "document"),
            ("Cookie", cookie),
        ];
        let mut proxy = self.browser.clone();
        proxy.try_get("/door/forward-auth", &headers).ok()?
    }
}

/// The value of a cookie that an answer sets.
fn set_cookie(answer: &HttpAnswer, name: &str) -> Option<String> {
    let mut set = answer.cookies().into_iter();
    set.find_map(|cookie| {
        let (known, value) = cookie.split(';').next()?.split_once('=')?;
        (known == name && !value.is_empty()).then(|| value.to_owned())
    })
}
