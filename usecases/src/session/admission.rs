//! The checks of a request in order of their cost (ADR 24): a refusal from memory, a check of the
//! limits, a permit for a hash, the count, and the hash. A request that one step refuses does not
//! reach the next one.

use domain::{
    people::{email::Email, password::Password},
    ports::{
        Admission, Credentials, HashPermit, HashPriority, PasswordCount, PasswordTry, Receipt,
        Rehash, SessionRecord,
    },
    secrets::imported_hash::{self, Floor, StoredHash},
    session::policy::Standing,
    time::Timestamp,
    token::Token,
};

use crate::{Context, Services, UseCaseError, secret_text::SecretText};

/// Counts the attempt, then compares. Returns `None` if anything is wrong, after the same amount of
/// work. A right attempt is uncounted at once.
pub(crate) async fn recheck_password(
    context: &Context,
    email: Option<&Email>,
    password: &Password,
) -> Result<Option<Credentials>, UseCaseError> {
    let (credentials, receipt) = check_password(context, email, password).await?;
    if credentials.is_some() {
        context
            .services
            .attempts
            .password_was_right(receipt)
            .await?;
    }
    Ok(credentials)
}

/// Like [`recheck_password`], but the caller passes the receipt of a right password on, together
/// with the change that required it.
pub(super) async fn check_password(
    context: &Context,
    email: Option<&Email>,
    password: &Password,
) -> Result<(Option<Credentials>, Receipt), UseCaseError> {
    let attempt = password_attempt(context, email);
    let permit = acquire_permit(context, &attempt).await?;
    let receipt = count_password(context, attempt).await?;
    // Counted for all alike, so that time does not tell whose hash another program made.
    let floor = imported_hash::floor(context.services.imports.slowest_digest().await?);
    context.services.hasher.plan_for(floor);
    let credentials = judge(context, &permit, email, password, floor).await?;
    match credentials {
        Some(credentials) if may_rehash(&credentials, password) => {
            let credentials = rehash(context, permit, credentials, password).await?;
            Ok((credentials, receipt))
        }
        credentials => Ok((credentials, receipt)),
    }
}

/// The user's credentials, if the password is right.
async fn judge(
    context: &Context,
    permit: &HashPermit,
    email: Option<&Email>,
    password: &Password,
    floor: Floor,
) -> Result<Option<Credentials>, UseCaseError> {
    let credentials = match email {
        Some(email) => context.services.users.credentials(email).await?,
        None => None,
    }
    .filter(|user| !user.disabled);
    let hash = credentials.as_ref().and_then(|user| user.password.as_ref());
    let hasher = &context.services.hasher;
    let verify = hasher.verify(permit.clone(), password.expose(), hash, floor);
    let is_right = verify.await? && may_be_a_password(password);
    Ok(credentials.filter(|_| is_right))
}

/// Another program may have hashed the empty password. bcrypt repeats what is before a zero byte,
/// so that several texts fit one hash.
fn may_be_a_password(password: &Password) -> bool {
    let typed = password.expose();
    !typed.is_empty() && !typed.contains(&0)
}

/// Whether the password may replace its imported hash.
fn may_rehash(credentials: &Credentials, password: &Password) -> bool {
    credentials.password.as_ref().is_some_and(|stored| {
        let whole = |read: StoredHash| read.fits_whole(password.expose());
        StoredHash::is_imported(stored) && StoredHash::read(stored).is_ok_and(whole)
    })
}

/// Replaces the imported hash by one of the password itself. If another request changed the hash
/// meanwhile, the password is judged again by the new one, because that may be a new password.
async fn rehash(
    context: &Context,
    permit: HashPermit,
    credentials: Credentials,
    password: &Password,
) -> Result<Option<Credentials>, UseCaseError> {
    let Services {
        hasher, imports, ..
    } = &context.services;
    let Some(old) = &credentials.password else {
        return Ok(None);
    };
    let new = hasher.hash_in(permit.clone(), password.expose()).await?;
    match imports.rehash(&credentials.user, old, &new).await? {
        Rehash::Replaced => Ok(Some(Credentials {
            password: Some(new),
            ..credentials
        })),
        Rehash::Changed => {
            let email = Some(&credentials.email);
            judge(context, &permit, email, password, Floor::NONE).await
        }
    }
}

