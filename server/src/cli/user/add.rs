//! Adds a user, with a password or with a link to choose one.

use domain::{
    ids::UserId,
    people::{
        email::Email,
        names::PersonName,
        password::{Password, PasswordOwner},
        roles::Role,
    },
    ports::{Credentials, NewUser, PasswordSetting, SecretHash, UserAddition},
};
use serde_json::{Value, json};
use usecases::Services;

use crate::{
    cli::{
        Calls, Failure, Report, account,
        args::{AddUserArgs, PasswordArgs, SetPasswordArgs},
        input::password,
        user::{find, invitation, new_email, obstacle, parse_email, unknown},
    },
    config::{Address, AddressArgs},
    system::utc::utc,
};

pub async fn add(services: &Services, args: &AddUserArgs) -> Result<Report, Failure> {
    let email = new_email(&args.email)?;
    let name: PersonName = args.name.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is no name for a person: {error}",
            args.name.escape_debug()
        ))
    })?;
    let (account, role) = (
        account::find(services, &args.account).await?,
        Role::from(args.role),
    );
    let password = given(&args.password, &email, &name)?;
    let password = hashed(services, password).await?;

    let invited = password.is_none();
    let id = UserId::from_random(services.entropy.draw()?);
    let user = NewUser {
        id: id.clone(),
        email: email.clone(),
        name: name.clone(),
        password,
        at: services.clock.now(),
    };
    if services.users.add(user, &account.id, role).await? == UserAddition::AddressTaken {
        return Err(Failure::refused(format!(
            "there is a user {email} already; `twinlock user list` shows all, and `twinlock member add` adds them to a further account"
        )));
    }
    let done = format!("{email} added as {} of `{}`.", role.as_str(), account.name);
    let json =
        json!({ "id": id, "email": email, "name": name, "account": account.name, "role": role });
    if invited {
        invite(services, &id, done, json, &args.address).await
    } else {
        Ok(Report::one(done, json))
    }
}

fn given(
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

async fn hashed(
    services: &Services,
    password: Option<Password>,
) -> Result<Option<SecretHash>, Failure> {
    match password {
        Some(password) => Ok(Some(services.hasher.hash(password.expose()).await?)),
        None => Ok(None),
    }
}

/// Reports what was done. A new invitation link is alone on the last line, so that it can be copied whole.
async fn invite(
    services: &Services,
    user: &UserId,
    done: String,
    mut json: Value,
    address: &AddressArgs,
) -> Result<Report, Failure> {
    let address = Address::new(address)?;
    let assumption = address.assumption(address.listen);
    let invitation = invitation::open(services, user).await?;
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
    services: &Services,
    args: &SetPasswordArgs,
    calls: &Calls,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let found = find(services, &email).await?;
    let json = json!({ "id": found.user, "email": email });
    let Some(password) = hashed(services, given(&args.password, &email, &found.name)?).await?
    else {
        return invite(
            services,
            &found.user,
            link_for(&found, calls),
            json,
            &args.address,
        )
        .await;
    };
    let is_first = found.password.is_none();
    let set = services.users.set_password(&found.user, password).await?;
    if set == PasswordSetting::NoUser {
        return Err(unknown(&email));
    }
    let mut line = if is_first {
        format!("Password of {email} set, their first one; no link from before works any more.")
    } else {
        format!("Password of {email} set; they are signed out everywhere.")
    };
    line.extend(found.disabled.then(|| obstacle(&found, calls)).flatten());
    Ok(Report::one(line, json))
}

/// Explains what a new link means: what the user can still use until then.
fn link_for(user: &Credentials, calls: &Calls) -> String {
    let email = &user.email;
    let mut line = if user.password.is_none() {
        format!("{email} has no password yet; no link from before works any more.")
    } else {
        format!("The password of {email} stays until they choose a new one.")
    };
    line.extend(user.disabled.then(|| {
        format!(
            " They are disabled: the link works after `{}`.",
            calls.enable(email.as_str())
        )
    }));
    line
}
