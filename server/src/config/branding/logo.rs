//! The operator's logo: a small image file, read once at start.

use std::{
    fs::File,
    io::{Cursor, Read},
    path::Path,
};

use roxmltree::{Document, Node, ParsingOptions};

use crate::{config::SettingError, files::named_path::LOGO};

/// The size limit. Every first visit loads the logo, so it has to be small.
const MAX_BYTES: usize = 64 * 1024;
/// The limit of width and height. The logo is shown two lines high; a larger image would take too
/// much memory when decoded.
const MAX_PIXELS: u32 = 2048;
/// The limit of elements. An ordinary drawing has hundreds.
const MAX_NODES: u32 = 20_000;

const SVG: &str = "http://www.w3.org/2000/svg";
const RIGHT: &str = "use an SVG or PNG file of at most 64 KiB";

/// The image format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogoKind {
    /// A vector image.
    Svg,
    /// A raster image.
    Png,
}

/// An image that browsers can show.
#[derive(Debug, Clone, PartialEq)]
pub struct Logo {
    /// SVG or PNG.
    pub kind: LogoKind,
    /// Width divided by height, so that the layout reserves its place before it is loaded.
    pub ratio: f64,
    /// The file's content.
    pub bytes: Vec<u8>,
}

impl Logo {
    /// Reads the file.
    pub fn read(path: &str) -> Result<Self, SettingError> {
        let error = |problem: String| {
            let problem = format!("{} {problem}; {RIGHT}", Path::new(path).display());
            SettingError::new("TWINLOCK_LOGO", problem)
        };
        let found = LOGO.look(Path::new(path));
        if let Err(found) = found {
            return Err(SettingError::new("TWINLOCK_LOGO", found.to_string()));
        }
        let bytes = bytes(path).map_err(|source| error(format!("can't be read: {source}")))?;
        Self::new(bytes).map_err(error)
    }

    /// Checks a file's content.
    ///
    /// # Errors
    /// The problem, as the continuation of the file's name.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err("is too large".to_owned());
        }
        let (kind, ratio) = look(&bytes)?;
        Ok(Self { kind, ratio, bytes })
    }
}

/// Reads at most one byte more than the limit, because the path may lead to an endless source.
fn bytes(path: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Detects the format by the content, because a name proves nothing.
fn look(bytes: &[u8]) -> Result<(LogoKind, f64), String> {
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return png(bytes).map(|ratio| (LogoKind::Png, ratio));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("<svg") => svg(text).map(|ratio| (LogoKind::Svg, ratio)),
        _ => Err("is neither SVG nor PNG".to_owned()),
    }
}

/// Decodes the whole image, so that a truncated file is found here and not by users who see no
/// logo.
fn png(bytes: &[u8]) -> Result<f64, String> {
    let broken = |error: png::DecodingError| format!("is a broken PNG ({error})");
    let mut picture = png::Decoder::new(Cursor::new(bytes))
        .read_info()
        .map_err(broken)?;
    let (width, height) = picture.info().size();
    if width.max(height) > MAX_PIXELS {
        return Err(format!(
            "has {width} × {height} pixels, more than {MAX_PIXELS} on a side"
        ));
    }
    while picture.next_row().map_err(broken)?.is_some() {}
    Ok(f64::from(width) / f64::from(height))
}

/// In an `<img>` browsers show only well-formed XML with SVG's namespace at its root.
fn svg(text: &str) -> Result<f64, String> {
    let options = ParsingOptions {
        // Drawing programs often write a document type.
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    // XML may start with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    let document = Document::parse_with_options(text, options)
        .map_err(|error| format!("is a broken SVG ({error})"))?;
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(format!("has no <svg xmlns=\"{SVG}\"> at its root"));
    }
    Ok(ratio(root).unwrap_or(1.0))
}

