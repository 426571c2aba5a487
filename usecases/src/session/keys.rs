//! The second step of a sign-in with a passkey or security key. A signature is no guess, so it is
//! not counted, and a locked application does not stop it.

use domain::ports::{SignInCodeUse, SignInKey};

use super::{
    known_browser::BrowserToken,
    second_factor::{send_tokens, unlocked_after},
    values::{KeyAnswer, KeyOptions, SecondFactorResult},
    viewer::viewer_after_second_factor,
};
use crate::{
    Context, Cookies, UseCaseError,
    webauthn::{Occasion, check_answer, request_options, used_meanwhile},
};

/// A challenge for the keys of the user who signs in. Their ids leave the server only after the
/// right password.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn key_challenge(context: &Context) -> Result<KeyOptions, UseCaseError> {
    Ok(KeyOptions {
        options: request_options(context, Occasion::SignIn, None).await?,
    })
}

/// Second step, with a passkey or security key.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify_key(
    context: &Context,
    cookies: &mut Cookies,
    request: KeyAnswer,
) -> Result<SecondFactorResult, UseCaseError> {
    let key = check_answer(context, Occasion::SignIn, &request.answer).await?;
    let kind = key.kind;
    let (swap, token) = context.renewal()?;
    let user = context.caller()?.session.user.clone();
    let browser = BrowserToken::of(context, &user).await?;
    let key = SignInKey {
        swap,
        user,
        key,
        browser: browser.hash,
        is_browser_known: browser.known().is_some(),
        at: context.now,
    };
    let refused = match context.services.mfa.use_key(key).await? {
        SignInCodeUse::Accepted { refused_before } => refused_before,
        SignInCodeUse::AlreadyUsed => {
            return Err(used_meanwhile(context, Occasion::SignIn, kind).await);
        }
        SignInCodeUse::SessionGone => return Err(UseCaseError::NotSignedIn),
    };
    send_tokens(cookies, token, browser);
    Ok(SecondFactorResult {
        viewer: viewer_after_second_factor(context).await?,
        codes_left: None,
        has_no_codes_yet: false,
        unlocked_after: unlocked_after(refused),
    })
}