fn password_attempt(context: &Context, email: Option<&Email>) -> PasswordTry {
    let index = |email: &Email| context.services.vault.email_index(email);
    let address = context.visitor.address;
    let own = email.and_then(|email| own_session(context, email));
    PasswordTry {
        session: own.map(|session| session.id.clone()),
        email: email.map(|email| (email.clone(), index(email))),
        browser: context.visitor.browser,
        address: address.counted(),
        network: address.network(),
        address_limit: context.services.settings.address_limit,
    }
}

/// A permit for the hash of an attempt that no limit refuses. An attempt without a browser token
/// and without a complete session is first checked from memory.
async fn acquire_permit(
    context: &Context,
    attempt: &PasswordTry,
) -> Result<HashPermit, UseCaseError> {
    let (attempts, hasher) = (&context.services.attempts, &context.services.hasher);
    let stranger = HashPriority::Stranger(&attempt.network);
    let tried = attempt.email.as_ref();
    let own = tried.and_then(|(email, _)| own_session(context, email));
    if own.is_none() && attempt.browser.is_none() {
        if let Some(until) = attempts.refused_from_memory(&attempt.address, context.now) {
            return Err(too_many_error(context, until));
        }
        if hasher.is_full(stranger) {
            return Err(UseCaseError::Unavailable);
        }
    }
    let permit = match (attempts.admit(attempt, context.now).await?, own) {
        (Admission::Refused { until }, _) => return Err(too_many_error(context, until)),
        (Admission::Known(user), _) => hasher.acquire(HashPriority::Known(&user)),
        (Admission::Stranger, Some(own)) => hasher.acquire(HashPriority::Known(&own.user)),
        (Admission::Stranger, None) => hasher.acquire(stranger),
    };
    Ok(permit?)
}

/// The caller's session, if it is complete. A half session proves only the password.
fn complete_session(context: &Context) -> Option<&SessionRecord> {
    let caller = context.caller_if_any()?;
    let is_complete = caller.standing != Standing::HalfSignedIn;
    is_complete.then_some(&caller.session)
}

/// The caller's complete session, if it belongs to the user whose password is given.
fn own_session<'a>(context: &'a Context, email: &Email) -> Option<&'a SessionRecord> {
    complete_session(context).filter(|session| session.email == *email)
}

/// A permit for a hash within a session. A half session gets a stranger's permit.
pub(crate) fn permit_for_caller(context: &Context) -> Result<HashPermit, UseCaseError> {
    let hasher = &context.services.hasher;
    Ok(match complete_session(context) {
        Some(session) => hasher.acquire(HashPriority::Known(&session.user))?,
        None => permit_for_stranger(context)?,
    })
}

/// A permit for a hash that a link requires.
pub(super) fn permit_for_stranger(context: &Context) -> Result<HashPermit, UseCaseError> {
    let network = context.visitor.address.network();
    Ok(context
        .services
        .hasher
        .acquire(HashPriority::Stranger(&network))?)
}

async fn count_password(context: &Context, attempt: PasswordTry) -> Result<Receipt, UseCaseError> {
    let attempts = &context.services.attempts;
    match attempts.count_password(attempt, context.now).await? {
        PasswordCount::Counted(receipt) => Ok(receipt),
        PasswordCount::Refused { until } => Err(too_many_error(context, until)),
    }
}

/// The token of a link, even if programs changed the text of the link.
pub(super) fn link_token(text: &SecretText) -> Option<Token> {
    domain::people::link_token::canonical(text.expose())?
        .parse()
        .ok()
}

/// The refusal of a link that is invalid or no longer works. The refusal counts for the address,
/// which is refused once it exceeds its limit.
pub(super) async fn dead_link_error(context: &Context) -> UseCaseError {
    let address = context.visitor.address.counted();
    let limit = context.services.settings.address_limit;
    let attempts = &context.services.attempts;
    match attempts.count_dead_link(&address, limit, context.now).await {
        Ok(None) => UseCaseError::LinkDead,
        Ok(Some(until)) => too_many_error(context, until),
        Err(error) => error.into(),
    }
}

/// A refusal until this instant.
pub(super) fn too_many_error(context: &Context, until: Timestamp) -> UseCaseError {
    UseCaseError::TooMany {
        seconds: context.now.seconds_until(until),
    }
}
