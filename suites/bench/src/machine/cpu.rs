//! CPU time per process.

use std::{ops::Sub, time::Duration};

use crate::machine::process;

/// CPU time in total, or between two moments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    /// The server, or all instances.
    pub server: Duration,
    /// The database server, where there is one and it is measured.
    pub database: Duration,
    /// The balancer, if there is one.
    pub balancer: Duration,
    /// This program.
    pub load: Duration,
}

impl Cpu {
    /// The total CPU time of a server without others, and of this program.
    pub fn with(server: Duration) -> Self {
        Self {
            server,
            load: process::cpu(std::process::id()),
            ..Self::default()
        }
    }

    /// The sum over all processes.
    pub fn sum(&self) -> Duration {
        self.server + self.database + self.balancer + self.load
    }
}

impl Sub for Cpu {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            server: self.server.saturating_sub(before.server),
            database: self.database.saturating_sub(before.database),
            balancer: self.balancer.saturating_sub(before.balancer),
            load: self.load.saturating_sub(before.load),
        }
    }
}
