//! Whether an answer lets a stranger in, and what to do about it.

use url::Url;

use super::client::ProbeAnswer;

/// What an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The redirect to the sign-in.
    SignIn,
    /// The redirect to the sign-in, or a refusal: an attack may be refused at once.
    NotLetIn,
    /// A refusal without a redirect, for scripts.
    Refusal,
}

/// The place to which a stranger is sent.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The public URL of Twinlock.
    pub portal: String,
    /// The application's id.
    pub application: String,
    /// The path that was asked for.
    pub target: String,
}

/// Judges an answer. The error is what is wrong and the remedy.
pub fn judge(answer: &ProbeAnswer, wanted: Wanted, sign_in: &SignIn) -> Result<(), String> {
    let location = answer.header("location");
    match (answer.status, wanted, location) {
        (302 | 303 | 307, Wanted::SignIn | Wanted::NotLetIn, Some(location)) => {
            check_location(location, sign_in)
        }
        (400 | 403, Wanted::NotLetIn, _) | (401, Wanted::Refusal | Wanted::NotLetIn, None) => {
            Ok(())
        }
        (status, ..) => Err(remedy(status, wanted, answer)),
    }
}

/// Whether a redirect leads to the sign-in for this application and this path.
fn check_location(location: &str, sign_in: &SignIn) -> Result<(), String> {
    let SignIn {
        portal,
        application,
        target,
    } = sign_in;
    let shown = location.split('?').next().unwrap_or_default();
    let shown: String = shown.chars().take(200).collect();
    let shown = shown.escape_debug();
    let Ok(url) = Url::parse(location) else {
        return Err(format!(
            "it redirects to `{shown}`, which is not absolute: the application was asked without Twinlock; put the recipe's directive on the whole host"
        ));
    };
    if url.path() != "/door/open" {
        return Err(format!(
            "it redirects to {shown} and not to the sign-in of Twinlock: the application was asked without it; put the recipe's directive on the whole host"
        ));
    }
    if url.origin().ascii_serialization() != *portal {
        return Err(format!(
            "it redirects to {shown}, but TWINLOCK_PUBLIC_URL is {portal} here: give doctor the one that the server has"
        ));
    }
    let value = |name: &str| {
        let mut pairs = url.query_pairs();
        pairs.find_map(|(own, value)| (own == name).then_some(value))
    };
    if value("app").as_deref() != Some(application) {
        return Err("it opens another application: the proxy reports another host than it was asked for; let it set the host itself, as the recipe does".to_owned());
    }
    if value("to").as_deref() != Some(target) {
        return Err("it would lead to another page than the one that was asked for: the proxy reports another path or method; let it set these headers itself, as the recipe does".to_owned());
    }
    Ok(())
}

fn remedy(status: u16, wanted: Wanted, answer: &ProbeAnswer) -> String {
    let told = match status {
        101 => {
            "the connection was upgraded without a session: let the recipe drop `Upgrade`, and ask Twinlock before a WebSocket"
        }
        401 if answer.header("location").is_some() && wanted == Wanted::Refusal => {
            "a script is sent to the sign-in, which it can't show: pass on `Location` for 302 only, as the recipe does"
        }
        401 => {
            "Twinlock refused, but no redirect to the sign-in follows: nginx needs the recipe's `error_page 401`, other proxies pass Twinlock's answer on as it is"
        }
        302 | 303 | 307 if wanted == Wanted::Refusal => {
            "a script is redirected and would get a page in answer to its data: pass the headers Accept and Sec-Fetch-Mode on to Twinlock, and redirect only where Twinlock sent a `Location`"
        }
        400 => {
            "the question of the proxy was refused: a header of the recipe is missing, doubled or of another recipe; Twinlock's log says which"
        }
        403 if answer.body.contains("TWINLOCK_TRUSTED_PROXIES") => {
            "Twinlock does not know the proxy: put the proxy's address into TWINLOCK_TRUSTED_PROXIES"
        }
        403 => {
            "it was refused: is the proxy's address in TWINLOCK_TRUSTED_PROXIES, and does the proxy report the host that people type?"
        }
        500..=599 => {
            "the proxy reached no Twinlock, or Twinlock could not answer: start it, and read the logs of both"
        }
        _ => {
            "the application was asked without Twinlock: put the recipe's directive on the whole host"
        }
    };
    format!("the answer is {status}: {told}")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TO: &str = "https://panel.example.com/door/open?app=0a&to=%2Fdoctor&state=x";

    fn answer(status: u16, location: Option<&str>) -> ProbeAnswer {
        let headers = location.map(|to| ("location".to_owned(), to.to_owned()));
        ProbeAnswer {
            status,
            headers: headers.into_iter().collect(),
            body: String::new(),
        }
    }

    fn judged(answer: &ProbeAnswer, wanted: Wanted) -> Result<(), String> {
        let sign_in = SignIn {
            portal: "https://panel.example.com".to_owned(),
            application: "0a".to_owned(),
            target: "/doctor".to_owned(),
        };
        judge(answer, wanted, &sign_in)
    }

    #[rstest]
    #[case(302, Some(TO), Wanted::SignIn)]
    #[case(302, Some(TO), Wanted::NotLetIn)]
    #[case(400, None, Wanted::NotLetIn)]
    #[case(403, None, Wanted::NotLetIn)]
    #[case(401, None, Wanted::Refusal)]
    fn who_is_kept_out_is_right(
        #[case] status: u16,
        #[case] location: Option<&str>,
        #[case] wanted: Wanted,
    ) {
        assert_eq!(judged(&answer(status, location), wanted), Ok(()));
    }

    #[rstest]
    fn an_answer_of_the_application_is_wrong(
        #[values(200, 204, 206, 301, 302, 304, 404, 405, 418)] status: u16,
        #[values(Wanted::SignIn, Wanted::NotLetIn, Wanted::Refusal)] wanted: Wanted,
        #[values(None, Some("/login"), Some("https://app.example.com/login"))] to: Option<&str>,
    ) {
        assert!(judged(&answer(status, to), wanted).is_err());
    }

    #[rstest]
    #[case(
        "https://evil.example/door/open?app=0a&to=%2Fdoctor",
        "give doctor the one"
    )]
    #[case(
        "https://panel.example.com.evil.example/door/open?app=0a&to=%2Fdoctor",
        "give doctor the one"
    )]
    #[case(
        "https://panel.example.com/door/open?app=0b&to=%2Fdoctor",
        "another application"
    )]
    #[case(
        "https://panel.example.com/door/open?app=0a&to=%2Fother",
        "another page"
    )]
    #[case("https://panel.example.com/door/open", "another application")]
    #[case("https://panel.example.com/sign-in", "the application was asked")]
    #[case("/door/open?app=0a&to=%2Fdoctor", "not absolute")]
    fn a_redirect_elsewhere_is_wrong(#[case] location: &str, #[case] words: &str) {
        for wanted in [Wanted::SignIn, Wanted::NotLetIn] {
            let error = judged(&answer(302, Some(location)), wanted).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }

    #[rstest]
    #[case(401, "error_page 401")]
    #[case(400, "header of the recipe")]
    #[case(403, "TWINLOCK_TRUSTED_PROXIES")]
    #[case(502, "reached no Twinlock")]
    #[case(200, "without Twinlock")]
    fn each_wrong_answer_has_its_remedy(#[case] status: u16, #[case] words: &str) {
        let error = judged(&answer(status, None), Wanted::SignIn).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}