/// Takes the ratio from the `viewBox`, or else from the size.
fn ratio(root: Node) -> Option<f64> {
    let number = |text: &str| text.trim_end_matches("px").parse::<f64>().ok();
    let sides = root.attribute("viewBox").and_then(|sides| {
        let sides = sides
            .split([' ', ',', '\n', '\t'])
            .filter(|side| !side.is_empty());
        let sides: Vec<f64> = sides.map(number).collect::<Option<_>>()?;
        <[f64; 4]>::try_from(sides).ok()
    });
    let (width, height) = match sides {
        Some([_, _, width, height]) => (width, height),
        None => (
            number(root.attribute("width")?)?,
            number(root.attribute("height")?)?,
        ),
    };
    let ratio = width / height;
    (width > 0.0 && height > 0.0 && ratio.is_finite()).then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const DRAWING: &str =
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>"#;

    fn picture(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer
            .write_image_data(&vec![0; (width * height) as usize])
            .unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn read(bytes: &[u8]) -> Result<Logo, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("logo");
        std::fs::write(&file, bytes).unwrap();
        let path = file.to_str().unwrap();
        Logo::read(path).map_err(|error| {
            let error = error.to_string();
            let (start, end) = (format!("TWINLOCK_LOGO: {path} "), format!("; {RIGHT}"));
            error
                .strip_prefix(&start)
                .and_then(|rest| rest.strip_suffix(&end))
                .unwrap_or_else(|| panic!("{error}"))
                .to_owned()
        })
    }

    #[rstest]
    #[case(DRAWING)]
    #[case(&format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- drawn -->\n{DRAWING}"))]
    #[case(&format!("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">{DRAWING}"))]
    fn a_drawing_is_taken(#[case] text: &str) {
        let logo = read(text.as_bytes()).unwrap();
        assert_eq!(
            (logo.kind, logo.bytes),
            (LogoKind::Svg, text.as_bytes().to_vec())
        );
    }

    #[rstest]
    #[case("viewBox='0 0 48 16'", 3.0)]
    #[case("viewBox='0,0, 48\n16' width='1' height='1'", 3.0)]
    #[case("width='30px' height='60'", 0.5)]
    #[case("width='100%' height='60'", 1.0)]
    #[case("viewBox='0 0 1 0'", 1.0)]
    #[case("viewBox='0 0 1'", 1.0)]
    #[case("", 1.0)]
    fn a_drawing_says_its_form(#[case] attributes: &str, #[case] ratio: f64) {
        let drawing = format!("<svg xmlns='{SVG}' {attributes}/>");
        assert!((read(drawing.as_bytes()).unwrap().ratio - ratio).abs() < f64::EPSILON);
    }

    #[test]
    fn a_picture_is_taken() {
        let bytes = picture(64, 32);
        let logo = read(&bytes).unwrap();
        assert_eq!(
            (logo.kind, logo.ratio, logo.bytes),
            (LogoKind::Png, 2.0, bytes)
        );
    }

    #[rstest]
    #[case(b"", "is neither SVG nor PNG")]
    #[case(b"\xff\xd8\xff\xe0JFIF", "is neither SVG nor PNG")]
    #[case(b"GIF89a<svg", "is a broken SVG")]
    #[case(b"<html><svg/></html>", "has no <svg xmlns")]
    #[case(
        b"<svg viewBox='0 0 1 1'/>",
        "has no <svg xmlns=\"http://www.w3.org/2000/svg\"> at its root"
    )]
    #[case(b"<svg xmlns='http://www.w3.org/2000/svg'>", "is a broken SVG (")]
    #[case(b"<!DOCTYPE svg [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;'>]><svg xmlns='http://www.w3.org/2000/svg'>&e;&e;&e;&e;&e;</svg>", "is a broken SVG (")]
    #[case(b"\x89PNG\r\n\x1a\nnothing more", "is a broken PNG (")]
    #[case(&picture(64, 64)[..60], "is a broken PNG (")]
    #[case(&picture(2049, 1), "has 2049 \u{d7} 1 pixels, more than 2048 on a side")]
    #[case(&vec![b' '; MAX_BYTES + 1], "is too large")]
    fn anything_else_is_named(#[case] bytes: &[u8], #[case] problem: &str) {
        let error = read(bytes).unwrap_err();
        assert!(error.starts_with(problem), "{error}");
    }

    #[rstest]
    #[case(
        "/nowhere/logo.svg",
        "the folder /nowhere for the logo /nowhere/logo.svg does not exist: "
    )]
    #[case("/", "the logo / is a folder and no regular file: ")]
    #[case("/dev/zero", "the logo /dev/zero is a device and no regular file: ")]
    fn what_can_not_be_read_is_named(#[case] path: &str, #[case] words: &str) {
        let error = Logo::read(path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("TWINLOCK_LOGO: {words}")),
            "{error}"
        );
    }

    #[test]
    fn what_has_hardly_an_end_is_too_large() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 40).unwrap();
        let path = file.path().to_str().unwrap();
        let error = Logo::read(path).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("TWINLOCK_LOGO: {path} is too large")),
            "{error}"
        );
    }
}
