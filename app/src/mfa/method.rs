//! Use cases of the method there is: its name, its test, its end.

use domain::{
    people::names::MethodName,
    ports::{Deletion, Taken, TestedCode},
    second_factor::step_up::Intent,
};

use super::{api::NewName, server::without_backup_codes};
use crate::{
    call::Call,
    error::{AppError, Field},
    session::{
        already_used,
        api::{Code, Viewer},
        remember_caller, reread, right_code,
    },
    step_up::{grant, taken},
};

pub(super) async fn delete(call: &Call) -> Result<Viewer, AppError> {
    let (swap, token) = call.renewal()?;
    let deletion = Deletion {
        swap,
        grant: grant(call, Intent::Delete)?,
        at: call.now,
    };
    taken(call.services.mfa.delete(deletion).await?)?;
    call.set_cookie(&token);
    let viewer = reread(call, &token).await?;
    remember_caller(call).await;
    Ok(viewer)
}

pub(super) async fn rename(call: &Call, request: NewName) -> Result<String, AppError> {
    let name: MethodName = request.name.parse().map_err(|_| AppError::Invalid {
        field: Field::MethodName,
    })?;
    let user = &call.caller()?.session.user;
    if !call.services.mfa.rename(user, name.clone()).await? {
        return Err(AppError::NoMethod);
    }
    Ok(name.into())
}

pub(super) async fn test(call: &Call, request: Code) -> Result<(), AppError> {
    // This place takes no backup code, and a new session has tries of its own.
    let judged = right_code(call, &request.code).await;
    let (method, step) = judged.map_err(|refusal| without_backup_codes(refusal, None))?;
    let session = &call.caller()?.session;
    let code = TestedCode {
        session: session.id.clone(),
        user: session.user.clone(),
        method: method.id,
        step,
        at: call.now,
    };
    match call.services.mfa.test(code).await? {
        Taken::Taken => Ok(()),
        Taken::AlreadyTaken => Err(already_used(call, step, step).await),
        Taken::SessionGone => Err(AppError::NoMethod),
    }
}
