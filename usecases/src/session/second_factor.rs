//! The second step of a sign-in, and the check of 6-digit codes and backup codes in all places that
//! take one. Each attempt is counted before it is checked, and everything that works only once is
//! taken by one conditional update.

use domain::{
    events::Outcome,
    ids::{BackupCodeId, MethodId, UserId},
    ports::{
        MethodFactor, MfaSettings, SignInBackupCode, SignInBackupCodeUse, SignInCode, SignInCodeUse,
    },
    second_factor::{
        backup_code::BackupCode,
        guess_holder::GuessHolder,
        lockout::{self, Budget, Factor, LOCK_AFTER},
        one_time_code::OneTimeCode,
        totp::{OffTimeCode, Verdict, newest_step, verify},
    },
    secrets::{
        imported_hash::Floor,
        vault::{SealContext, Sealed},
    },
    session::policy::Standing,
    time::TimeStep,
    token::Token,
};

use super::{
    admission::permit_for_caller,
    known_browser::{self, BrowserToken},
    values::{Code, SecondFactorResult},
    viewer::viewer_after_second_factor,
};
use crate::{
    Context, Cookies, Field, UseCaseError, error_events::record_damage, secret_text::SecretText,
};

/// Second step, with the authenticator application.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify_code(
    context: &Context,
    cookies: &mut Cookies,
    request: Code,
) -> Result<SecondFactorResult, UseCaseError> {
    let (method, step) = check_code(context, &request).await?;
    let has_no_codes_yet = method.is_without_codes;
    let (swap, token) = context.renewal()?;
    let user = context.caller()?.session.user.clone();
    let browser = BrowserToken::of(context, &user).await?;
    let code = SignInCode {
        swap,
        user,
        method: method.id,
        step,
        browser: browser.hash,
        is_browser_known: browser.known().is_some(),
        at: context.now,
    };
    let refused = match context.services.mfa.use_code(code).await? {
        SignInCodeUse::Accepted { refused_before } => refused_before,
        SignInCodeUse::AlreadyUsed => return Err(already_used_error(context, step, step).await),
        SignInCodeUse::SessionGone => return Err(UseCaseError::NotSignedIn),
    };
    send_tokens(cookies, token, browser);
    Ok(SecondFactorResult {
        viewer: viewer_after_second_factor(context).await?,
        codes_left: None,
        has_no_codes_yet,
        unlocked_after: unlocked_after(refused),
    })
}

/// Second step, with a backup code.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn verify_backup_code(
    context: &Context,
    cookies: &mut Cookies,
    request: Code,
) -> Result<SecondFactorResult, UseCaseError> {
    let code = check_backup_code(context, &request.code).await?;
    let (swap, token) = context.renewal()?;
    let user = context.caller()?.session.user.clone();
    let browser = BrowserToken::of(context, &user).await?;
    let refused = refused_before(context, &user, &browser).await?;
    let code = SignInBackupCode {
        swap,
        user,
        code,
        browser: browser.hash,
        at: context.now,
    };
    let codes_left = match context.services.mfa.use_backup_code(code).await? {
        SignInBackupCodeUse::Accepted { codes_left } => codes_left,
        SignInBackupCodeUse::AlreadyUsed => return Err(UseCaseError::BackupCodeUsed),
        SignInBackupCodeUse::SessionGone => return Err(UseCaseError::NotSignedIn),
    };
    send_tokens(cookies, token, browser);
    Ok(SecondFactorResult {
        viewer: viewer_after_second_factor(context).await?,
        codes_left: Some(codes_left),
        has_no_codes_yet: false,
        unlocked_after: unlocked_after(refused),
    })
}

/// Sends the browser its two tokens.
pub(super) fn send_tokens(cookies: &mut Cookies, session: Token, browser: BrowserToken) {
    cookies.set_session(session);
    browser.send(cookies);
}

/// The refused codes in a row that had locked the application, for strangers or in this browser,
/// before this right code; none if neither was locked. So a user who signs in from a known browser
/// also learns of the guesses of strangers.
pub(super) fn unlocked_after(refused: u32) -> Option<u32> {
    (refused >= LOCK_AFTER).then_some(refused)
}

