//! `/profile/password`: a full re-authentication (ASVS V6.2.3, V7.5.1) and a new password, which
//! ends everything that used the old one.

use domain::{
    people::password::{Password, PasswordOwner},
    ports::{PasswordChange, PasswordUpdate, Proof},
    second_factor::one_time_code::OneTimeCode,
};

use super::values::NewPassword;
use crate::{
    Context, Cookies, Field, UseCaseError,
    secret_text::SecretText,
    session::{
        Code,
        admission::{permit_for_caller, recheck_password},
        known_browser::remember_caller,
        second_factor::{already_used_error, check_backup_code, check_code},
    },
    webauthn::{Occasion, check_answer, used_meanwhile},
};

/// Changes the caller's own password.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn change_password(
    context: &Context,
    cookies: &mut Cookies,
    request: NewPassword,
) -> Result<(), UseCaseError> {
    let session = &context.caller()?.session;
    let owner = PasswordOwner {
        brand: &context.services.settings.brand,
        email: session.email.as_str(),
        name: session.name.as_str(),
    };
    // These checks come first, so that invalid input costs no attempt.
    let new = Password::choose(request.new.expose(), owner)?;
    let given = session.subject.has_mfa.then(|| Given::of(&request));
    let given = given.transpose()?;
    let current = Password::given(request.current.expose());
    let permit = permit_for_caller(context)?;
    let judged_by = recheck_password(context, Some(&session.email), &current)
        .await?
        .and_then(|credentials| credentials.password)
        .ok_or(UseCaseError::WrongCredentials)?;
    let proof = match given {
        Some(given) => Some(check_proof(context, given).await?),
        None => None,
    };
    let (swap, token) = context.renewal()?;
    let spent = proof.clone();
    let change = PasswordChange {
        swap,
        user: session.user.clone(),
        current: judged_by,
        new: context
            .services
            .hasher
            .hash_in(permit, new.expose())
            .await?,
        proof,
        at: context.now,
    };
    match context
        .services
        .password_changes
        .change_password(change)
        .await?
    {
        PasswordUpdate::Changed => cookies.set_session(token),
        PasswordUpdate::ProofUsed => return Err(used_error(context, spent.as_ref()).await),
        PasswordUpdate::SessionGone => return Err(UseCaseError::NotSignedIn),
    }
    remember_caller(context, cookies).await;
    Ok(())
}

/// What proves the identity of a user with a method. From other users nothing is taken.
enum Given {
    Code(Code),
    Key(SecretText),
}

impl Given {
    fn of(request: &NewPassword) -> Result<Self, UseCaseError> {
        match (&request.key, &request.code) {
            (Some(key), _) => Ok(Self::Key(key.clone())),
            (None, Some(code)) => Ok(Self::Code(Code {
                code: code.clone(),
                by: request.by.clone(),
            })),
            (None, None) => Err(UseCaseError::Invalid { field: Field::Code }),
        }
    }
}

/// Six digits are a code of the authenticator, anything else in the field is a backup code. A user
/// who lost one factor can use another.
async fn check_proof(context: &Context, given: Given) -> Result<Proof, UseCaseError> {
    let code = match given {
        Given::Key(answer) => {
            let key = check_answer(context, Occasion::PasswordChange, &answer).await?;
            return Ok(Proof::Key(key));
        }
        Given::Code(code) => code,
    };
    if code.code.expose().parse::<OneTimeCode>().is_ok() {
        let (method, step) = check_code(context, &code).await?;
        let method = method.id;
        return Ok(Proof::Step { method, step });
    }
    let code = check_backup_code(context, &code.code).await?;
    Ok(Proof::BackupCode(code))
}

/// A concurrent request used the code or key first.
async fn used_error(context: &Context, spent: Option<&Proof>) -> UseCaseError {
    match spent {
        Some(Proof::Step { step, .. }) => already_used_error(context, *step, *step).await,
        Some(Proof::Key(key)) => used_meanwhile(context, Occasion::PasswordChange, key.kind).await,
        _ => UseCaseError::BackupCodeUsed,
    }
}
