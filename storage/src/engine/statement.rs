//! A statement with its values, before it is sent on a connection.

use sqlx::{Any, Arguments, SqlSafeStr, SqlStr, any::AnyArguments, query_with};

/// One SQL statement and the values of its placeholders. `$1` is the first value.
pub struct Statement {
    text: SqlStr,
    values: Vec<BoundValue>,
}

/// A value of a placeholder. A NULL keeps its type, because `PostgreSQL` needs it.
pub enum BoundValue {
    Integer(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// A statement without values yet.
pub fn query(text: impl SqlSafeStr) -> Statement {
    Statement {
        text: text.into_sql_str(),
        values: Vec::new(),
    }
}

impl Statement {
    /// Adds the value of the next placeholder.
    pub fn bind(mut self, value: impl Into<BoundValue>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The text and the values, for a batch that joins several statements.
    pub fn into_parts(self) -> (SqlStr, Vec<BoundValue>) {
        (self.text, self.values)
    }

    /// The statement in the form that the driver executes.
    pub fn into_driver_query(self) -> sqlx::Result<DriverQuery> {
        driver_query(self.text, self.values)
    }
}

/// A statement in the form that the driver executes.
pub type DriverQuery = sqlx::query::Query<'static, Any, AnyArguments>;

/// A text and its values in the form that the driver executes.
pub fn driver_query(text: impl SqlSafeStr, values: Vec<BoundValue>) -> sqlx::Result<DriverQuery> {
    let mut arguments = AnyArguments::default();
    for value in values {
        let added = match value {
            BoundValue::Integer(number) => arguments.add(number),
            BoundValue::Text(text) => arguments.add(text),
            BoundValue::Bytes(bytes) => arguments.add(bytes),
        };
        added.map_err(sqlx::Error::Encode)?;
    }
    Ok(query_with(text, arguments))
}

impl From<i64> for BoundValue {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

impl From<Option<i64>> for BoundValue {
    fn from(number: Option<i64>) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for BoundValue {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for BoundValue {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<&str>> for BoundValue {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(str::to_owned))
    }
}

impl From<Option<String>> for BoundValue {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for BoundValue {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_owned()))
    }
}

impl From<Vec<u8>> for BoundValue {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl From<Option<Vec<u8>>> for BoundValue {
    fn from(bytes: Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes)
    }
}
