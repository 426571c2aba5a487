//! Computes an Argon2id tag (ADR 17): by default with the library that uses the processor's vector
//! units, with the feature `audited-argon2` with the audited library. Both return the same tags,
//! which a test compares.

#[cfg(not(feature = "audited-argon2"))]
pub use vector::Argon2Engine;

#[cfg(feature = "audited-argon2")]
pub use audited::Argon2Engine;

#[cfg(not(feature = "audited-argon2"))]
mod vector {
    use argon2_rust::{
        Algorithm, Argon2, Error, Hasher, Params, Version,
        params::{Memory, TagLen},
    };

    /// The memory of one thread. The next hash overwrites it; it is freed when no hash waits.
    #[derive(Default)]
    pub struct Argon2Engine(Option<Hasher>);

    impl Argon2Engine {
        /// Computes the tag of a secret.
        #[inline(never)]
        pub fn compute(
            &mut self,
            params: &argon2::Params,
            secret: &[u8],
            salt: &[u8],
            tag: &mut [u8],
        ) -> Result<(), Error> {
            let params = Params::builder()
                .memory(Memory::kib(params.m_cost().into()))
                .passes(params.t_cost())
                .lanes(params.p_cost())
                .tag_len(TagLen::bytes(tag.len() as u64))
                .build()?;
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let hasher = self.0.get_or_insert_with(|| argon2.hasher());
            hasher.set_argon2(argon2);
            hasher.hash_into(secret, salt, tag)
        }
    }
}

#[cfg(feature = "audited-argon2")]
mod audited {
    use argon2::{Algorithm, Argon2, Block, Error, Params, Version};

    /// The memory of one thread.
    #[derive(Default)]
    pub struct Argon2Engine(Vec<Block>);

    impl Argon2Engine {
        /// Computes the tag of a secret.
        #[inline(never)]
        pub fn compute(
            &mut self,
            params: &Params,
            secret: &[u8],
            salt: &[u8],
            tag: &mut [u8],
        ) -> Result<(), Error> {
            let blocks = params.block_count();
            if self.0.len() < blocks {
                self.0.resize(blocks, Block::new());
            }
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
            argon2.hash_password_into_with_memory(secret, salt, tag, &mut self.0[..blocks])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Algorithm, Argon2, Params, Version};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Covers secrets and salts of any length, and costs of every kind, on memory that other
        /// hashes have used.
        #[test]
        fn every_tag_is_the_one_of_the_audited_library(
            inputs in prop::collection::vec(
                (prop::collection::vec(any::<u8>(), 0..200), prop::collection::vec(any::<u8>(), 8..64), 8_u32..512, 1_u32..4, 4_usize..64),
                1..4,
            ),
        ) {
            let mut engine = Argon2Engine::default();
            for (secret, salt, memory, passes, bytes) in inputs {
                let params = Params::new(memory, passes, 1, Some(bytes)).unwrap();
                let mut ours = vec![0; bytes];
                engine.compute(&params, &secret, &salt, &mut ours).unwrap();
                let mut theirs = vec![0; bytes];
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(&secret, &salt, &mut theirs)
                    .unwrap();
                prop_assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn at_the_standard_cost_too() {
        let params = Params::new(19 * 1024, 2, 1, Some(32)).unwrap();
        let (mut ours, mut theirs) = ([0; 32], [0; 32]);
        Argon2Engine::default()
            .compute(
                &params,
                b"correct horse battery staple",
                &[7; 16],
                &mut ours,
            )
            .unwrap();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"correct horse battery staple", &[7; 16], &mut theirs)
            .unwrap();
        assert_eq!(ours, theirs);
    }
}
