//! One demo user: what the user does in the pages, and the secrets that the sheet shows.

use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use domain::{
    ids::UserId,
    second_factor::{lockout::LOCK_AFTER, totp::TotpKey},
    time::{TimeStep, Timestamp},
};
use usecases::{
    Services, UseCaseError,
    mfa::{self, SavedCodes},
    secret_text::{ResponseSecret, SecretText},
    session::{self, Code, SignInForm},
};
use zeroize::Zeroizing;

use crate::cli::{
    Failure,
    demo::{browser::Browser, incomplete, people::Person},
};

/// The time between two wrong codes.
const BETWEEN_CODES: Duration = Duration::from_secs(30);

/// A user with the printed credentials.
pub struct DemoUser {
    pub person: &'static Person,
    pub id: UserId,
    pub password: Option<Zeroizing<String>>,
    pub key: Option<Zeroizing<String>>,
    /// Backup codes that still work.
    pub codes: Vec<ResponseSecret>,
    pub invitation: Option<String>,
    browser: Browser,
}

impl DemoUser {
    /// A user who was just added.
    pub fn new(
        services: &Services,
        person: &'static Person,
        id: UserId,
        password: Option<Zeroizing<String>>,
    ) -> Self {
        Self {
            person,
            id,
            password,
            key: None,
            codes: Vec::new(),
            invitation: None,
            browser: Browser::new(services),
        }
    }

    /// Sets up the authenticator, and saves the backup codes.
    pub async fn set_up(mut self, now: Timestamp) -> Result<Self, Failure> {
        self.sign_in(now).await?;
        let pending = self
            .browser
            .call("/api/mfa/set_up", now, async |context, _| {
                mfa::set_up(context, None).await
            })
            .await;
        let pending = pending.map_err(failed("an authenticator is not set up"))?;
        self.key = Some(Zeroizing::new(pending.key.expose().to_owned()));
        let code = code(&self.key()?.code(TimeStep::at(now)));
        let sheet = self
            .browser
            .call("/api/mfa/confirm", now, async |context, cookies| {
                mfa::confirm(context, cookies, code).await
            })
            .await;
        let sheet = sheet.map_err(failed("an authenticator is not confirmed"))?;
        let sheet = sheet.ok_or_else(|| incomplete("a first authenticator brings no codes"))?;
        self.codes = sheet.codes;
        let saved = SavedCodes { set: sheet.set };
        let finished = self
            .browser
            .call("/api/mfa/finish", now, async |context, _| {
                mfa::finish(context, saved).await
            })
            .await;
        finished.map_err(failed("backup codes are not saved"))?;
        self.sign_out(now).await?;
        Ok(self)
    }

    /// Signs in with the next backup code.
    pub async fn use_backup_code(mut self, now: Timestamp) -> Result<Self, Failure> {
        if self.codes.is_empty() {
            return Err(incomplete("no backup code is left"));
        }
        let code = code(self.codes.remove(0).expose());
        self.sign_in(now).await?;
        let signed_in = self
            .browser
            .call(
                "/api/session/verify_backup_code",
                now,
                async |context, cookies| session::verify_backup_code(context, cookies, code).await,
            )
            .await;
        signed_in.map_err(failed("a backup code does not work"))?;
        self.sign_out(now).await?;
        Ok(self)
    }

    /// Enters wrong codes in a browser that is not known, until the authenticator is locked. After
    /// a pause the password is needed again, because the half session has ended.
    pub async fn lock(self, start: Timestamp) -> Result<Self, Failure> {
        let mut stranger = Self {
            browser: self.browser.without_cookies(),
            ..self
        };
        stranger.sign_in(start).await?;
        let mut now = start;
        for _ in 0..2 * LOCK_AFTER {
            now = now.plus(BETWEEN_CODES);
            let code = code(&stranger.wrong_code(now)?);
            let verified = stranger
                .browser
                .call("/api/session/verify_code", now, async |context, cookies| {
                    session::verify_code(context, cookies, code).await
                })
                .await;
            match verified {
                Err(UseCaseError::WrongCode | UseCaseError::ClockOff { .. }) => {}
                Err(UseCaseError::Paused { seconds }) => {
                    now = now.plus(Duration::from_secs(seconds.into()));
                    stranger.sign_in(now).await?;
                }
                Err(UseCaseError::Locked { .. }) => {
                    stranger.sign_out(now).await?;
                    return Ok(stranger);
                }
                other => return Err(incomplete(&format!("a wrong code gives {other:?}"))),
            }
        }
        Err(incomplete("an authenticator is not locked"))
    }

    async fn sign_in(&mut self, now: Timestamp) -> Result<(), Failure> {
        let password = self.password.as_ref();
        let password = password.ok_or_else(|| incomplete("a user has no password"))?;
        let form = SignInForm {
            email: self.person.email.to_owned(),
            password: SecretText::new(password.to_string()),
        };
        let signed_in = self
            .browser
            .call("/api/session/sign_in", now, async |context, cookies| {
                session::sign_in(context, cookies, form).await
            })
            .await;
        signed_in
            .map_err(failed("a user is not signed in"))
            .map(drop)
    }

    async fn sign_out(&mut self, now: Timestamp) -> Result<(), Failure> {
        let signed_out = self
            .browser
            .call("/api/session/sign_out", now, async |context, cookies| {
                session::sign_out(context, cookies).await
            })
            .await;
        signed_out.map_err(failed("a user is not signed out"))
    }

    /// The key of the authenticator, as the user's phone has it.
    fn key(&self) -> Result<TotpKey, Failure> {
        let text = self.key.as_ref().map(|key| key.as_bytes());
        let bytes = text.and_then(|text| BASE32_NOPAD.decode(text).ok());
        let bytes = bytes.and_then(|bytes| Zeroizing::new(bytes).as_slice().try_into().ok());
        bytes
            .map(TotpKey::from_random)
            .ok_or_else(|| incomplete("an authenticator has no key"))
    }

    /// A code that is neither the one of this step nor of a neighbour.
    fn wrong_code(&self, now: Timestamp) -> Result<String, Failure> {
        let (key, step) = (self.key()?, TimeStep::at(now));
        let right = [-1, 0, 1].map(|count| key.code(step.offset(count)));
        let mut codes = (0..=right.len()).map(|number| format!("{number:06}"));
        let wrong = codes.find(|code| right.iter().all(|right| **right != *code));
        wrong.ok_or_else(|| incomplete("every code is right"))
    }
}

fn code(text: &str) -> Code {
    Code {
        code: SecretText::new(text.to_owned()),
        by: None,
    }
}

/// Explains which step of the history did not work.
fn failed(what: &str) -> impl Fn(UseCaseError) -> Failure {
    move |error| incomplete(&format!("{what}: {error:?}"))
}
