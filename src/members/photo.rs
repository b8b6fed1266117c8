//! Photos: what a member uploads, made into the squares that pages show. Nothing of the file but its pixels is kept.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{FilterType, thumbnail};
use image::metadata::Orientation;
use image::{DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};
use sha2::{Digest, Sha256};

use crate::language::{number, t, tf};

/// The largest file, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;
/// Pixels of a side, for lists and for profiles; each twice what the style sheet shows, for sharp screens.
pub const SIDES: [u16; 2] = [96, 256];
/// The most pixels: what telephones take today, and what decoding fits into the memory below.
const PIXELS: u64 = 50_000_000;
/// What decoding may take, in bytes.
const MEMORY: u64 = 256 * 1024 * 1024;
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
    if file.is_empty() {
        return Err(t("This file is empty. Choose a picture.").to_owned());
    }
    if file.len() > LARGEST {
        return Err(too_large());
    }
    let format = match image::guess_format(file) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => format,
        _ => return Err(t("This is not a picture that can be used. Choose a JPEG, PNG or WebP file.").to_owned()),
    };
    if hides_something(file, format) {
        return Err(t("This file holds something else besides a picture, so it was not taken.").to_owned());
    }
    let (picture, orientation) = decode(file, format)?;
    let square = square(picture, orientation);
    let damaged = |_: image::ImageError| t("This picture cannot be read. It may be damaged.").to_owned();
    let squares = SIDES
        .map(|side| Ok((side, jpeg(&square, side)?)))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(damaged)?;
    let largest = squares.last().map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
    let name = Sha256::digest(largest).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Ok(Photo { name, squares })
}

/// Why a file of more than [`LARGEST`] bytes is refused.
pub fn too_large() -> String {
    t("This file is larger than 10 MB. Choose a smaller picture.").to_owned()
}

fn decode(file: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), String> {
    let damaged = || t("This picture cannot be read. It may be damaged.").to_owned();
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
    if decoder.total_bytes() > MEMORY {
        return Err(
            t("This picture is too large to be decoded here. Save it with 8 bits a channel, or smaller.").to_owned()
        );
    }
    // Telephones say which way up they were held.
    let orientation = decoder.orientation().map_err(|_| damaged())?;
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| damaged())?;
    Ok((picture, orientation))
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
    let mut rgb = RgbImage::from_pixel(small.width(), small.height(), image::Rgb([255; 3]));
    for (to, from) in rgb.pixels_mut().zip(small.into_rgba8().pixels()) {
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

/// Whether the file is something else as well: an archive, a program or a page, to whoever reads it as that. Its
/// pixels are all that is kept, but nobody uploads such a file in good faith.
fn hides_something(file: &[u8], format: ImageFormat) -> bool {
    let ends = match format {
        ImageFormat::Png => end_of_png(file),
        ImageFormat::WebP => file.get(4..8).and_then(|size| size.try_into().ok()).map(|size| {
            let size = u32::from_le_bytes(size) as usize + 8;
            size + size % 2
        }),
        // Cameras put further pictures and films behind a JPEG, so its end says nothing.
        _ => None,
    };
    let beyond = ends.is_some_and(|end| file.len() > end);
    beyond || is_archive(file) || SIGNS.iter().any(|sign| contains(file, sign))
}

/// How pages, scripts, documents, archives and programs begin. Long enough not to stand in a picture by chance.
const SIGNS: [&[u8]; 9] = [
    b"<script",
    b"<html",
    b"<!doctype",
    b"<?php",
    b"%pdf-1",
    b"rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"pk\x03\x04\x14\x00",
    b"pk\x03\x04\x0a\x00",
];

fn contains(file: &[u8], sign: &[u8]) -> bool {
    file.windows(sign.len()).any(|window| window.eq_ignore_ascii_case(sign))
}

/// Whether the file ends as an archive does (APPNOTE 4.3.16: a record of 22 bytes and its comment).
fn is_archive(file: &[u8]) -> bool {
    let from = file.len().saturating_sub(22 + usize::from(u16::MAX));
    let tail = &file[from..];
    tail.windows(22).enumerate().any(|(at, record)| {
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && at + 22 + comment == tail.len()
    })
}

/// Behind the last chunk.
fn end_of_png(file: &[u8]) -> Option<usize> {
    let mut at = 8;
    loop {
        let length = u32::from_be_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize;
        let kind = file.get(at + 4..at + 8)?;
        at = at.checked_add(length)?.checked_add(12)?;
        if kind == b"IEND" {
            return Some(at);
        }
    }
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
                assert!(!contains(&jpeg, b"exif"));
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
    fn files_that_are_no_pictures_are_refused_with_the_reason() {
        let refused = |file: &[u8]| prepare(file).unwrap_err();
        assert!(refused(b"").contains("empty"));
        assert!(refused(&vec![0; LARGEST + 1]).contains("larger than 10 MB"));
        assert!(refused(b"PK\x03\x04 an archive called photo.png").contains("not a picture"));
        assert!(refused(b"<svg xmlns='http://www.w3.org/2000/svg'/>").contains("not a picture"));
        assert!(refused(&png(20, 20)[..60]).contains("damaged"));
    }

    #[test]
    fn a_picture_that_is_something_else_as_well_is_refused() {
        let behind = |what: &[u8]| prepare(&[png(20, 20), what.to_vec()].concat()).unwrap_err();
        assert!(behind(b"anything").contains("something else"));
        let mut jpeg = Vec::new();
        RgbImage::new(20, 20).write_to(&mut Cursor::new(&mut jpeg), ImageFormat::Jpeg).unwrap();
        let archive = [b"PK\x05\x06".as_slice(), &[0; 18]].concat();
        for hidden in [archive.as_slice(), b"<SCRIPT>alert(1)</SCRIPT>", b"<?php system('id');", b"%PDF-1.7"] {
            assert!(prepare(&[jpeg.as_slice(), hidden].concat()).unwrap_err().contains("something else"));
        }
        // A telephone's film behind its picture is no harm.
        assert!(prepare(&[jpeg.as_slice(), b"\x00\x00\x00\x18ftypmp42"].concat()).is_ok());
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
        })
    }
}
