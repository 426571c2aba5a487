//! Reads the lines of a file, as JSON or as CSV.

use super::{LineError, Row, csv::Header, json};

/// The longest line: several times the longest that fields of their longest values make.
pub const MAX_LINE_BYTES: usize = 8 * 1024;
/// The most lines of a file, so that what waits for the one transaction stays small.
pub const MAX_LINES: usize = 100_000;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads one line after the other. The first one that is not empty decides on the form.
#[derive(Default)]
pub struct LineReader {
    form: Option<Form>,
    lines: usize,
}

enum Form {
    Json,
    Csv(Header),
}

impl LineReader {
    /// Reads the next line, with its newline, which only the last one may lack. `None` for a line
    /// without text and for the header.
    ///
    /// # Errors
    /// [`LineError`], if the line can't be read.
    pub fn read(&mut self, line: &[u8]) -> Result<Option<Row>, LineError> {
        let is_first = self.lines == 0;
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Err(LineError::TooMany);
        }
        let ended = line.strip_suffix(b"\n");
        let line = ended.unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > MAX_LINE_BYTES {
            return Err(LineError::TooLong);
        }
        if is_first && is_utf_16(line) {
            return Err(LineError::Utf16);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineError::NotUtf8)?;
        let text = if is_first {
            text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
        } else {
            text
        };
        if text.contains(BYTE_ORDER_MARK) {
            return Err(LineError::ByteOrderMark);
        }
        if let Some(control) = text.chars().find(|c| c.is_control() && *c != '\t') {
            return Err(LineError::Control(control));
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        if self.form.is_none() {
            self.form = Some(Form::of(text)?);
            if matches!(self.form, Some(Form::Csv(_))) {
                return Ok(None);
            }
        }
        match &self.form {
            Some(Form::Csv(_)) if ended.is_none() => Err(LineError::CutShort),
            Some(Form::Csv(header)) => header.row(text),
            _ => json::read(text).map(Some),
        }
    }

    /// Whether the lines behind a refused first line have no meaning.
    #[must_use]
    pub const fn is_without_form(&self) -> bool {
        self.form.is_none()
    }
}

impl Form {
    /// The form of a file with this first line.
    fn of(first: &str) -> Result<Self, LineError> {
        match first.trim() {
            "{" => Err(LineError::JsonLines),
            text if text.starts_with('[') => Err(LineError::JsonArray),
            text if text.starts_with('{') => Ok(Self::Json),
            _ => Header::read(first).map(Self::Csv),
        }
    }
}

/// Whether a file begins as UTF-16 does: with its byte order mark, or with a NUL in one of the two
/// bytes of an ASCII character.
const fn is_utf_16(line: &[u8]) -> bool {
    matches!(
        line,
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..]
    )
}