/// How many codes in a row were refused before the last counted one.
async fn refused_before(
    context: &Context,
    user: &UserId,
    browser: &BrowserToken,
) -> Result<u32, UseCaseError> {
    let attempts = &context.services.attempts;
    let refused = async |holder| attempts.refused_in_a_row(user, &holder).await;
    let strangers = refused(GuessHolder::Stranger).await?;
    let Some(known) = browser.known() else {
        return Ok(lockout::refused_before(strangers, None));
    };
    let own = refused(GuessHolder::KnownBrowser(known)).await?;
    Ok(lockout::refused_before(own, Some(strangers)))
}

/// The holder whose budget a guess of the caller spends.
async fn guess_holder(context: &Context) -> Result<GuessHolder, UseCaseError> {
    let caller = context.caller()?;
    let known_browser = match caller.standing {
        Standing::HalfSignedIn => known_browser::find_known(context, &caller.session.user).await?,
        _ => None,
    };
    let session = &caller.session.id;
    Ok(GuessHolder::of(&caller.standing, session, known_browser))
}

/// The user's application that the request names, or the first one. The methods begin with the
/// default one, so that is it if it is an application. Pages of before there were keys name none.
fn application_of(settings: MfaSettings, asked: Option<&MethodId>) -> Option<Application> {
    let is_without_codes = settings.codes_left == 0 && !settings.codes_saved;
    let mut methods = settings.methods.into_iter();
    methods.find_map(|method| match method.factor {
        MethodFactor::Application { key, last_step } if asked.is_none_or(|id| *id == method.id) => {
            Some(Application {
                id: method.id,
                key,
                last_step,
                is_without_codes,
            })
        }
        _ => None,
    })
}

/// An authenticator application of the caller.
pub(crate) struct Application {
    pub(crate) id: MethodId,
    /// The key, sealed for the method's row.
    key: Sealed,
    /// The newest time step that was used.
    last_step: TimeStep,
    /// Whether its user has never had backup codes, as after an import.
    is_without_codes: bool,
}

/// Counts and checks a 6-digit code of the caller. The step is not used up yet; the caller of this
/// function does that.
pub(crate) async fn check_code(
    context: &Context,
    request: &Code,
) -> Result<(Application, TimeStep), UseCaseError> {
    let code: OneTimeCode = request
        .code
        .expose()
        .parse()
        .map_err(|_| UseCaseError::Invalid { field: Field::Code })?;
    let user = &context.caller()?.session.user;
    let settings = context.services.mfa.settings(user).await?;
    let method = application_of(settings, request.by.as_ref());
    let method = method.ok_or(UseCaseError::NoMethod)?;
    count_attempt(context, Factor::Application).await?;
    let opened = context
        .services
        .vault
        .open(&method.key, SealContext::Method(user, &method.id));
    let key = match opened {
        Ok(key) => key,
        Err(error) => {
            tracing::error!(method = %method.id, %error, "an authenticator key does not open");
            record_unopened_key(context, &method.key).await?;
            return Err(UseCaseError::Internal);
        }
    };
    match verify(&key, &code, context.now, Some(method.last_step)) {
        Verdict::Accepted { step } => {
            note_clock_offset(context, None).await?;
            Ok((method, step))
        }
        Verdict::AlreadyUsed { step } => {
            Err(already_used_error(context, step, method.last_step).await)
        }
        Verdict::JustExpired { step } => Err(just_expired_error(context, step).await),
        Verdict::Wrong => {
            let off = OffTimeCode::of(&key, &code, context.now);
            let is_off = note_clock_offset(context, off).await?;
            Err(
                is_off.map_or(UseCaseError::WrongCode, |seconds| UseCaseError::ClockOff {
                    seconds,
                }),
            )
        }
    }
}

/// Stores what a code tells about the device's clock. Returns by how many seconds it is fast, once
/// two refused codes in a row agree.
async fn note_clock_offset(
    context: &Context,
    now: Option<OffTimeCode>,
) -> Result<Option<i32>, UseCaseError> {
    let session = &context.caller()?.session;
    let before = session.refused_code;
    if before != now {
        let sessions = &context.services.sessions;
        sessions.note_refused_code(&session.id, now).await?;
    }
    let confirmed = now.filter(|now| before.is_some_and(|before| now.confirms(before)));
    Ok(confirmed.map(|now| now.seconds))
}

