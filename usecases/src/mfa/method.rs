//! Use cases of the active method: rename, test and delete.

use domain::{
    ids::MethodId,
    people::names::MethodName,
    ports::{CodeUse, Deletion, MethodChange, MethodDeletion, TestedCode},
    second_factor::step_up::Intent,
};

use super::{
    set_up::without_backup_codes,
    values::{DeletedMethod, NewName, OneMethod},
};
use crate::{
    Context, Cookies, Field, UseCaseError,
    session::{
        Code,
        known_browser::remember_caller,
        second_factor::{already_used_error, check_code},
        viewer::load_viewer,
    },
    step_up::verification::grant,
};

/// Deletes the method, with a grant. Returns what the session may do afterwards.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn delete(
    context: &Context,
    cookies: &mut Cookies,
    request: Option<OneMethod>,
) -> Result<DeletedMethod, UseCaseError> {
    let method = method_id(context, request.map(|request| request.method)).await?;
    let method = method.ok_or(UseCaseError::VerificationRequired)?;
    let (swap, token) = context.renewal()?;
    let deletion = Deletion {
        swap,
        grant: grant(context, Intent::Delete { method })?,
        at: context.now,
    };
    let new_default = match context.services.mfa.delete(deletion).await? {
        MethodDeletion::Deleted { new_default } => new_default,
        MethodDeletion::NoGrant => return Err(UseCaseError::VerificationRequired),
        MethodDeletion::NotAllowed => return Err(UseCaseError::NotAllowed),
    };
    let hash = token.hash();
    cookies.set_session(token);
    let viewer = load_viewer(context, hash).await?;
    remember_caller(context, cookies).await;
    Ok(DeletedMethod {
        viewer,
        new_default: new_default.map(String::from),
    })
}

/// This method, or the default one.
async fn method_id(
    context: &Context,
    asked: Option<MethodId>,
) -> Result<Option<MethodId>, UseCaseError> {
    if asked.is_some() {
        return Ok(asked);
    }
    let user = &context.caller()?.session.user;
    let settings = context.services.mfa.settings(user).await?;
    Ok(settings.default_method().map(|method| method.id.clone()))
}

/// Renames a method. Returns the name as stored.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn rename(context: &Context, request: NewName) -> Result<String, UseCaseError> {
    let name: MethodName = request.name.parse().map_err(|_| UseCaseError::Invalid {
        field: Field::MethodName,
    })?;
    let user = &context.caller()?.session.user;
    let mfa = &context.services.mfa;
    let method = method_id(context, request.method).await?;
    let method = method.ok_or(UseCaseError::NoMethod)?;
    match mfa.rename(user, &method, name.clone()).await? {
        MethodChange::Done => Ok(name.into()),
        MethodChange::NoMethod => Err(UseCaseError::NoMethod),
    }
}

/// Makes a method the default, which a sign-in asks for first.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn make_default(context: &Context, request: OneMethod) -> Result<(), UseCaseError> {
    let user = &context.caller()?.session.user;
    let mfa = &context.services.mfa;
    match mfa.make_default(user, &request.method).await? {
        MethodChange::Done => Ok(()),
        MethodChange::NoMethod => Err(UseCaseError::NoMethod),
    }
}

/// Tests the authenticator. The test counts as an attempt and uses up the code's step.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn test(context: &Context, request: Code) -> Result<(), UseCaseError> {
    // A test takes no backup code, and a new session has its own attempts.
    let judged = check_code(context, &request).await;
    let (method, step) = judged.map_err(|error| without_backup_codes(error, None))?;
    let session = &context.caller()?.session;
    let code = TestedCode {
        session: session.id.clone(),
        user: session.user.clone(),
        method: method.id,
        step,
        at: context.now,
    };
    match context.services.mfa.test(code).await? {
        CodeUse::Accepted => Ok(()),
        CodeUse::AlreadyUsed => Err(already_used_error(context, step, step).await),
        CodeUse::SessionGone => Err(UseCaseError::NoMethod),
    }
}
