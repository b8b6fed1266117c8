//! Photos: what a member uploads, made into the squares that pages show. Nothing of the file but its pixels is kept.

mod scans;

use std::borrow::Cow;
use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, thumbnail};
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};
use sha2::{Digest, Sha256};

use crate::language::{number, t, tf};

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Pixels of a side, for lists, for profiles, and to look at; each twice what the style sheet shows, for sharp screens.
pub const SIDES: [u16; 3] = [96, 256, 768];
/// The most pixels: what telephones take today, and what decoding fits into the memory below.
const PIXELS: u64 = 50_000_000;
/// What decoding may take, in bytes. With the file, and with what two hundred that are on their way hold, uploads stay within
/// 256 MB in all.
const MEMORY: u64 = 192 * 1024 * 1024;
/// Of 100: where artefacts no longer show at these sizes.
const QUALITY: u8 = 85;

/// A photo as it is kept.
#[derive(Debug, Clone)]
pub struct Photo {
    /// By content.
    pub name: String,
    /// One for each of [`SIDES`].
    pub squares: Vec<(u16, Vec<u8>)>,
}

/// Makes the squares of an uploaded file; takes up to a second and is nothing for the thread that serves.
///
/// # Errors
/// The sentence that says why the file is refused.
pub fn prepare(file: &[u8]) -> Result<Photo, String> {
    let (picture, orientation) = read(file)?;
    let square = square(picture, orientation);
    let squares = SIDES
        .map(|side| Ok((side, jpeg(&square, side)?)))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_: image::ImageError| damaged())?;
    let largest = squares.last().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
    let name = Sha256::digest(largest).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(Photo { name, squares })
}

/// Decodes an uploaded file within bounds, and says which way up it is.
///
/// # Errors
/// The sentence that says why the file is refused.
pub fn read(file: &[u8]) -> Result<(DynamicImage, Orientation), String> {
    if file.is_empty() {
        return Err(t("Choose a picture first.").to_owned());
    }
    if file.len() > MAX_BYTES {
        return Err(too_large());
    }
    let format = match image::guess_format(file) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => format,
        _ => return Err(t("This is not a picture that can be used. Choose a JPEG, PNG or WebP file.").to_owned()),
    };
    let picture = picture(file, format).ok_or_else(damaged)?;
    decode(&picture, format)
}

/// Why a file that breaks off is refused.
pub fn damaged() -> String {
    t("This picture cannot be read. It may be damaged.").to_owned()
}

/// Why a file of more than [`MAX_BYTES`] bytes is refused.
pub fn too_large() -> String {
    t("This file is larger than 10 MB. Choose a smaller picture.").to_owned()
}

fn decode(file: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), String> {
    let reader = || ImageReader::with_format(Cursor::new(file), format);
    // What a header claims is looked at before anything is made of that size.
    let (width, height) = reader().into_dimensions().map_err(|_| damaged())?;
    if u64::from(width) * u64::from(height) > PIXELS {
        let size = (&number(width), &number(height));
        return Err(tf(
            "This picture has {width} × {height} pixels, which is too large. 50 million is the most.",
            size,
        ));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = reader();
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| damaged())?;
    // The limits above do not bound the picture itself: of 16 bits a channel it takes twice as much.
    let beside = u64::from(width) * u64::from(height) * bytes_beside(file, format);
    if decoder.total_bytes() + beside > MEMORY {
        return Err(
            t("This picture is too large to be decoded here. Save it with 8 bits a channel, or smaller.").to_owned()
        );
    }
    if format == ImageFormat::Jpeg && !scans::are_whole(file) {
        return Err(damaged());
    }
    // Telephones say which way up they were held.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| damaged())?;
    Ok((picture, orientation))
}

/// Bytes that decoding takes for each pixel, beside the picture itself: coefficients of all scans of a JPEG that shows coarse
/// first, and the planes of WebP.
fn bytes_beside(file: &[u8], format: ImageFormat) -> u64 {
    match format {
        ImageFormat::Jpeg => channels_of_progressive(file).map_or(0, |channels| u64::from(channels) * 2),
        ImageFormat::WebP => 4,
        _ => 0,
    }
}

