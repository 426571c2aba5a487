//! Reads the lines of a file.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};

use domain::imports::MAX_LINE_BYTES;
use zeroize::Zeroizing;

use super::tell;
use crate::cli::Failure;

/// The name of standard input.
const STDIN: &str = "-";
/// What is kept of a line: the longest one with CRLF, and a byte that tells a longer one.
const ROOM: usize = MAX_LINE_BYTES + 3;
/// How much of a line is read at most.
const MAX_SKIPPED: usize = 1024 * 1024;

/// The lines of the file, each of bounded length.
pub struct Lines {
    input: BufReader<Box<dyn Read>>,
    /// The line with its newline. Of a line that is too long, as much as tells that.
    line: Zeroizing<Vec<u8>>,
    /// Whether the rest is not read, because a line does not end.
    is_over: bool,
}

impl Lines {
    /// Opens a file, or standard input.
    pub fn open(file: &Path) -> Result<Self, Failure> {
        let input: Box<dyn Read> = if file == Path::new(STDIN) {
            Box::new(io::stdin())
        } else {
            let fails = |source| Failure::System {
                doing: format!("opening {}", file.display()),
                source,
            };
            let opened = File::open(file).map_err(fails)?;
            let about = opened.metadata().map_err(fails)?;
            if about.is_dir() {
                return Err(Failure::refused(format!("{} is a folder", file.display())));
            }
            if about.is_file() && about.mode() & 0o077 != 0 {
                tell(&format!(
                    "{} holds password hashes and authenticator keys, and other users of this machine may read it: `chmod 600` it, and delete it after the import",
                    file.display()
                ));
            }
            Box::new(opened)
        };
        Ok(Self {
            input: BufReader::new(input),
            line: Zeroizing::new(Vec::with_capacity(ROOM)),
            is_over: false,
        })
    }

    /// Returns the next line with its newline, which the last one may lack. Of a line that is too
    /// long, it returns the beginning, and skips the rest; if the line does not end soon, it is the
    /// last one, because a device such as `/dev/zero` has no end.
    pub fn next(&mut self) -> Result<Option<&[u8]>, Failure> {
        self.line.clear();
        let mut bytes_read = 0;
        while !self.is_over {
            let held = match self.input.fill_buf() {
                Ok(held) => held,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => {
                    return Err(Failure::System {
                        doing: "reading the file".to_owned(),
                        source,
                    });
                }
            };
            self.is_over = held.is_empty() || bytes_read > MAX_SKIPPED;
            let end = held.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(held.len(), |end| end + 1);
            let room = ROOM.saturating_sub(self.line.len()).min(used);
            self.line
                .extend_from_slice(held.get(..room).unwrap_or_default());
            self.input.consume(used);
            bytes_read += used;
            if end.is_some() {
                return Ok(Some(self.line.as_slice()));
            }
        }
        Ok((bytes_read > 0).then_some(self.line.as_slice()))
    }
}
