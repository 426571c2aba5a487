//! Applications behind Twinlock, as the operator manages them.

use domain::{
    door::{ApplicationAccess, ApplicationOrigin, MfaDemand, UserHeader},
    ids::ApplicationId,
    people::{names::ApplicationName, stored_text::StoredText},
    ports::{
        ApplicationAddition, ApplicationChange, ApplicationEdit, ApplicationRecord,
        ApplicationRemoval, NewApplication, PortError,
    },
};

use super::{Operator, OperatorError};

/// An application to put behind Twinlock.
#[derive(Debug, Clone)]
pub struct AddApplication {
    /// Its name.
    pub name: ApplicationName,
    /// Its origin.
    pub origin: ApplicationOrigin,
    /// Who may enter.
    pub access: ApplicationAccess,
    /// Whether it asks for MFA by itself.
    pub mfa: MfaDemand,
    /// What `Remote-User` holds.
    pub user_header: UserHeader,
}

/// All applications, by name.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn list_applications(operator: &Operator) -> Result<Vec<ApplicationRecord>, PortError> {
    operator.services.applications.list().await
}

/// The application with this name, in any spelling that counts as equal.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn find_application(
    operator: &Operator,
    name: &str,
) -> Result<Option<ApplicationRecord>, PortError> {
    let name = ApplicationName::from_stored(name.trim().to_owned());
    operator.services.applications.find(&name).await
}

/// The application at this origin.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn find_application_at(
    operator: &Operator,
    origin: &ApplicationOrigin,
) -> Result<Option<ApplicationRecord>, PortError> {
    operator.services.applications.at(origin).await
}

/// Adds an application. `own_host` is the host of the public URL, if one is set.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn add_application(
    operator: &Operator,
    own_host: Option<&str>,
    application: AddApplication,
) -> Result<ApplicationRecord, OperatorError> {
    check_host(&application.origin, own_host)?;
    let id = ApplicationId::from_random(operator.services.entropy.draw()?);
    let (name, origin) = (application.name.clone(), application.origin.clone());
    let new = NewApplication {
        id: id.clone(),
        name: application.name,
        origin: application.origin,
        access: application.access,
        mfa: application.mfa,
        user_header: application.user_header,
        at: operator.now,
    };
    let applications = &operator.services.applications;
    match applications.add(new).await? {
        // Another command may have removed the application since.
        ApplicationAddition::Added => {
            let added = applications.get(&id).await?;
            added.ok_or(OperatorError::NoApplication)
        }
        ApplicationAddition::NameTaken => Err(name_taken(operator, None, &name).await?),
        ApplicationAddition::OriginTaken => Err(origin_taken(operator, &origin, &name).await?),
        ApplicationAddition::NoAccount => Err(OperatorError::NoAccount),
    }
}

/// Changes an application. Returns whether that changed anything. `own_host` is the host of the
/// public URL, if one is set.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn edit_application(
    operator: &Operator,
    own_host: Option<&str>,
    application: &ApplicationRecord,
    edit: ApplicationEdit,
) -> Result<bool, OperatorError> {
    if let Some(origin) = &edit.origin {
        check_host(origin, own_host)?;
    }
    let name = edit.name.clone().unwrap_or(application.name.clone());
    let origin = edit.origin.clone().unwrap_or(application.origin.clone());
    let applications = &operator.services.applications;
    match applications
        .edit(&application.id, edit, operator.now)
        .await?
    {
        ApplicationChange::Changed => Ok(true),
        ApplicationChange::Same => Ok(false),
        ApplicationChange::NoApplication => Err(OperatorError::NoApplication),
        ApplicationChange::NameTaken => {
            Err(name_taken(operator, Some(&application.id), &name).await?)
        }
        ApplicationChange::OriginTaken => Err(origin_taken(operator, &origin, &name).await?),
        ApplicationChange::NoAccount => Err(OperatorError::NoAccount),
    }
}

/// Removes an application. Everyone who is in it is out at their next request.
#[tracing::instrument(level = "debug", skip_all)]
pub async fn remove_application(
    operator: &Operator,
    application: &ApplicationId,
) -> Result<(), OperatorError> {
    match operator.services.applications.remove(application).await? {
        ApplicationRemoval::Removed => Ok(()),
        ApplicationRemoval::NoApplication => Err(OperatorError::NoApplication),
    }
}

/// Refuses the host of the pages at every port, because cookies are for a host and not for a port.
fn check_host(origin: &ApplicationOrigin, own_host: Option<&str>) -> Result<(), OperatorError> {
    if own_host == Some(origin.host()) {
        return Err(OperatorError::OwnHost);
    }
    Ok(())
}

/// The error for a name that another application has, in that application's spelling.
async fn name_taken(
    operator: &Operator,
    own: Option<&ApplicationId>,
    name: &ApplicationName,
) -> Result<OperatorError, PortError> {
    let holder = operator.services.applications.find(name).await?;
    let holder = holder.filter(|holder| Some(&holder.id) != own);
    // Another command may have removed the other application since.
    let holder = holder.map_or_else(|| name.clone(), |holder| holder.name);
    Ok(OperatorError::ApplicationNameTaken { holder })
}

/// The error for an origin that another application has, with that application's name.
async fn origin_taken(
    operator: &Operator,
    origin: &ApplicationOrigin,
    name: &ApplicationName,
) -> Result<OperatorError, PortError> {
    let holder = operator.services.applications.at(origin).await?;
    // Another command may have removed the other application since.
    let holder = holder.map_or_else(|| name.clone(), |holder| holder.name);
    Ok(OperatorError::OriginTaken { holder })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://panel.example.com", false)]
    #[case("https://panel.example.com:8443", false)]
    #[case("https://app.panel.example.com", true)]
    #[case("https://example.com", true)]
    fn the_host_of_the_pages_is_no_application_at_any_port(
        #[case] origin: &str,
        #[case] is_allowed: bool,
    ) {
        let origin = origin.parse().unwrap();
        let checked = check_host(&origin, Some("panel.example.com"));
        assert_eq!(checked.is_ok(), is_allowed);
        assert!(check_host(&origin, None).is_ok());
    }
}
