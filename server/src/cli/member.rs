//! `twinlock member`: manages a user's additional accounts.

use domain::{
    ids::UserId,
    people::{email::Email, roles::Role},
    ports::AccountRecord,
};
use serde_json::{Value, json};
use usecases::operator::{self, Operator, OperatorError};

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
    on(database, None, async |operator| match command {
        MemberCommand::Add(args) => add(operator, args, calls).await,
        MemberCommand::Role(args) => set_role(operator, args, calls).await,
        MemberCommand::Remove(args) => remove(operator, args, calls).await,
    })
    .await
}

/// An existing user and an existing account.
struct MemberTarget {
    email: Email,
    user: UserId,
    /// What prevents the user from signing in, as a sentence that follows one about the user.
    obstacle: Option<String>,
    account: AccountRecord,
}

impl MemberTarget {
    async fn find(operator: &Operator, args: &MemberArgs, calls: &Calls) -> Result<Self, Failure> {
        let email = user::parse_email(&args.email)?;
        let found = user::find(operator, &email).await?;
        Ok(Self {
            obstacle: user::obstacle(&found, calls),
            account: account::find(operator, &args.account).await?,
            user: found.id,
            email: found.email,
        })
    }

    /// Names the user and the account in an error.
    fn explain(&self, error: OperatorError) -> Failure {
        let (email, name) = (&self.email, &self.account.name);
        match error {
            OperatorError::AlreadyMember => Failure::refused(format!(
                "{email} belongs to `{name}` already; `twinlock member role` changes the role"
            )),
            OperatorError::NotMember => Failure::refused(format!(
                "{email} does not belong to `{name}`; `twinlock member add` adds them"
            )),
            OperatorError::LastOwner { .. } => user::last_owner(email, &format!("`{name}`")),
            error => error.into(),
        }
    }

    fn json(&self, role: Option<Role>) -> Value {
        json!({ "id": self.user, "email": self.email, "account": self.account.name, "role": role })
    }
}

async fn add(operator: &Operator, args: &MemberRoleArgs, calls: &Calls) -> Result<Report, Failure> {
    let pair = MemberTarget::find(operator, &args.member, calls).await?;
    let (role, name) = (Role::from(args.role), &pair.account.name);
    let added = operator::add_member(operator, &pair.user, &pair.account.id, role).await;
    added.map_err(|error| pair.explain(error))?;
    let mut line = format!("{} added as {} of `{name}`.", pair.email, role.as_str());
    line.extend(pair.obstacle.as_deref());
    Ok(Report::one(line, pair.json(Some(role))))
}

async fn set_role(
    operator: &Operator,
    args: &MemberRoleArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let pair = MemberTarget::find(operator, &args.member, calls).await?;
    let (role, name) = (Role::from(args.role), &pair.account.name);
    let changed = operator::set_role(operator, &pair.user, &pair.account.id, role).await;
    let changed = changed.map_err(|error| pair.explain(error))?;
    let when = if changed { "now" } else { "already" };
    let mut line = format!("{} is {} of `{name}` {when}.", pair.email, role.as_str());
    line.extend(pair.obstacle.as_deref());
    Ok(Report::one(line, pair.json(Some(role))))
}

async fn remove(operator: &Operator, args: &MemberArgs, calls: &Calls) -> Result<Report, Failure> {
    let pair = MemberTarget::find(operator, args, calls).await?;
    let left = operator::remove_member(operator, &pair.user, &pair.account.id).await;
    let is_member_elsewhere = left.map_err(|error| pair.explain(error))?;
    let (email, name) = (&pair.email, &pair.account.name);
    let mut line = format!("{email} does not belong to `{name}` any more.");
    if !is_member_elsewhere {
        line += " They are in no account now; `twinlock member add` adds them to one, `twinlock user remove` removes them.";
    }
    Ok(Report::one(line, pair.json(None)))
}
