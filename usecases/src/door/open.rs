//! The portal: a person who is signed in gets a code for an application.

use domain::{
    door::{NotAdmitted, OPEN_PATH, OpenQuery, admit},
    ports::{CodeDraw, NewApplicationCode},
    session::policy::{Access, allows},
    token::Token,
};

use super::{Nonce, Opening};
use crate::{Context, Services, UseCaseError};

/// Leads the caller on to an application.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn open(context: &Context, query: OpenQuery) -> Result<Opening, UseCaseError> {
    let Some(caller) = context.caller_if_any() else {
        return Ok(Opening::SignIn);
    };
    if !allows(Some(&caller.standing), Access::Full) {
        return Ok(Opening::SignIn);
    }
    let applications = &context.services.applications;
    let Some(application) = applications.get(&query.application).await? else {
        return Ok(Opening::Unknown);
    };
    let subject = &caller.session.subject;
    let (access, mfa) = (&application.access, application.mfa);
    let admission = match admit(access, mfa, &caller.standing, subject.has_mfa) {
        Ok(admission) => admission,
        Err(NotAdmitted::SignInIncomplete) => return Ok(Opening::SignIn),
        Err(NotAdmitted::OtherAccount) => {
            return Ok(Opening::OtherAccount {
                application: application.name,
                has_several_accounts: subject.memberships.len() > 1,
            });
        }
        Err(NotAdmitted::MfaRequired) => {
            return Ok(Opening::MfaRequired {
                application: application.name,
            });
        }
    };
    let code = context.draw_token()?;
    let drawn = NewApplicationCode {
        code: code.hash(),
        application: application.id,
        session: caller.session.id.clone(),
        account: admission.account.cloned(),
        nonce: query.nonce,
        target: query.target,
        at: context.now,
    };
    match applications.draw_code(drawn).await? {
        CodeDraw::Drawn => Ok(Opening::Continue(format!(
            "{}{OPEN_PATH}?code={}",
            application.origin,
            code.expose()
        ))),
        CodeDraw::Gone => Ok(Opening::SignIn),
    }
}

/// The browser's nonce, or a new one. A browser keeps its nonce, so that two tabs on their way to
/// the portal do not disturb each other.
pub fn keep_or_draw_nonce(
    services: &Services,
    nonce: Option<Token>,
) -> Result<Nonce, UseCaseError> {
    Ok(match nonce {
        Some(token) => Nonce {
            token,
            is_new: false,
        },
        None => Nonce {
            token: Token::from_random(services.entropy.draw()?),
            is_new: true,
        },
    })
}
