//! Converts columns to the types of `domain`. A value that does not parse is reported as damaged,
//! never passed on.

use std::{error::Error as StdError, str::FromStr};

use domain::{
    people::{roles::Role, stored_text::StoredText},
    ports::{AccountRecord, PortError, SecretHash},
    secrets::vault::{KeyId, Sealed},
    session::policy::Membership,
    time::Timestamp,
};
use sqlx::{Row, any::AnyRow};

use crate::engine::error::{damaged, port};

/// Typed access to a row.
pub trait Values {
    fn number(&self, column: &str) -> Result<i64, PortError>;
    fn bytes(&self, column: &str) -> Result<Vec<u8>, PortError>;
    fn maybe<T: FromStr<Err: StdError + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, PortError>;
    fn value<T: FromStr<Err: StdError + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<T, PortError>;
    /// A stored user input, accepted whatever the current validation rules are.
    fn stored_text<T: StoredText>(&self, column: &str) -> Result<T, PortError>;
    fn maybe_number(&self, column: &str) -> Result<Option<i64>, PortError>;
    fn maybe_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, PortError>;
    fn secret(&self, column: &str) -> Result<Option<SecretHash>, PortError>;

    fn maybe_at(&self, column: &str) -> Result<Option<Timestamp>, PortError> {
        let millis = self.maybe_number(column)?;
        Ok(millis.map(Timestamp::from_millis))
    }

    fn at(&self, column: &str) -> Result<Timestamp, PortError> {
        self.number(column).map(Timestamp::from_millis)
    }

    fn flag(&self, column: &str) -> Result<bool, PortError> {
        Ok(self.number(column)? != 0)
    }

    fn count(&self, column: &str) -> Result<u32, PortError> {
        u32::try_from(self.number(column)?).map_err(damaged)
    }

    /// The columns `key_id` and `sealed_key`.
    fn sealed(&self) -> Result<Sealed, PortError>;

    /// The columns `account_id`, `role` and `require_mfa` of an outer join; `None` if nothing was
    /// joined.
    fn membership(&self) -> Result<Option<Membership>, PortError> {
        let Some(account) = self.maybe("account_id")? else {
            return Ok(None);
        };
        Ok(Some(Membership {
            account,
            role: self.value("role")?,
            requires_mfa: self.flag("require_mfa")?,
        }))
    }

    /// The columns `account_id`, `account_name`, `require_mfa` and `members`; `None` if nothing was
    /// joined.
    fn account(&self) -> Result<Option<AccountRecord>, PortError> {
        let Some(id) = self.maybe("account_id")? else {
            return Ok(None);
        };
        let name = self.stored_text("account_name")?;
        Ok(Some(AccountRecord {
            id,
            name,
            requires_mfa: self.flag("require_mfa")?,
            members: self.count("members")?,
        }))
    }

    /// Like [`Self::account`], with the column `role`.
    fn place(&self) -> Result<Option<(AccountRecord, Role)>, PortError> {
        let Some(account) = self.account()? else {
            return Ok(None);
        };
        Ok(Some((account, self.value("role")?)))
    }
}

impl Values for AnyRow {
    fn number(&self, column: &str) -> Result<i64, PortError> {
        self.try_get(column).map_err(port)
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>, PortError> {
        self.try_get(column).map_err(port)
    }

    fn maybe<T: FromStr<Err: StdError + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, PortError> {
        let text: Option<&str> = self.try_get(column).map_err(port)?;
        text.map(|text| text.parse().map_err(damaged)).transpose()
    }

    fn value<T: FromStr<Err: StdError + Send + Sync + 'static>>(
        &self,
        column: &str,
    ) -> Result<T, PortError> {
        let text: &str = self.try_get(column).map_err(port)?;
        text.parse().map_err(damaged)
    }

    fn stored_text<T: StoredText>(&self, column: &str) -> Result<T, PortError> {
        self.try_get(column).map(T::from_stored).map_err(port)
    }

    fn maybe_number(&self, column: &str) -> Result<Option<i64>, PortError> {
        self.try_get(column).map_err(port)
    }

    fn maybe_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, PortError> {
        self.try_get(column).map_err(port)
    }

    fn secret(&self, column: &str) -> Result<Option<SecretHash>, PortError> {
        let text: Option<String> = self.try_get(column).map_err(port)?;
        Ok(text.map(SecretHash::phc))
    }

    fn sealed(&self) -> Result<Sealed, PortError> {
        let key_id: String = self.try_get("key_id").map_err(port)?;
        Ok(Sealed {
            key_id: KeyId::stored(key_id),
            bytes: self.bytes("sealed_key")?,
        })
    }
}
