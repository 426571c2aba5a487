//! The test vectors of the RFCs.

use rstest::rstest;

use super::{TotpKey, Verdict, verify};
use crate::{
    second_factor::one_time_code::OneTimeCode,
    time::{TimeStep, Timestamp},
};

/// The key of both RFCs' SHA-1 vectors.
fn rfc_key() -> TotpKey {
    TotpKey::from_random(*b"12345678901234567890")
}

/// An authenticator for tests: generates the code of `step` directly with the library.
pub(super) fn code_at(key: &TotpKey, step: TimeStep) -> OneTimeCode {
    let totp = totp_rs::Builder::new()
        .with_secret(key.expose())
        .build_noncompliant();
    let seconds = u64::try_from(step.start().millis() / 1000).unwrap();
    totp.generate(seconds).to_string().parse().ok().unwrap()
}

/// RFC 6238 appendix B, SHA-1; our codes are the last six of its eight digits.
#[rstest]
#[case(59, "94287082")]
#[case(1_111_111_109, "07081804")]
#[case(1_111_111_111, "14050471")]
#[case(1_234_567_890, "89005924")]
#[case(2_000_000_000, "69279037")]
#[case(20_000_000_000, "65353130")]
fn rfc_6238_appendix_b(#[case] seconds: i64, #[case] eight_digits: &str) {
    let now = Timestamp::from_millis(seconds * 1000);
    assert_eq!(
        rfc_key().code(TimeStep::at(now)).as_str(),
        &eight_digits[2..]
    );
    let code = eight_digits[2..].parse().ok().unwrap();
    assert_eq!(
        verify(&rfc_key(), &code, now, None),
        Verdict::Accepted {
            step: TimeStep::at(now)
        }
    );
}

/// RFC 4226 appendix D: the codes of counters 0 to 9.
#[test]
fn rfc_4226_appendix_d() {
    let codes = [
        "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
        "520489",
    ];
    for (counter, code) in (0..).zip(codes) {
        let step = TimeStep::from_number(counter);
        let verdict = verify(&rfc_key(), &code.parse().ok().unwrap(), step.start(), None);
        assert_eq!(verdict, Verdict::Accepted { step }, "counter {counter}");
    }
}

/// Codes keep their leading zeros (T11): two hundred of them are accepted.
#[test]
fn codes_with_leading_zeros() {
    let steps = (40_000_000..).map(TimeStep::from_number);
    let with_zero = steps
        .map(|step| (step, code_at(&rfc_key(), step)))
        .filter(|(_, code)| code.expose().starts_with('0'));
    for (step, code) in with_zero.take(200) {
        assert_eq!(
            verify(&rfc_key(), &code, step.start(), None),
            Verdict::Accepted { step }
        );
    }
}
