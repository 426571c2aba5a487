//! Adds one user to the database and brings the user into the intended state.

use std::time::Duration;

use domain::{
    ids::UserId,
    ports::{MembershipChange, NewUser, UserAddition},
    time::Timestamp,
};
use usecases::Services;
use zeroize::Zeroizing;

use crate::cli::{
    Failure,
    demo::{
        cast::{Person, State},
        disturbed, enrol,
        fill::{ADDED, Accounts, account},
        secrets,
        visit::Actor,
    },
    user::invitation,
};

/// How long ago the authenticators were set up: before the current time step, so that its code still works.
const SET_UP: Duration = Duration::from_hours(24 * 21);
/// How long ago the first backup code was used; the others follow a day apart.
const CODES_USED: Duration = Duration::from_hours(24 * 14);
/// How long ago the first wrong code was entered: longer than the series takes, with the pause that follows.
const LOCKED: Duration = Duration::from_hours(3);

/// A user with the printed credentials.
pub struct Filled {
    pub person: &'static Person,
    pub password: Option<Zeroizing<String>>,
    pub key: Option<Zeroizing<String>>,
    /// Backup codes that still work.
    pub codes: Vec<Zeroizing<String>>,
    pub invitation: Option<String>,
}

/// Adds a user with the whole history.
pub async fn add(
    services: &Services,
    accounts: &Accounts,
    person: &'static Person,
    now: Timestamp,
) -> Result<Filled, Failure> {
    let mut filled = Filled {
        person,
        password: None,
        key: None,
        codes: Vec::new(),
        invitation: None,
    };
    let user = UserId::from_random(services.entropy.draw()?);
    let mut actor = None;
    if person.state != State::Invited {
        let (shown, password) = secrets::password(services)?;
        actor = Some(Actor {
            user: user.clone(),
            password: services.hasher.hash(password.expose()).await?,
        });
        filled.password = Some(shown);
    }
    let new = NewUser {
        id: user.clone(),
        email: person
            .email
            .parse()
            .map_err(|_| disturbed("an address is not usable"))?,
        name: person
            .name
            .parse()
            .map_err(|_| disturbed("a name is not usable"))?,
        password: actor.as_ref().map(|actor| actor.password.clone()),
        at: now.minus(ADDED),
    };
    join(services, accounts, person, new).await?;
    match &actor {
        Some(actor) => bring_about(services, actor, &mut filled, now).await?,
        None => filled.invitation = Some(invitation::open(services, &user).await?.link),
    }
    Ok(filled)
}

async fn join(
    services: &Services,
    accounts: &Accounts,
    person: &Person,
    new: NewUser,
) -> Result<(), Failure> {
    let user = new.id.clone();
    let mut new = Some(new);
    for (name, role) in person.places {
        let account = account(accounts, name)?;
        let joined = match new.take() {
            Some(new) => services.users.add(new, account, *role).await? == UserAddition::Added,
            None => services.members.join(&user, account, *role).await? == MembershipChange::Done,
        };
        if !joined {
            return Err(disturbed("a user could not be added"));
        }
    }
    Ok(())
}

/// Brings a user who can sign in into the intended state.
async fn bring_about(
    services: &Services,
    actor: &Actor,
    filled: &mut Filled,
    now: Timestamp,
) -> Result<(), Failure> {
    let state = filled.person.state;
    if state.has_mfa() {
        let (key, mut codes) = enrol::set_up(services, actor, now.minus(SET_UP)).await?;
        filled.key = Some(key);
        let left = codes.split_off(state.codes_used());
        enrol::use_up(services, actor, codes, now.minus(CODES_USED)).await?;
        filled.codes = left.into_iter().map(|code| code.shown).collect();
    }
    match state {
        State::Locked => enrol::lock(services, actor, now.minus(LOCKED)).await,
        State::Disabled => {
            let change = services.users.set_disabled(&actor.user, true).await?;
            (change == MembershipChange::Done)
                .then_some(())
                .ok_or_else(|| disturbed("a user could not be disabled"))
        }
        _ => Ok(()),
    }
}