/// Counts and checks a backup code of the caller. The code is not spent yet.
pub(crate) async fn check_backup_code(
    context: &Context,
    typed: &SecretText,
) -> Result<BackupCodeId, UseCaseError> {
    let code: BackupCode = typed
        .expose()
        .parse()
        .map_err(|error| UseCaseError::Invalid {
            field: Field::from(error),
        })?;
    let user = &context.caller()?.session.user;
    let permit = permit_for_caller(context)?;
    count_attempt(context, Factor::BackupCode).await?;
    let stored = context
        .services
        .mfa
        .find_backup_code(user, context.services.vault.backup_code_index(user, &code))
        .await?;
    let hash = stored.as_ref().map(|stored| &stored.hash);
    let is_right = context
        .services
        .hasher
        .verify(permit, code.expose().as_bytes(), hash, Floor::NONE)
        .await?;
    let stored = stored.filter(|_| is_right).ok_or(UseCaseError::WrongCode)?;
    if stored.is_used {
        return Err(UseCaseError::BackupCodeUsed);
    }
    Ok(stored.id)
}

/// Refuses a code of `step`, because `last_step` is already used; the next step has the next code.
/// A step further ahead was used before the clock was set back. When that clock will be right again
/// is unknown.
pub(crate) async fn already_used_error(
    context: &Context,
    step: TimeStep,
    last_step: TimeStep,
) -> UseCaseError {
    let last_step = last_step.min(newest_step(context.now));
    let error = UseCaseError::AlreadyUsed {
        seconds: context.now.seconds_until(last_step.offset(1).start()),
    };
    let refused = refuse_step(context, step, Outcome::Used).await;
    refused.err().unwrap_or(error)
}

/// Refuses a code of `step`, which has expired.
pub(crate) async fn just_expired_error(context: &Context, step: TimeStep) -> UseCaseError {
    let refused = refuse_step(context, step, Outcome::Failed).await;
    refused.err().unwrap_or(UseCaseError::JustExpired)
}

/// Records the refusal. The code of one step spends the budget only once, however often it is
/// given.
async fn refuse_step(
    context: &Context,
    step: TimeStep,
    outcome: Outcome,
) -> Result<(), UseCaseError> {
    let (user, holder) = (
        &context.caller()?.session.user,
        guess_holder(context).await?,
    );
    let attempts = &context.services.attempts;
    Ok(attempts.refuse_step(user, &holder, step, outcome).await?)
}

/// Ends an attempt whose authenticator key can't be opened. If the row was changed, that may be an
/// attack, so the attempt still counts. If this server lacks the master key, the code could not be
/// checked, so the attempt is given back.
pub(crate) async fn record_unopened_key(
    context: &Context,
    key: &Sealed,
) -> Result<(), UseCaseError> {
    if context.services.vault.knows(&key.key_id) {
        record_damage(context, None).await;
        return Ok(());
    }
    let (user, holder) = (
        &context.caller()?.session.user,
        guess_holder(context).await?,
    );
    let attempts = &context.services.attempts;
    Ok(attempts.give_back_unjudged(user, &holder).await?)
}

/// Counts one attempt of the caller, or returns why no more attempts are allowed.
pub(crate) async fn count_attempt(context: &Context, factor: Factor) -> Result<(), UseCaseError> {
    let (user, attempts) = (&context.caller()?.session.user, &context.services.attempts);
    let mut next = Some(guess_holder(context).await?);
    while let Some(holder) = next {
        match attempts
            .count_second_factor(user, &holder, factor, context.now)
            .await?
        {
            Budget::Open => return Ok(()),
            Budget::Paused { until } => {
                let seconds = context.now.seconds_until(until);
                return Err(UseCaseError::Paused { seconds });
            }
            Budget::Locked { tries } => return Err(UseCaseError::Locked { tries }),
            Budget::Gone => next = holder.when_gone(),
        }
    }
    Err(UseCaseError::NotSignedIn)
}