/// How many channels a JPEG has that is not coded in one pass (its frame is none of SOF0 and SOF1).
fn channels_of_progressive(file: &[u8]) -> Option<u8> {
    let mut at = 2;
    loop {
        let (marker, length) = (*file.get(at + 1)?, file.get(at + 2..at + 4)?);
        match marker {
            0xC0 | 0xC1 => return None,
            0xC2..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => return file.get(at + 9).copied(),
            0xDA => return None,
            _ => at += 2 + usize::from(u16::from_be_bytes(length.try_into().ok()?)),
        }
    }
}

/// The middle of the picture, upright, on white where it is transparent. The picture is not copied, but let go as soon as
/// something small is made of it.
fn square(picture: DynamicImage, orientation: Orientation) -> RgbImage {
    let side = picture.width().min(picture.height());
    let (left, top) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    let most = u32::from(SIDES[SIDES.len() - 1]);
    let middle = picture.view(left, top, side, side);
    // Averaging first makes the fine filter cheap for what a telephone takes.
    let small = if side > most * 4 { thumbnail(&*middle, most * 2, most * 2) } else { middle.to_image() };
    drop(picture);
    let mut small = DynamicImage::ImageRgba8(small);
    small.apply_orientation(orientation);
    on_white(&small.into_rgba8())
}

/// Lays a picture on white.
pub fn on_white(picture: &RgbaImage) -> RgbImage {
    let mut rgb = RgbImage::from_pixel(picture.width(), picture.height(), image::Rgb([255; 3]));
    for (to, from) in rgb.pixels_mut().zip(picture.pixels()) {
        let alpha = u16::from(from[3]);
        for (to, from) in to.0.iter_mut().zip(&from.0[..3]) {
            *to = u8::try_from((u16::from(*from) * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        }
    }
    rgb
}

fn jpeg(square: &RgbImage, side: u16) -> Result<Vec<u8>, image::ImageError> {
    let resized = image::imageops::resize(square, u32::from(side), u32::from(side), FilterType::CatmullRom);
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&resized)?;
    Ok(bytes)
}

/// What of a file makes the picture, without what else is in it or behind it; nothing where it breaks off. Profiles of
/// colours, comments and the like are left out before anybody makes room for them.
fn picture(file: &[u8], format: ImageFormat) -> Option<Cow<'_, [u8]>> {
    match format {
        ImageFormat::Jpeg => picture_of_jpeg(file),
        ImageFormat::Png => picture_of_png(file),
        _ => picture_of_webp(file),
    }
}

/// The segments that decoding needs, up to the end of the image (ITU T.81, annex B).
fn picture_of_jpeg(file: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut kept = Vec::with_capacity(file.len());
    kept.extend_from_slice(file.get(..2)?);
    let mut at = 2;
    loop {
        // Any number of 0xFF may stand before a marker; what else does is of no use to anybody.
        at += file.get(at..)?.windows(2).position(|two| two[0] == 0xFF && !matches!(two[1], 0 | 0xFF))?;
        let marker = *file.get(at + 1)?;
        if marker == 0xD9 {
            kept.extend_from_slice(&[0xFF, 0xD9]);
            return Some(Cow::Owned(kept));
        }
        // Markers without a length.
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            at += 2;
            continue;
        }
        // The length counts its own two bytes.
        let length = u16::from_be_bytes(file.get(at + 2..at + 4)?.try_into().ok()?);
        let length = Some(usize::from(length)).filter(|length| *length >= 2)?;
        let segment = file.get(at..at + 2 + length)?;
        at += segment.len();
        if is_needed(marker, segment) {
            kept.extend_from_slice(segment);
        }
        if marker == 0xDA {
            let scan = file.get(at..)?;
            let end = scan.windows(2).position(|two| two[0] == 0xFF && !matches!(two[1], 0 | 0xD0..=0xD7 | 0xFF))?;
            kept.extend_from_slice(&scan[..end]);
            at += end;
        }
    }
}

