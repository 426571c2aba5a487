//! `twinlock member`: manages a user's additional accounts.

use domain::{
    ids::UserId,
    people::{email::Email, roles::Role},
    ports::{AccountRecord, MembershipChange},
};
use serde_json::{Value, json};
use usecases::Services;

use crate::{
    cli::{
        Calls, Failure, Report, account,
        args::{MemberArgs, MemberCommand, MemberRoleArgs},
        on, user,
    },
    config::DatabaseArgs,
};

pub(in crate::cli) async fn run(
    command: &MemberCommand,
    database: &DatabaseArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    on(database, None, async |services| match command {
        MemberCommand::Add(args) => add(services, args, calls).await,
        MemberCommand::Role(args) => set_role(services, args, calls).await,
        MemberCommand::Remove(args) => remove(services, args, calls).await,
    })
    .await
}

/// An existing user and an existing account.
struct Pair {
    email: Email,
    user: UserId,
    /// What prevents the user from signing in, as a sentence that follows one about the user.
    obstacle: Option<String>,
    account: AccountRecord,
}

impl Pair {
    async fn find(services: &Services, args: &MemberArgs, calls: &Calls) -> Result<Self, Failure> {
        let email = user::parse_email(&args.email)?;
        let found = user::find(services, &email).await?;
        Ok(Self {
            obstacle: user::obstacle(&found, calls),
            account: account::find(services, &args.account).await?,
            user: found.user,
            email: found.email,
        })
    }

    /// Returns a refusal unless the change is done; `not_there` is the reason for a missing membership.
    fn judge(&self, change: MembershipChange, not_there: &str) -> Result<(), Failure> {
        let (email, name) = (&self.email, &self.account.name);
        match change {
            MembershipChange::Done => Ok(()),
            MembershipChange::NotThere => Err(Failure::refused(format!("{email} {not_there}"))),
            MembershipChange::LastOwner { .. } => {
                Err(user::last_owner(email, &format!("`{name}`")))
            }
        }
    }

    /// Returns the user's role in the account, if the user belongs to it.
    async fn role(&self, services: &Services) -> Result<Option<Role>, Failure> {
        let user = services.users.find(&self.user).await?;
        let mut accounts = user.into_iter().flat_map(|user| user.accounts);
        Ok(accounts
            .find(|(account, _)| account.id == self.account.id)
            .map(|(_, role)| role))
    }

    fn not_a_member(&self) -> String {
        format!(
            "does not belong to `{}`; `twinlock member add` adds them",
            self.account.name
        )
    }

    fn json(&self, role: Option<Role>) -> Value {
        json!({ "id": self.user, "email": self.email, "account": self.account.name, "role": role })
    }
}

async fn add(services: &Services, args: &MemberRoleArgs, calls: &Calls) -> Result<Report, Failure> {
    let pair = Pair::find(services, &args.member, calls).await?;
    let (role, name) = (Role::from(args.role), &pair.account.name);
    let join = services.members.join(&pair.user, &pair.account.id, role);
    let there = format!("belongs to `{name}` already; `twinlock member role` changes the role");
    pair.judge(join.await?, &there)?;
    let mut line = format!("{} added as {} of `{name}`.", pair.email, role.as_str());
    line.extend(pair.obstacle.as_deref());
    Ok(Report::one(line, pair.json(Some(role))))
}

async fn set_role(
    services: &Services,
    args: &MemberRoleArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let pair = Pair::find(services, &args.member, calls).await?;
    let (role, name) = (Role::from(args.role), &pair.account.name);
    let before = pair.role(services).await?;
    let when = if before == Some(role) {
        "already"
    } else {
        let change = services
            .members
            .set_role(&pair.user, &pair.account.id, role);
        pair.judge(change.await?, &pair.not_a_member())?;
        "now"
    };
    let mut line = format!("{} is {} of `{name}` {when}.", pair.email, role.as_str());
    line.extend(pair.obstacle.as_deref());
    Ok(Report::one(line, pair.json(Some(role))))
}

async fn remove(services: &Services, args: &MemberArgs, calls: &Calls) -> Result<Report, Failure> {
    let pair = Pair::find(services, args, calls).await?;
    let change = services.members.leave(&pair.user, &pair.account.id);
    pair.judge(change.await?, &pair.not_a_member())?;
    let (email, name) = (&pair.email, &pair.account.name);
    let mut line = format!("{email} does not belong to `{name}` any more.");
    let left = services.users.find(&pair.user).await?;
    if left.is_some_and(|user| user.accounts.is_empty()) {
        line += " They are in no account now; `twinlock member add` adds them to one, `twinlock user remove` removes them.";
    }
    Ok(Report::one(line, pair.json(None)))
}
