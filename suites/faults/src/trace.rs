//! A program's system calls, parsed from strace's output (`-f -y -xx`): its writes, its syncs, and
//! the bytes that it sent.

use std::collections::HashMap;

/// The system calls that are parsed.
pub const CALLS: &str = "pwrite64,ftruncate,fdatasync,fsync,unlink,sendto,writev";

/// One step of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraceStep {
    Write {
        file: String,
        at: usize,
        bytes: Vec<u8>,
    },
    Length {
        file: String,
        length: usize,
    },
    /// A thread starts to sync a file.
    SyncBegins {
        file: String,
        thread: u32,
    },
    /// The thread's sync has completed.
    SyncEnds {
        thread: u32,
    },
    Removed {
        file: String,
    },
    /// Bytes sent to the network.
    Sent(Vec<u8>),
}

/// Parses the lines of a trace.
pub fn read(trace: &str) -> Vec<TraceStep> {
    // The unfinished call of each thread.
    let mut open: HashMap<u32, String> = HashMap::new();
    let mut steps = Vec::new();
    for line in trace.lines() {
        let Some((thread, rest)) = by_thread(line) else {
            continue;
        };
        if rest.starts_with("<... ") {
            let call = open.remove(&thread).unwrap_or_default();
            steps.extend(ended_call(&call, rest, thread));
            continue;
        }
        let Some((call, arguments)) = rest.split_once('(') else {
            continue;
        };
        let (arguments, is_open) = match arguments.split_once(" <unfinished ...>") {
            Some((begun_call, _)) => (begun_call, true),
            None => (arguments, false),
        };
        steps.extend(begun_call(call, arguments, thread));
        if is_open {
            open.insert(thread, call.to_owned());
        } else {
            steps.extend(ended_call(call, arguments, thread));
        }
    }
    steps
}

/// Whether a line is the last one of a killed process.
pub fn ends(line: &str, process: u32) -> bool {
    by_thread(line) == Some((process, "+++ killed by SIGKILL +++"))
}

/// The thread of a line and the rest. strace pads thread ids to five characters.
fn by_thread(line: &str) -> Option<(u32, &str)> {
    let (thread, rest) = line.split_once(' ')?;
    Some((thread.parse().ok()?, rest.trim_start()))
}

/// `SQLite` uses one of the two, depending on its build; `fsync` syncs more. A call interrupted by
/// a kill has no result (`= ?`).
fn ended_call(call: &str, line: &str, thread: u32) -> Option<TraceStep> {
    let is_sync = ["fdatasync", "fsync"].contains(&call);
    if !is_sync || line.ends_with("= ?") {
        return None;
    }
    assert!(line.ends_with("= 0"), "a sync failed: {line}");
    Some(TraceStep::SyncEnds { thread })
}

fn begun_call(call: &str, arguments: &str, thread: u32) -> Option<TraceStep> {
    let file = || path(arguments);
    Some(match call {
        "pwrite64" => {
            let bytes = texts(arguments).concat();
            let (written, at) = last_two(arguments);
            assert_eq!(written, bytes.len(), "a write is cut in the trace");
            let file = file();
            TraceStep::Write { file, at, bytes }
        }
        "ftruncate" => {
            let (_, length) = last_two(arguments);
            let file = file();
            TraceStep::Length { file, length }
        }
        "fdatasync" | "fsync" => {
            let file = file();
            TraceStep::SyncBegins { file, thread }
        }
        "unlink" => {
            let name = texts(arguments).concat();
            let file = String::from_utf8(name).unwrap();
            TraceStep::Removed { file }
        }
        "sendto" | "writev" => TraceStep::Sent(texts(arguments).concat()),
        _ => return None,
    })
}

/// The path that strace prints after a file descriptor.
fn path(arguments: &str) -> String {
    let (_, rest) = arguments.split_once('<').unwrap();
    let (path, _) = rest.split_once('>').unwrap();
    String::from_utf8(unescape(path)).unwrap()
}

/// All quoted texts.
fn texts(arguments: &str) -> Vec<Vec<u8>> {
    arguments
        .split('"')
        .skip(1)
        .step_by(2)
        .map(unescape)
        .collect()
}

/// Decodes strace's hexadecimal text, such as `\x48\x54…`.
fn unescape(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits
        .map(|digits| u8::from_str_radix(digits, 16).unwrap())
        .collect()
}

/// The last two numbers of the arguments; for `ftruncate` only the second is used.
fn last_two(arguments: &str) -> (usize, usize) {
    let own = arguments
        .rsplit_once(") ")
        .map_or(arguments, |(own, _)| own);
    let mut numbers = own
        .rsplit(", ")
        .map(|number| number.parse().unwrap_or_default());
    let last = numbers.next().unwrap();
    (numbers.next().unwrap_or_default(), last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_known_by_a_number_of_any_length() {
        assert!(ends("32100 +++ killed by SIGKILL +++", 32_100));
        assert!(ends("4050  +++ killed by SIGKILL +++", 4_050));
        assert!(!ends("4051  +++ killed by SIGKILL +++", 4_050));
        assert!(!ends("4050  +++ exited with 0 +++", 4_050));
    }

    #[test]
    fn a_call_that_another_thread_interrupts_is_read_whole() {
        let trace = concat!(
            "7 pwrite64(3<\\x2f\\x61>, \"\\x68\\x00\", 2, 10) = 2\n",
            "7 fdatasync(3<\\x2f\\x61> <unfinished ...>\n",
            "8 writev(11<\\x73>, [{iov_base=\"\\x48\", iov_len=1}, {iov_base=\"\\x54\", iov_len=1}], 2 <unfinished ...>\n",
            "7 <... fdatasync resumed>)              = 0\n",
            "8 <... writev resumed>)            = 2\n",
            "9 ftruncate(3<\\x2f\\x61>, 3) = 0\n",
            "9 pwrite64(3<\\x2f\\x61>, \"\\x68\", 1, 10 <unfinished ...>) = ?\n",
            "9 unlink(\"\\x2f\\x61\") = 0\n",
            "9 +++ exited with 0 +++\n",
        );
        let file = || "/a".to_owned();
        let expected = vec![
            TraceStep::Write {
                file: file(),
                at: 10,
                bytes: b"h\0".to_vec(),
            },
            TraceStep::SyncBegins {
                file: file(),
                thread: 7,
            },
            TraceStep::Sent(b"HT".to_vec()),
            TraceStep::SyncEnds { thread: 7 },
            TraceStep::Length {
                file: file(),
                length: 3,
            },
            TraceStep::Write {
                file: file(),
                at: 10,
                bytes: b"h".to_vec(),
            },
            TraceStep::Removed { file: file() },
        ];
        assert_eq!(read(trace), expected);
    }
}
