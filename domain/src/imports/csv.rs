//! CSV as RFC 4180 has it, without fields that span lines, and with what spreadsheets make of it:
//! semicolons or tabs instead of commas, and empty columns and lines at the end.

use zeroize::Zeroizing;

use super::{Field, LineError, Row, looks_like_secret};

/// What may separate fields. The header decides for the whole file.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The first line.
pub struct Header {
    fields: Vec<Field>,
    separator: char,
}

impl Header {
    /// Reads the names of the columns.
    pub fn read(line: &str) -> Result<Self, LineError> {
        let separator = line.chars().find(|c| SEPARATORS.contains(c));
        let separator = separator.unwrap_or(',');
        let names: Result<Vec<_>, _> = Columns::of(line, separator).collect();
        let mut names = names?;
        while names.last().is_some_and(|name| name.trim().is_empty()) {
            names.pop();
        }
        if names.iter().any(|name| is_data(name)) {
            return Err(LineError::HeaderMissing);
        }
        let is_any_known = names.iter().any(|name| Field::find(name).is_some());
        let mut fields = Vec::new();
        for name in &names {
            match Field::find(name) {
                Some(field) if fields.contains(&field) => return Err(LineError::Twice(field)),
                Some(field) => fields.push(field),
                None if is_any_known || Field::meant(name).is_some() => {
                    return Err(Field::unknown(name));
                }
                None => {}
            }
        }
        if fields.contains(&Field::Email) {
            Ok(Self { fields, separator })
        } else {
            Err(LineError::NoHeader)
        }
    }

    /// Reads the columns of a person; `None` for a line without any text.
    pub fn row(&self, line: &str) -> Result<Option<Row>, LineError> {
        if line
            .chars()
            .all(|c| c == self.separator || c.is_whitespace())
        {
            return Ok(None);
        }
        let mut row = Row::default();
        let mut found = 0;
        for column in Columns::of(line, self.separator) {
            let column = column?;
            match self.fields.get(found) {
                Some(field) => row.put(*field, column)?,
                None if column.trim().is_empty() => {}
                None => return Err(LineError::ManyColumns(self.fields.len())),
            }
            found += 1;
        }
        if found >= self.fields.len() {
            Ok(Some(row))
        } else {
            Err(LineError::FewColumns {
                found,
                expected: self.fields.len(),
            })
        }
    }
}

/// Whether a text of the first line belongs to a person, not to a header.
fn is_data(name: &str) -> bool {
    looks_like_secret(name) || name.contains('@')
}

/// The columns of a line, one after the other.
struct Columns<'a> {
    /// `None` behind the last column.
    rest: Option<&'a str>,
    separator: char,
}

impl<'a> Columns<'a> {
    const fn of(line: &'a str, separator: char) -> Self {
        Self {
            rest: Some(line),
            separator,
        }
    }
}

impl Iterator for Columns<'_> {
    type Item = Result<Zeroizing<String>, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let Some(mut quoted) = rest.strip_prefix('"') else {
            let (column, rest) = match rest.split_once(self.separator) {
                Some((column, rest)) => (column, Some(rest)),
                None => (rest, None),
            };
            self.rest = rest;
            return Some(if column.contains('"') {
                Err(LineError::Quote)
            } else {
                Ok(Zeroizing::new(column.to_owned()))
            });
        };
        // As long as the line can make it, so that no copy of a secret is left behind.
        let mut column = Zeroizing::new(String::with_capacity(quoted.len()));
        loop {
            let Some((part, behind)) = quoted.split_once('"') else {
                return Some(Err(LineError::Quote));
            };
            column.push_str(part);
            if let Some(behind) = behind.strip_prefix('"') {
                column.push('"');
                quoted = behind;
            } else if behind.is_empty() {
                return Some(Ok(column));
            } else if let Some(rest) = behind.strip_prefix(self.separator) {
                self.rest = Some(rest);
                return Some(Ok(column));
            } else {
                return Some(Err(LineError::Quote));
            }
        }
    }
}
