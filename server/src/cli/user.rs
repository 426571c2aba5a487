//! `twinlock user`.

use app::services::Services;
use domain::{
    email::Email,
    ids::UserId,
    names::PersonName,
    password::Password,
    ports::{NewUser, SecretHash, UserRecord},
    roles::Role,
};
use serde_json::{Value, json};

use super::{
    Failure, Report, account,
    args::{AddUserArgs, EmailArgs, PasswordArgs, SetPasswordArgs},
    invitation, password,
};

pub(super) async fn add(services: &Services, args: &AddUserArgs) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
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
    let password = hashed(services, given(&args.password)?).await?;

    let invited = password.is_none();
    let id = UserId::from_random(services.entropy.draw()?);
    let user = NewUser {
        id: id.clone(),
        email: email.clone(),
        name: name.clone(),
        password,
        at: services.clock.now(),
    };
    if !services.users.add(user, &account.id, role).await? {
        return Err(Failure::refused(format!(
            "there is a user {email} already; `twinlock user list` shows all"
        )));
    }
    let done = format!("{email} added as {} of `{}`.", role.as_str(), account.name);
    let json =
        json!({ "id": id, "email": email, "name": name, "account": account.name, "role": role });
    if invited {
        invite(services, &id, &done, json).await
    } else {
        Ok(Report::one(done, json))
    }
}

fn parse_email(text: &str) -> Result<Email, Failure> {
    text.parse().map_err(|error| {
        Failure::refused(format!(
            "`{}` is no email address: {error}",
            text.escape_debug()
        ))
    })
}

fn given(args: &PasswordArgs) -> Result<Option<Password>, Failure> {
    args.password_stdin.then(password::from_stdin).transpose()
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

/// Reports what was done, with a new invitation link at the end of the line.
async fn invite(
    services: &Services,
    user: &UserId,
    done: &str,
    mut json: Value,
) -> Result<Report, Failure> {
    let invitation = invitation::open(services, user).await?;
    json["invitation"] = json!(invitation.link);
    json["expires_at"] = json!(invitation.expires.millis());
    let line = format!(
        "{done} The link to choose a password works once, for 7 days: {}",
        invitation.link
    );
    Ok(Report::one(line, json))
}

pub(super) async fn list(services: &Services) -> Result<Report, Failure> {
    let users = services.users.list().await?;
    Ok(Report::list(
        users.iter().map(listed),
        "There are no users. Add one with `twinlock user add`.",
    ))
}

fn listed(user: &UserRecord) -> (String, Value) {
    let UserRecord {
        id,
        email,
        name,
        disabled,
        has_password,
        has_mfa,
        accounts,
        last_sign_in,
    } = user;
    let places: Vec<String> = accounts
        .iter()
        .map(|(account, role)| format!("{} of `{}`", role.as_str(), account.name))
        .collect();
    let mfa = if *has_mfa { "MFA on" } else { "MFA off" };
    let mut facts = vec![
        if places.is_empty() {
            "in no account".to_owned()
        } else {
            places.join(" and ")
        },
        mfa.to_owned(),
    ];
    facts.extend((!has_password).then(|| "invited".to_owned()));
    facts.extend(disabled.then(|| "disabled".to_owned()));
    let accounts: Vec<Value> = accounts
        .iter()
        .map(|(account, role)| json!({ "name": account.name, "role": role }))
        .collect();
    let json = json!({
        "id": id, "email": email, "name": name, "disabled": disabled, "has_password": has_password, "has_mfa": has_mfa,
        "accounts": accounts, "last_sign_in": last_sign_in,
    });
    (format!("{email} ({name}): {}", facts.join(", ")), json)
}

pub(super) async fn set_password(
    services: &Services,
    args: &SetPasswordArgs,
) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(services, &email).await?;
    let json = json!({ "id": user, "email": email });
    let Some(password) = hashed(services, given(&args.password)?).await? else {
        let done = format!("The password of {email} stays until they choose a new one.");
        return invite(services, &user, &done, json).await;
    };
    if !services.users.set_password(&user, password).await? {
        return Err(unknown(&email));
    }
    Ok(Report::one(
        format!("Password of {email} set; they are signed out everywhere."),
        json,
    ))
}

pub(super) async fn unlock(services: &Services, args: &EmailArgs) -> Result<Report, Failure> {
    let email = parse_email(&args.email)?;
    let user = find(services, &email).await?;
    let refused = services
        .attempts
        .unlock(&user, services.vault.email_index(&email))
        .await?;
    let line = format!("{email} may try again; wrong codes in a row until now: {refused}.");
    Ok(Report::one(
        line,
        json!({ "id": user, "email": email, "refused_in_a_row": refused }),
    ))
}

async fn find(services: &Services, email: &Email) -> Result<UserId, Failure> {
    services
        .users
        .credentials(email)
        .await?
        .map(|found| found.user)
        .ok_or_else(|| unknown(email))
}

fn unknown(email: &Email) -> Failure {
    Failure::refused(format!(
        "there is no user {email}; `twinlock user list` shows all"
    ))
}
