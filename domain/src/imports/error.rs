//! Why a line is refused.

use thiserror::Error;

use super::{Field, MAX_LINE_BYTES, MAX_LINES};

/// Why a line is refused. No text repeats a hash or a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// The line is longer than [`MAX_LINE_BYTES`].
    #[error("the line is longer than {MAX_LINE_BYTES} bytes")]
    TooLong,
    /// The file has more than [`MAX_LINES`] lines.
    #[error("the file has more than {MAX_LINES} lines: split it")]
    TooMany,
    /// The last line of a CSV file does not end with a newline. A last field that was cut off would
    /// enable a disabled person, or take their authenticator.
    #[error("the file may be cut short: end it with a newline if it is whole")]
    CutShort,
    /// The bytes are not UTF-8.
    #[error("the line is not UTF-8 text")]
    NotUtf8,
    /// The file is UTF-16, as some spreadsheets write it.
    #[error("the file is UTF-16: `iconv -f UTF-16 -t UTF-8` converts it")]
    Utf16,
    /// A byte order mark behind the beginning of the file.
    #[error("a byte order mark stands within the file, as where files were joined")]
    ByteOrderMark,
    /// A control character, such as NUL or a lone carriage return.
    #[error("the line holds the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// The first line is neither a JSON object nor a header of CSV.
    #[error("the first line is neither a JSON object nor a CSV header with the field `email`")]
    NoHeader,
    /// The first line describes a person.
    #[error(
        "the header is missing: the first line of CSV names the fields, such as `email,name,account`"
    )]
    HeaderMissing,
    /// The file is one JSON array.
    #[error("the file is one JSON array: `jq -c '.[]'` writes each of its objects on a line")]
    JsonArray,
    /// The first object is spread over several lines.
    #[error("an object is spread over several lines: `jq -c .` writes each on one line")]
    JsonLines,
    /// A field that this program does not know. The name is shortened.
    #[error("there is no field `{}`; the fields are email, name, account, role, password_hash, totp, mfa_name and disabled", .0.escape_debug())]
    UnknownField(String),
    /// A field with nearly the name of another. The name is shortened.
    #[error("there is no field `{}`: did you mean {}?", .0.escape_debug(), .1)]
    Misnamed(String, Field),
    /// The name of a field of JSON looks like a secret.
    #[error("the name of a field looks like a hash or a key")]
    SecretName,
    /// A field that comes twice.
    #[error("the field {0} comes twice")]
    Twice(Field),
    /// Not a JSON object, or damaged.
    #[error("it is not a whole JSON object on one line (column {0})")]
    Json(usize),
    /// A value of the wrong type.
    #[error("the field {0} must be {1}")]
    Type(Field, &'static str),
    /// A quotation mark that does not end, or stands within a field.
    #[error(
        "a quotation mark is out of place: a field with one is quoted and doubles it, and no field spans lines"
    )]
    Quote,
    /// Fewer fields than the header.
    #[error("the line has {found} fields, but the header has {expected}")]
    FewColumns {
        /// The fields of the line.
        found: usize,
        /// The fields of the header.
        expected: usize,
    },
    /// More fields than the header has.
    #[error(
        "the line has more fields than the header, which has {0}: a field with a separator in it, such as a hash of Argon2, is quoted"
    )]
    ManyColumns(usize),
    /// A field that a person must have.
    #[error("the field {0} is missing or empty")]
    Missing(Field),
    /// The text is no address. It is shortened.
    #[error("`{}` is not an email address", .0.escape_debug())]
    Email(String),
    /// A value that is not valid, with its reason.
    #[error("the field {0} is not valid: {1}")]
    Invalid(Field, String),
    /// A value that looks like a secret, in a field that people see.
    #[error("the field {0} looks like a hash or a key: are the columns shifted?")]
    Secret(Field),
    /// A field for secrets holds one of the other kind, which the text names.
    #[error("the field {0} holds {1}: are the columns shifted?")]
    Shifted(Field, &'static str),
    /// Text that a spreadsheet would execute.
    #[error(
        "the field {0} begins with `{1}`, as a formula of a spreadsheet does: write it without that sign (docs/IMPORT.md, Names)"
    )]
    Formula(Field, char),
}

/// A text as it may be repeated in an error.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
