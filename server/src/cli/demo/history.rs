//! The history of the demo, in the order in which it happened.

use std::time::Duration;

use domain::{
    ids::AccountId,
    people::{
        email::Email,
        names::{AccountName, PersonName},
    },
    ports::{MfaRule, UserStatus},
    second_factor::backup_code::BackupCode,
    time::Timestamp,
};
use tokio::task::JoinSet;
use usecases::{
    Services,
    operator::{
        AddUser, Operator, OperatorError, add_account, add_member, add_user, find_user_by_id,
        invite, set_rule, set_status,
    },
};

use crate::cli::{
    Failure,
    demo::{
        at, incomplete,
        people::{ACCOUNTS, PEOPLE, Person, State},
        secrets,
        user::DemoUser,
    },
};

const DAY: Duration = Duration::from_hours(24);
/// How long ago the accounts and the users were added.
const ADDED: Duration = Duration::from_hours(24 * 30);
/// How long ago the authenticators were set up: before the current time step, so that its code
/// still works.
const SET_UP: Duration = Duration::from_hours(24 * 21);
/// How long ago the first backup code was used; the others follow a day apart.
const CODES_USED: Duration = Duration::from_hours(24 * 14);
/// How long ago the first wrong code was entered: longer than the series and the pause after it.
const LOCKED: Duration = Duration::from_hours(3);

/// The accounts by name.
type DemoAccounts = Vec<(&'static str, AccountId)>;

/// Fills an empty database.
pub async fn fill(services: &Services) -> Result<Vec<DemoUser>, Failure> {
    let now = services.clock.now();
    let accounts = add_accounts(services, now.minus(ADDED)).await?;
    let mut users = Vec::with_capacity(PEOPLE.len());
    for person in &PEOPLE {
        users.push(add(services, &accounts, person, now.minus(ADDED)).await?);
    }
    users = in_parallel(users, |user| async move {
        if user.person.state.has_mfa() {
            user.set_up(now.minus(SET_UP)).await
        } else {
            Ok(user)
        }
    })
    .await?;
    let mut day = now.minus(CODES_USED);
    for used in 0..BackupCode::PER_SET {
        users = in_parallel(users, |user| async move {
            if used < user.person.state.codes_used() {
                user.use_backup_code(day).await
            } else {
                Ok(user)
            }
        })
        .await?;
        day = day.plus(DAY);
    }
    users = in_parallel(users, |user| async move {
        match user.person.state {
            State::Locked => user.lock(now.minus(LOCKED)).await,
            _ => Ok(user),
        }
    })
    .await?;
    for user in &mut users {
        finish(&Operator::new(services), user).await?;
    }
    Ok(users)
}

/// Runs one step of the history for all users at once, because the steps wait for hashes.
async fn in_parallel<Step>(
    users: Vec<DemoUser>,
    step: impl Fn(DemoUser) -> Step,
) -> Result<Vec<DemoUser>, Failure>
where
    Step: Future<Output = Result<DemoUser, Failure>> + Send + 'static,
{
    let mut steps = JoinSet::new();
    for (index, user) in users.into_iter().enumerate() {
        let step = step(user);
        steps.spawn(async move { step.await.map(|user| (index, user)) });
    }
    let mut done = steps
        .join_all()
        .await
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, user)| user).collect())
}

async fn add_accounts(services: &Services, added: Timestamp) -> Result<DemoAccounts, Failure> {
    let operator = Operator::new(&at(services, added));
    let mut accounts = DemoAccounts::new();
    for (name, requires_mfa) in ACCOUNTS {
        let parsed: AccountName = name
            .parse()
            .map_err(|_| incomplete("a name is not usable"))?;
        let id = add_account(&operator, &parsed).await.map_err(failed)?;
        let set = set_rule(&operator, &id, MfaRule::required_if(requires_mfa)).await;
        set.map_err(failed)?;
        accounts.push((name, id));
    }
    Ok(accounts)
}

/// Adds a user to all accounts of theirs, with a password unless the user is to be invited.
async fn add(
    services: &Services,
    accounts: &DemoAccounts,
    person: &'static Person,
    added: Timestamp,
) -> Result<DemoUser, Failure> {
    let operator = Operator::new(&at(services, added));
    let ((first, role), further) = person
        .memberships
        .split_first()
        .ok_or_else(|| incomplete("a user is in no account"))?;
    let (shown, password) = if person.state == State::Invited {
        (None, None)
    } else {
        let (shown, password) = secrets::password(services)?;
        (Some(shown), Some(password))
    };
    let email: Email = person
        .email
        .parse()
        .map_err(|_| incomplete("an address is not usable"))?;
    let name: PersonName = person
        .name
        .parse()
        .map_err(|_| incomplete("a name is not usable"))?;
    let request = AddUser {
        email: &email,
        name: &name,
        account: account(accounts, first)?,
        role: *role,
        password: password.as_ref(),
    };
    let id = add_user(&operator, request).await.map_err(failed)?;
    for (name, role) in further {
        let added = add_member(&operator, &id, account(accounts, name)?, *role).await;
        added.map_err(failed)?;
    }
    Ok(DemoUser::new(services, person, id, shown))
}

/// Returns the account with that name.
fn account<'a>(accounts: &'a DemoAccounts, name: &str) -> Result<&'a AccountId, Failure> {
    let found = accounts.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, id)| id)
        .ok_or_else(|| incomplete("an account is missing"))
}

/// Invites or disables the user, as the user's state requires.
async fn finish(operator: &Operator, user: &mut DemoUser) -> Result<(), Failure> {
    match user.person.state {
        State::Invited => user.invitation = Some(invite(operator, &user.id).await?.link),
        State::Disabled => {
            let found = find_user_by_id(operator, &user.id).await?;
            let found = found.ok_or_else(|| incomplete("a user is missing"))?;
            let disabled = set_status(operator, &found, UserStatus::Disabled).await;
            disabled.map_err(failed)?;
        }
        _ => {}
    }
    Ok(())
}

fn failed(error: OperatorError) -> Failure {
    match error {
        OperatorError::Port(error) => error.into(),
        error => incomplete(&error.to_string()),
    }
}