/// Whether a segment says how to decode: all but those for applications and comments, of which JFIF's and Adobe's say which
/// colours, and Exif's first says which way up.
fn is_needed(marker: u8, segment: &[u8]) -> bool {
    match marker {
        0xE0 | 0xEE => true,
        0xE1 => segment[4..].starts_with(b"Exif\0\0"),
        0xE2..=0xEF | 0xFE => false,
        _ => true,
    }
}

/// The chunks that decoding needs, and Exif's, up to the last (PNG, third edition, 11).
fn picture_of_png(file: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut kept = Vec::with_capacity(file.len());
    kept.extend_from_slice(file.get(..8)?);
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize;
        let chunk = file.get(at..at.checked_add(length)?.checked_add(12)?)?;
        at += chunk.len();
        let kind = &chunk[4..8];
        // A small letter at the beginning says that a picture can do without.
        let is_exif = kind == b"eXIf" && length <= usize::from(u16::MAX);
        if kind[0].is_ascii_uppercase() || kind == b"tRNS" || is_exif {
            kept.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(Cow::Owned(kept));
        }
    }
}

/// The file up to where its head says it ends.
fn picture_of_webp(file: &[u8]) -> Option<Cow<'_, [u8]>> {
    let size = u32::from_le_bytes(file.get(4..8)?.try_into().ok()?) as usize;
    file.get(..size.checked_add(8)?).map(Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_picture_becomes_squares_without_anything_else_of_the_file() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
            let mut file = Vec::new();
            image::load_from_memory(&png(300, 200))
                .unwrap()
                .to_rgb8()
                .write_to(&mut Cursor::new(&mut file), format)
                .unwrap();
            let photo = prepare(&file).unwrap();
            for (side, jpeg) in photo.squares {
                let square = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
                assert_eq!((square.width(), square.height()), (u32::from(side), u32::from(side)));
                assert!(!jpeg.windows(4).any(|four| four == b"Exif"));
            }
        }
        assert!(prepare(&png(1, 1)).is_ok());
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_is_refused_by_its_header() {
        let mut bomb = png(8, 8);
        for at in [16, 20] {
            bomb[at..at + 4].copy_from_slice(&40_000u32.to_be_bytes());
        }
        let crc = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(prepare(&bomb).unwrap_err().contains("40,000 × 40,000 pixels"));
    }

    #[test]
    fn a_picture_within_the_pixels_is_refused_where_its_channels_would_fill_the_memory() {
        let mut deep = png(8, 8);
        for at in [16, 20] {
            deep[at..at + 4].copy_from_slice(&7_071u32.to_be_bytes());
        }
        // 16 bits a channel, of which there are four.
        (deep[24], deep[25]) = (16, 6);
        let crc = crc32(&deep[12..29]);
        deep[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(prepare(&deep).unwrap_err().contains("8 bits a channel"));
    }

    #[test]
    fn a_progressive_picture_is_refused_where_its_coefficients_would_fill_the_memory() {
        let of_size = |marker: u8, side: u16| {
            let mut file = noisy(ImageFormat::Jpeg);
            let at = file.windows(2).position(|two| two == [0xFF, 0xC0]).unwrap();
            file[at + 1] = marker;
            file[at + 5..at + 7].copy_from_slice(&side.to_be_bytes());
            file[at + 7..at + 9].copy_from_slice(&side.to_be_bytes());
            prepare(&file).err().unwrap_or_default()
        };
        // 25 million pixels: 75 MB of them, and 150 MB of coefficients.
        assert!(of_size(0xC2, 5_000).contains("too large to be decoded"));
        assert!(!of_size(0xC0, 5_000).contains("too large to be decoded"));
        assert!(!of_size(0xC2, 4_000).contains("too large to be decoded"));
    }

    #[test]
    fn files_that_are_no_pictures_are_refused_with_the_reason() {
        let refused = |file: &[u8]| prepare(file).unwrap_err();
        assert!(refused(b"").contains("first"));
        assert!(refused(&vec![0; MAX_BYTES + 1]).contains("larger than 10 MB"));
        assert!(refused(b"PK\x03\x04 an archive called photo.png").contains("not a picture"));
        assert!(refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>").contains("not a picture"));
        assert!(refused(&png(20, 20)[..60]).contains("damaged"));
    }

    /// A picture in which no row is like another, as a file of a format.
    fn noisy(format: ImageFormat) -> Vec<u8> {
        let mut chance = 7u32;
        let picture = RgbImage::from_fn(120, 90, |_, _| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [r, g, b, _] = chance.to_be_bytes();
            image::Rgb([r, g, b])
        });
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    const FORMATS: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

    #[test]
    fn a_picture_that_breaks_off_is_refused_wherever_it_does() {
        for format in FORMATS {
            let file = noisy(format);
            assert!(prepare(&file).is_ok(), "{format:?}");
            for percent in [2, 10, 25, 50, 75, 90, 99] {
                let part = &file[..file.len() * percent / 100];
                assert!(prepare(part).unwrap_err().contains("damaged"), "{format:?} {percent}");
            }
            assert!(prepare(&file[..file.len() - 3]).is_err(), "{format:?}");
        }
    }

    /// Such as a download that broke off and was ended by whoever repaired it.
    #[test]
    fn a_jpeg_that_ends_before_its_picture_does_is_refused() {
        let progressive = include_bytes!("photo/progressive.jpg").as_slice();
        for file in [noisy(ImageFormat::Jpeg).as_slice(), progressive] {
            assert!(prepare(file).is_ok());
            for percent in [45, 50, 65, 70, 80, 90, 95] {
                let part = &file[..file.len() * percent / 100];
                for behind in [b"\xFF\xD9".as_slice(), b"U\xAAU\xAA\xFF\xD9", b"\xFF\xD9 more"] {
                    let torn = [part, behind].concat();
                    assert!(prepare(&torn).unwrap_err().contains("damaged"), "{percent} {behind:?}");
                }
            }
        }
    }

    #[test]
    fn bytes_behind_a_picture_change_nothing() {
        let archive = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
        let film = b"\x00\x00\x00\x18ftypmp42".as_slice();
        for format in FORMATS {
            let file = noisy(format);
            let name = prepare(&file).unwrap().name;
            for behind in
                [archive.as_slice(), film, b"<script>alert(1)</script>", b"%PDF-1.7", b"\xFF\xD9\n", &noisy(format)]
            {
                assert_eq!(prepare(&[&file, behind].concat()).unwrap().name, name, "{format:?}");
            }
        }
    }

    #[test]
    fn words_and_profiles_within_a_picture_change_nothing() {
        let jpeg = noisy(ImageFormat::Jpeg);
        let segment = |marker: u8, what: &[u8]| {
            let length = u16::try_from(what.len() + 2).unwrap().to_be_bytes();
            [&[0xFF, marker], length.as_slice(), what].concat()
        };
        let profile = [b"ICC_PROFILE\0\x01\xFF".as_slice(), &[9; 60_000]].concat();
        let more = [
            segment(0xFE, b"<?php system('id'); <html> %PDF-1.7"),
            segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<script>"),
            segment(0xE1, b"Exif\0\0torn"),
            segment(0xE2, &profile).repeat(100),
        ];
        let with_more = [&jpeg[..2], &more.concat(), &jpeg[2..]].concat();
        assert_eq!(prepare(&with_more).unwrap().name, prepare(&jpeg).unwrap().name);
        assert!(picture(&with_more, ImageFormat::Jpeg).unwrap().len() < jpeg.len() + 100);

        let png = noisy(ImageFormat::Png);
        let chunk = |kind: &[u8; 4], what: &[u8]| {
            let of = [kind.as_slice(), what].concat();
            [&u32::try_from(what.len()).unwrap().to_be_bytes(), of.as_slice(), &crc32(&of).to_be_bytes()].concat()
        };
        let more = [
            chunk(b"iCCP", &[7; 100_000]),
            chunk(b"tEXt", b"Comment\0<script>"),
            chunk(b"zTXt", b"torn"),
            chunk(b"eXIf", b"torn"),
        ];
        let with_more = [&png[..33], &more.concat(), &png[33..]].concat();
        assert_eq!(prepare(&with_more).unwrap().name, prepare(&png).unwrap().name);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
        })
    }
}
