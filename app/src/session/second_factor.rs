//! The second step of a sign-in, and the judgement of codes wherever one is given: a 6-digit code or a backup code. Each attempt is counted before it is judged, and whatever works once is
//! taken by one conditional update.

use domain::{
    events::Outcome,
    ids::{BackupCodeId, UserId},
    ports::{BackupCodeUse, CodeUse, MethodRecord, Taken},
    second_factor::{
        backup_code::BackupCode,
        guess_holder::GuessHolder,
        lockout::{self, Budget, Factor, LOCK_AFTER},
        one_time_code::OneTimeCode,
        totp::{OffTime, Verdict, newest_step, verify},
    },
    secrets::vault::{Place, Sealed},
    session::policy::Standing,
    time::TimeStep,
    token::Token,
};

use super::{
    admission::place_of_caller,
    api::{Code, SignedIn},
    known_browser::{self, BrowserToken},
    server::completed,
};
use crate::{
    call::Call,
    error::{AppError, Field},
    events,
    wire::SecretText,
};

pub(super) async fn verify_code(call: &Call, request: Code) -> Result<SignedIn, AppError> {
    let (method, step) = right_code(call, &request.code).await?;
    let (swap, token) = call.renewal()?;
    let user = call.caller()?.session.user.clone();
    let browser = BrowserToken::of(call, &user).await?;
    let code = CodeUse {
        swap,
        user,
        method: method.id,
        step,
        browser: browser.hash,
        is_browser_known: browser.known().is_some(),
        at: call.now,
    };
    let (outcome, refused) = call.services.mfa.use_code(code).await?;
    match outcome {
        Taken::Taken => hand_out(call, &token, &browser),
        Taken::AlreadyTaken => return Err(already_used(call, step, step).await),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    Ok(SignedIn {
        viewer: completed(call)?,
        codes_left: None,
        unlocked_after: unlocked_after(refused),
    })
}

pub(super) async fn verify_backup_code(call: &Call, request: Code) -> Result<SignedIn, AppError> {
    let code = right_backup_code(call, &request.code).await?;
    let (swap, token) = call.renewal()?;
    let user = call.caller()?.session.user.clone();
    let browser = BrowserToken::of(call, &user).await?;
    let refused = refused_before(call, &user, &browser).await?;
    let code = BackupCodeUse {
        swap,
        user,
        code,
        browser: browser.hash,
        at: call.now,
    };
    let (outcome, left) = call.services.mfa.use_backup_code(code).await?;
    match outcome {
        Taken::Taken => hand_out(call, &token, &browser),
        Taken::AlreadyTaken => return Err(AppError::BackupCodeUsed),
        Taken::SessionGone => return Err(AppError::NotSignedIn),
    }
    Ok(SignedIn {
        viewer: completed(call)?,
        codes_left: Some(left),
        unlocked_after: unlocked_after(refused),
    })
}

/// Gives the browser its two tokens.
fn hand_out(call: &Call, session: &Token, browser: &BrowserToken) {
    call.set_cookie(session);
    browser.hand_out(call);
}

/// The refused codes in a row that had locked the application, for strangers or in this browser, before the one that is right now; none
/// where neither was locked. So a user who signs in from a known browser hears of the guesses of strangers too.
fn unlocked_after(refused: u32) -> Option<u32> {
    (refused >= LOCK_AFTER).then_some(refused)
}

/// How many codes in a row were refused before the one that was counted last.
async fn refused_before(
    call: &Call,
    user: &UserId,
    browser: &BrowserToken,
) -> Result<u32, AppError> {
    let attempts = &call.services.attempts;
    let refused = async |holder| attempts.refused_in_a_row(user, &holder).await;
    let strangers = refused(GuessHolder::Stranger).await?;
    let Some(known) = browser.known() else {
        return Ok(lockout::refused_before(strangers, None));
    };
    let own = refused(GuessHolder::KnownBrowser(known)).await?;
    Ok(lockout::refused_before(own, Some(strangers)))
}

/// Whose budget a guess of the caller spends.
async fn holder(call: &Call) -> Result<GuessHolder, AppError> {
    let caller = call.caller()?;
    let known_browser = match caller.standing {
        Standing::HalfSignedIn => known_browser::given(call, &caller.session.user).await?,
        _ => None,
    };
    let session = &caller.session.id;
    Ok(GuessHolder::of(&caller.standing, session, known_browser))
}

/// Counts and judges a 6-digit code of the caller. Nothing is burnt yet: whoever takes the step does that.
pub(crate) async fn right_code(
    call: &Call,
    typed: &SecretText,
) -> Result<(MethodRecord, TimeStep), AppError> {
    let code: OneTimeCode = typed
        .expose()
        .parse()
        .map_err(|_| AppError::Invalid { field: Field::Code })?;
    let user = &call.caller()?.session.user;
    let method = call
        .services
        .mfa
        .method(user)
        .await?
        .ok_or(AppError::NoMethod)?;
    count(call, Factor::Application).await?;
    let opened = call
        .services
        .vault
        .open(&method.key, Place::Method(user, &method.id));
    let key = match opened {
        Ok(key) => key,
        Err(error) => {
            tracing::error!(method = %method.id, %error, "an authenticator key does not open");
            not_opened(call, &method.key).await?;
            return Err(AppError::Internal);
        }
    };
    match verify(&key, &code, call.now, Some(method.last_step)) {
        Verdict::Accepted { step } => {
            hear_of_clock(call, None).await?;
            Ok((method, step))
        }
        Verdict::AlreadyUsed { step } => Err(already_used(call, step, method.last_step).await),
        Verdict::JustExpired { step } => Err(just_expired(call, step).await),
        Verdict::Wrong => {
            let off = OffTime::of(&key, &code, call.now);
            let is_off = hear_of_clock(call, off).await?;
            Err(
                is_off.map_or(AppError::WrongCode, |seconds| AppError::ClockOff {
                    seconds,
                }),
            )
        }
    }
}

/// Keeps what a code says of the device's clock, and answers by how many seconds it is fast once two refused codes in a row say so.
async fn hear_of_clock(call: &Call, now: Option<OffTime>) -> Result<Option<i32>, AppError> {
    let session = &call.caller()?.session;
    let before = session.refused_code;
    if before != now {
        let sessions = &call.services.sessions;
        sessions.note_refused_code(&session.id, now).await?;
    }
    let confirmed = now.filter(|now| before.is_some_and(|before| now.confirms(before)));
    Ok(confirmed.map(|now| now.seconds))
}

/// Counts and judges a backup code of the caller. It is not spent yet.
pub(crate) async fn right_backup_code(
    call: &Call,
    typed: &SecretText,
) -> Result<BackupCodeId, AppError> {
    let code: BackupCode = typed.expose().parse().map_err(|error| AppError::Invalid {
        field: Field::from(error),
    })?;
    let user = &call.caller()?.session.user;
    let place = place_of_caller(call)?;
    count(call, Factor::BackupCode).await?;
    let stored = call
        .services
        .mfa
        .find_backup_code(user, call.services.vault.backup_code_index(user, &code))
        .await?;
    let hash = stored.as_ref().map(|stored| &stored.hash);
    let is_right = call
        .services
        .hasher
        .verify(place, code.expose().as_bytes(), hash)
        .await?;
    let stored = stored.filter(|_| is_right).ok_or(AppError::WrongCode)?;
    if stored.is_used {
        return Err(AppError::BackupCodeUsed);
    }
    Ok(stored.id)
}

/// Refuses a code of `step`, because `last_step` is burnt: the next one has the next code. A step that lies further ahead was burnt under a
/// clock that was put back since; nobody knows when it will be right.
pub(crate) async fn already_used(call: &Call, step: TimeStep, last_step: TimeStep) -> AppError {
    let last_step = last_step.min(newest_step(call.now));
    let error = AppError::AlreadyUsed {
        seconds: call.now.seconds_until(last_step.offset(1).start()),
    };
    let refused = refuse_step(call, step, Outcome::Used).await;
    refused.err().unwrap_or(error)
}

/// Refuses a code of `step`, which has ended.
pub(crate) async fn just_expired(call: &Call, step: TimeStep) -> AppError {
    let refused = refuse_step(call, step, Outcome::Failed).await;
    refused.err().unwrap_or(AppError::JustExpired)
}

/// The code of one step spends the budget once, however often it is given.
async fn refuse_step(call: &Call, step: TimeStep, outcome: Outcome) -> Result<(), AppError> {
    let (user, holder) = (&call.caller()?.session.user, holder(call).await?);
    let attempts = &call.services.attempts;
    Ok(attempts.refuse_step(user, &holder, step, outcome).await?)
}

/// Ends an attempt whose authenticator key does not open. A row that was changed may be somebody's work, so that the attempt stands. Where
/// this server lacks the master key, nobody could judge the code, and it is given back.
pub(crate) async fn not_opened(call: &Call, key: &Sealed) -> Result<(), AppError> {
    if call.services.vault.knows(&key.key_id) {
        events::damaged(call, None).await;
        return Ok(());
    }
    let (user, holder) = (&call.caller()?.session.user, holder(call).await?);
    let attempts = &call.services.attempts;
    Ok(attempts.give_back_unjudged(user, &holder).await?)
}

/// Counts one attempt of the caller, or says why no more is judged.
pub(crate) async fn count(call: &Call, factor: Factor) -> Result<(), AppError> {
    let (user, attempts) = (&call.caller()?.session.user, &call.services.attempts);
    let mut next = Some(holder(call).await?);
    while let Some(holder) = next {
        match attempts
            .count_second_factor(user, &holder, factor, call.now)
            .await?
        {
            Budget::Open => return Ok(()),
            Budget::Paused { until } => {
                let seconds = call.now.seconds_until(until);
                return Err(AppError::Paused { seconds });
            }
            Budget::Locked { tries } => return Err(AppError::Locked { tries }),
            Budget::Gone => next = holder.when_gone(),
        }
    }
    Err(AppError::NotSignedIn)
}
