//! Implements the port [`Applications`]: applications behind Twinlock (`records`, `changes`), the
//! codes that open them (`codes`), and the sessions of people in them (`sessions`).
//!
//! A code and a session in an application refer to the person's session and to their membership,
//! so the database itself deletes them with either of these, with the user and with the account.
//!
//! Locks are taken in the order of `engine::locks`; the application's row is the last one before
//! the rows of codes and sessions.

mod changes;
mod codes;
mod records;
mod sessions;

use async_trait::async_trait;
use domain::{
    door::ApplicationOrigin,
    ids::ApplicationId,
    people::names::ApplicationName,
    ports::{
        ApplicationAddition, ApplicationChange, ApplicationEdit, ApplicationRecord,
        ApplicationRemoval, ApplicationSessionEnd, ApplicationSessionRecord, Applications,
        CodeDraw, CodeTake, NewApplication, NewApplicationCode, PortError, TakenApplicationCode,
    },
    time::Timestamp,
    token::TokenHash,
};
use tracing::instrument;

use crate::Store;

#[async_trait]
impl Applications for Store {
    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.add"))]
    async fn add(&self, application: NewApplication) -> Result<ApplicationAddition, PortError> {
        changes::add(self, &application).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.list"))]
    async fn list(&self) -> Result<Vec<ApplicationRecord>, PortError> {
        records::list(self).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.find"))]
    async fn find(&self, name: &ApplicationName) -> Result<Option<ApplicationRecord>, PortError> {
        records::find(self, name).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.get"))]
    async fn get(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<ApplicationRecord>, PortError> {
        records::get(self, application).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.at"))]
    async fn at(&self, origin: &ApplicationOrigin) -> Result<Option<ApplicationRecord>, PortError> {
        records::at(self, origin).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.edit"))]
    async fn edit(
        &self,
        application: &ApplicationId,
        edit: ApplicationEdit,
        _at: Timestamp,
    ) -> Result<ApplicationChange, PortError> {
        changes::edit(self, application, edit).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.remove"))]
    async fn remove(&self, application: &ApplicationId) -> Result<ApplicationRemoval, PortError> {
        changes::remove(self, application).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.draw_code"))]
    async fn draw_code(&self, code: NewApplicationCode) -> Result<CodeDraw, PortError> {
        codes::draw(self, &code).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.take_code"))]
    async fn take_code(&self, code: TakenApplicationCode) -> Result<CodeTake, PortError> {
        codes::take(self, &code).await
    }

    #[instrument(level = "debug", skip_all, fields(db.operation.name = "applications.session"))]
    async fn session(
        &self,
        token: TokenHash,
        origin: &ApplicationOrigin,
    ) -> Result<Option<ApplicationSessionRecord>, PortError> {
        sessions::find(self, token, origin).await
    }

    #[instrument(
        level = "debug",
        skip_all,
        fields(db.operation.name = "applications.end_session")
    )]
    async fn end_session(
        &self,
        token: TokenHash,
        origin: &ApplicationOrigin,
    ) -> Result<ApplicationSessionEnd, PortError> {
        sessions::end(self, token, origin).await
    }
}
