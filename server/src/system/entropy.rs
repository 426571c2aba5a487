//! The operating system's random source behind the port.

use domain::ports::{Entropy, PortError};

/// `getrandom`.
#[derive(Debug, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the port that everyone else draws randomness from"
    )]
    fn fill(&self, buffer: &mut [u8]) -> Result<(), PortError> {
        getrandom::fill(buffer).map_err(|error| PortError::Failed(error.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let entropy: &dyn Entropy = &SystemEntropy;
        assert_ne!(
            entropy.draw::<32>().ok().unwrap(),
            entropy.draw::<32>().ok().unwrap()
        );
    }
}
