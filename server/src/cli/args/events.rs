//! `twinlock events …`, as it is typed.

use std::{fmt, str::FromStr};

use clap::{ArgGroup, Args};
use data_encoding::HEXLOWER_PERMISSIVE;
use domain::events::Seal;

#[derive(Debug, Args)]
#[group(skip)]
#[command(group = ArgGroup::new("what"))]
pub struct EventsArgs {
    /// Check the chain of sealed events for missing or changed rows; fails if there are any
    #[arg(long, group = "what")]
    pub verify: bool,
    /// Also fail if this seal, printed by an earlier `--verify`, is not at its place: an older
    /// database was put back, or the end was cut off
    #[arg(
        long,
        value_name = "PLACE:SEAL",
        requires = "verify",
        conflicts_with = "export"
    )]
    pub expect: Option<KeptSeal>,
    /// Write all events as JSON, one a line
    #[arg(long, group = "what")]
    pub export: bool,
    /// How many of the newest events to list
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000), conflicts_with = "what")]
    pub last: u32,
}

/// A place in the chain and the seal that stood there, kept outside of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSeal {
    /// The place, from 1.
    pub seq: i64,
    /// The seal.
    pub seal: Vec<u8>,
}

impl FromStr for KeptSeal {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(':').and_then(|(seq, seal)| {
            let seal = HEXLOWER_PERMISSIVE.decode(seal.as_bytes()).ok()?;
            Some((seq.parse().ok()?, seal))
        });
        match parts {
            Some((seq, seal)) if seq > 0 && seal.len() == size_of::<Seal>() => {
                Ok(Self { seq, seal })
            }
            _ => Err("this is not what `twinlock events --verify` prints, such as 12:9f86…"),
        }
    }
}

impl fmt::Display for KeptSeal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}",
            self.seq,
            HEXLOWER_PERMISSIVE.encode(&self.seal)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_again() {
        let kept = KeptSeal {
            seq: 12,
            seal: vec![0xab; 32],
        };
        assert_eq!(kept.to_string().parse(), Ok(kept.clone()));
        assert_eq!(kept.to_string().to_uppercase().parse(), Ok(kept));
        for other in [
            "",
            "12",
            "12:",
            "12:ab",
            "0:",
            &format!("0:{}", "ab".repeat(32)),
            ":",
        ] {
            assert!(other.parse::<KeptSeal>().is_err(), "{other}");
        }
    }
}
