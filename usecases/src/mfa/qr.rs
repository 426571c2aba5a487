//! The QR code as one SVG path, so that the page needs no QR library.

use domain::ports::PortError;
use qrcode::{Color, EcLevel, QrCode};

use super::values::QrPath;
use crate::{UseCaseError, secret_text::ResponseSecret};

/// Draws a text with the lowest error correction, because a screen has no stains, and fewer modules
/// are easier to scan.
/// The result is a path of one-module squares, with runs merged.
pub(super) fn path(text: &str) -> Result<QrPath, UseCaseError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)
        .map_err(|error| PortError::Failed(Box::new(error)))?;
    let colors = code.to_colors();
    let path: String = colors
        .chunks(code.width())
        .enumerate()
        .flat_map(|(y, row)| {
            runs(row).map(move |(x, length)| format!("M{x} {y}h{length}v1h-{length}z"))
        })
        .collect();
    Ok(QrPath {
        size: u32::try_from(code.width()).unwrap_or(u32::MAX),
        path: ResponseSecret::new(path),
    })
}

/// Start and length of each run of dark modules.
fn runs(row: &[Color]) -> impl Iterator<Item = (usize, usize)> {
    let starts =
        (0..row.len()).filter(|&x| row[x] == Color::Dark && (x == 0 || row[x - 1] == Color::Light));
    starts.map(|x| {
        (
            x,
            row[x..]
                .iter()
                .take_while(|&&module| module == Color::Dark)
                .count(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_dark_modules_are_merged() {
        let (dark, light) = (Color::Dark, Color::Light);
        assert_eq!(
            runs(&[dark, dark, light, dark]).collect::<Vec<_>>(),
            [(0, 2), (3, 1)]
        );
        assert_eq!(runs(&[light]).count(), 0);
    }

    #[test]
    fn a_long_brand_and_address_still_fit() {
        let uri = format!(
            "otpauth://totp/{}:{}?secret={}&issuer={}",
            "B".repeat(300),
            "a".repeat(254),
            "A".repeat(32),
            "B".repeat(300)
        );
        let drawn = path(&uri).unwrap();
        assert!(
            drawn.path.expose().starts_with("M0 0h7"),
            "the finder pattern's top edge"
        );
    }
}
