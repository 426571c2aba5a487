//! Adds a user, with a password or with a link to choose one.

use domain::{
    ids::UserId,
    people::{
        email::Email,
        names::PersonName,
        password::{Password, PasswordOwner},
        roles::Role,
    },
    ports::UserRecord,
};
use serde_json::{Value, json};
use usecases::operator::{self, AddUser, Operator, OperatorError};

use crate::{
    cli::{
        Calls, Failure, Report, account,
        args::{AddUserArgs, PasswordArgs, SetPasswordArgs},
        input::password,
        user::{explain, find, new_email, obstacle, parse_email},
    },
    config::{Address, AddressArgs},
    system::utc::utc,
};

pub async fn add(operator: &Operator, args: &AddUserArgs) -> Result<Report, Failure> {
    let email = new_email(&args.email)?;
    let name: PersonName = args.name.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is not a name for a person: {error}",
            args.name.escape_debug()
        ))
    })?;
    let (account, role) = (
        account::find(operator, &args.account).await?,
        Role::from(args.role),
    );
    let password = read_password(&args.password, &email, &name)?;
    let added = operator::add_user(
        operator,
        AddUser {
            email: &email,
            name: &name,
            account: &account.id,
            role,
            password: password.as_ref(),
        },
    );
    let id = added.await.map_err(|error| match error {
        OperatorError::EmailTaken => Failure::refused(format!(
            "there is a user {email} already; `twinlock user list` shows all, and `twinlock member add` adds them to a further account"
        )),
        error => error.into(),
    })?;
    let done = format!("{email} added as {} of `{}`.", role.as_str(), account.name);
    let json =
        json!({ "id": id, "email": email, "name": name, "account": account.name, "role": role });
    if password.is_none() {
        invite(operator, &id, done, json, &args.address).await
    } else {
        Ok(Report::one(done, json))
    }
}

fn read_password(
    args: &PasswordArgs,
    email: &Email,
    name: &PersonName,
) -> Result<Option<Password>, Failure> {
    let owner = PasswordOwner {
        brand: &args.brand.brand,
        email: email.as_str(),
        name: name.as_str(),
    };
    let read = || password::from_stdin(owner);
    args.password_stdin.then(read).transpose()
}

/// Reports what was done. A new invitation link is alone on the last line, so that it can be copied
/// whole.
async fn invite(
    operator: &Operator,
    user: &UserId,
    done: String,
    mut json: Value,
    address: &AddressArgs,
) -> Result<Report, Failure> {
    let address = Address::new(address)?;
    let assumption = address.assumption(address.listen);
    let invitation = operator::invite(operator, user).await?;
    json["invitation"] = json!(invitation.link);
    json["expires_at"] = json!(utc(invitation.expires));
    json["assumption"] = json!(assumption);
    let mut lines = vec![done];
    lines.extend(assumption);
    lines.push("The link to choose a password works once, for 7 days:".to_owned());
    lines.push(invitation.link);
    Ok(Report::lines(lines, json))
}

pub async fn set_password(
    operator: &Operator,
    args: &SetPasswordArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(operator, &email).await?;
    let json = json!({ "id": found.id, "email": email });
    let Some(password) = read_password(&args.password, &email, &found.name)? else {
        let done = link_for(&found, calls);
        return invite(operator, &found.id, done, json, &args.address).await;
    };
    let set = operator::set_password(operator, &found.id, &password).await;
    set.map_err(|error| explain(&email, error))?;
    let mut line = if found.has_password {
        format!("Password of {email} set; they are signed out everywhere.")
    } else {
        format!("Password of {email} set, their first one; no link from before works any more.")
    };
    line.extend(found.disabled.then(|| obstacle(&found, calls)).flatten());
    Ok(Report::one(line, json))
}

/// Explains what a new link means: what the user can still use until then.
fn link_for(user: &UserRecord, calls: &Calls) -> String {
    let email = &user.email;
    let mut line = if user.has_password {
        format!("The password of {email} stays until they choose a new one.")
    } else {
        format!("{email} has no password yet; no link from before works any more.")
    };
    line.extend(user.disabled.then(|| {
        format!(
            " They are disabled: the link works after `{}`.",
            calls.enable(email.as_str())
        )
    }));
    line
}
