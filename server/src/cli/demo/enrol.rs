//! Sets up authenticators and their states, with the same steps that users take in the pages.

use std::time::Duration;

use domain::{
    ids::MethodId,
    ports::{
        Activation, CodeSetChange, KeyActivation, PendingKey, SignInBackupCode, SignInBackupCodeUse,
    },
    second_factor::{
        enrolment::{METHOD_NAME, PENDING_KEY},
        guess_holder::GuessHolder,
        lockout::{Budget, Factor, LOCK_AFTER},
        totp::TotpKey,
    },
    secrets::vault::{OpenError, SealContext, Sealed},
    time::{TimeStep, Timestamp},
    token::Token,
};
use usecases::Services;
use zeroize::Zeroizing;

use crate::cli::{
    Failure,
    demo::{
        disturbed,
        secrets::{self, DrawnCode},
        visit::{Actor, Visit},
    },
};

const DAY: Duration = Duration::from_hours(24);
/// The interval between wrong codes: they add up to a lockout without a pause in between.
const BETWEEN_GUESSES: Duration = Duration::from_mins(5);

/// Sets up an authenticator and saves its backup codes; returns its key and the codes.
pub async fn set_up(
    services: &Services,
    actor: &Actor,
    at: Timestamp,
) -> Result<(Zeroizing<String>, Vec<DrawnCode>), Failure> {
    let mut visit = Visit::begin(services, actor, at, true).await?;
    let key = TotpKey::from_random(services.entropy.draw()?);
    let pending = PendingKey {
        session: visit.session.clone(),
        user: actor.user.clone(),
        key: seal(
            services,
            &key,
            SealContext::Pending(&actor.user, &visit.session),
        )?,
        made_at: at,
        replaces: None,
        proved_at: None,
    };
    services
        .mfa
        .keep_pending(pending, at.minus(PENDING_KEY))
        .await?
        .ok_or_else(|| disturbed("a session has ended"))?;

    let (codes, set) = secrets::codes(services, &actor.user, &visit.session, at).await?;
    let set_id = set.id.clone();
    let method = MethodId::from_random(services.entropy.draw()?);
    let activation = Activation {
        swap: visit.swap(services)?,
        user: actor.user.clone(),
        made_at: at,
        key: seal(services, &key, SealContext::Method(&actor.user, &method))?,
        method,
        name: METHOD_NAME
            .parse()
            .map_err(|_| disturbed("a method has no name"))?,
        step: TimeStep::at(at),
        codes: set,
        replaces: None,
        at,
    };
    let activated = services.mfa.activate(activation).await? == KeyActivation::Activated;
    let finished = activated
        && services
            .mfa
            .finish_codes(&actor.user, &visit.session, &set_id, at)
            .await?
            == CodeSetChange::Done;
    if !finished {
        return Err(disturbed("an authenticator could not be added"));
    }
    visit.end(services).await?;
    Ok((key.base32(), codes))
}

fn seal(services: &Services, key: &TotpKey, place: SealContext<'_>) -> Result<Sealed, Failure> {
    let nonce = services.entropy.draw()?;
    let sealed = services.vault.seal(key, place, nonce);
    sealed.map_err(|error: OpenError| Failure::refused(error.to_string()))
}

/// Signs in with each of these codes, one per day from `from` on.
pub async fn use_up(
    services: &Services,
    actor: &Actor,
    codes: Vec<DrawnCode>,
    from: Timestamp,
) -> Result<(), Failure> {
    let mut at = from;
    for code in codes {
        let mut visit = Visit::begin(services, actor, at, false).await?;
        let code = SignInBackupCode {
            swap: visit.swap(services)?,
            user: actor.user.clone(),
            code: code.id,
            browser: Token::from_random(services.entropy.draw()?).hash(),
            at,
        };
        let answer = services.mfa.use_backup_code(code).await?;
        if !matches!(answer, SignInBackupCodeUse::Accepted { .. }) {
            return Err(disturbed("a backup code did not work"));
        }
        visit.end(services).await?;
        at = at.plus(DAY);
    }
    Ok(())
}

/// Enters wrong codes, from `from` on, until the authenticator is locked.
pub async fn lock(services: &Services, actor: &Actor, from: Timestamp) -> Result<(), Failure> {
    for guess in 0..LOCK_AFTER {
        let at = from.plus(BETWEEN_GUESSES * guess);
        let budget = services
            .attempts
            .count_second_factor(&actor.user, &GuessHolder::Stranger, Factor::Application, at)
            .await?;
        if budget != Budget::Open {
            return Err(disturbed("a user could not be locked"));
        }
    }
    Ok(())
}
