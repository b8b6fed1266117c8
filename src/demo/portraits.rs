//! Portraits of the demo's members: drawn from the handle, so that every start has the same faces, and nobody's.

use image::RgbImage;
use image::codecs::jpeg::JpegEncoder;
use sha2::{Digest, Sha256};

use crate::db::Connection;
use crate::demo::people::Character;
use crate::error::Error;
use crate::ids::MemberId;
use crate::members::photo::{Photo, SIDES};
use crate::members::store;

type Colour = [u8; 3];

/// Pixels of a side.
const LARGEST: u16 = 192;

const GROUNDS: [Colour; 8] = [
    [233, 180, 160],
    [236, 200, 132],
    [200, 211, 138],
    [150, 203, 168],
    [140, 201, 207],
    [154, 180, 226],
    [190, 165, 224],
    [228, 160, 198],
];
const SKINS: [Colour; 6] =
    [[250, 221, 200], [240, 200, 168], [222, 172, 134], [187, 132, 94], [142, 92, 62], [98, 62, 44]];
const HAIRS: [Colour; 6] = [[38, 30, 28], [74, 48, 34], [120, 78, 44], [186, 138, 76], [166, 82, 44], [176, 174, 172]];
const CLOTHES: [Colour; 6] = [[28, 90, 68], [119, 41, 90], [44, 72, 120], [160, 67, 43], [72, 72, 80], [230, 224, 210]];

/// Gives a portrait to three in five of the members, those with a story first.
///
/// # Errors
/// The database's, or that a portrait cannot be written.
pub fn hang(connection: &mut Connection, people: &[Character]) -> Result<(), Error> {
    let faces = people.iter().enumerate().map(|(place, person)| (place, person, Face::of(&person.handle)));
    let drawn: Vec<(MemberId, Face)> = faces
        .filter(|(place, _, face)| *place < 3 || face.chance(0) % 5 < 3)
        .map(|(_, person, face)| (person.id, face))
        .collect();
    let (some, others) = drawn.split_at(drawn.len() / 2);
    let photos = std::thread::scope(|scope| {
        let beside = scope.spawn(|| photos(others));
        let mut all = photos(some)?;
        all.extend(beside.join().map_err(|_| Error::Internal("a portrait".into()))??);
        Ok::<_, Error>(all)
    })?;
    photos.iter().try_for_each(|(member, photo)| store::set_photo(connection, *member, photo))
}

fn photos(faces: &[(MemberId, Face)]) -> Result<Vec<(MemberId, Photo)>, Error> {
    faces.iter().map(|(member, face)| Ok((*member, face.photo()?))).collect()
}

/// What a portrait looks like: the hash of a handle.
struct Face([u8; 32]);

impl Face {
    fn of(handle: &str) -> Face {
        Face(Sha256::digest(handle.as_bytes()).into())
    }

    fn chance(&self, which: usize) -> usize {
        usize::from(self.0[which % 32])
    }

    fn photo(&self) -> Result<Photo, Error> {
        // The larger one is drawn smaller than a photo, which halves what the start takes.
        let squares = SIDES.map(|side| Ok((side, jpeg(&self.drawn(side.min(LARGEST)))?)));
        let squares = squares.into_iter().collect::<Result<Vec<_>, image::ImageError>>();
        let squares = squares.map_err(|why| Error::Internal(why.to_string()))?;
        let name = self.0.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Ok(Photo { name, squares })
    }

    /// Draws from the back to the front. All lengths are hundredths of the side.
    fn drawn(&self, side: u16) -> RgbImage {
        let pick = |colours: &[Colour], which: usize| colours[self.chance(which) % colours.len()];
        let (skin, hair) = (pick(&SKINS, 2), pick(&HAIRS, 3));
        let (shade, cloth) = (darker(skin), pick(&CLOTHES, 4));
        let style = self.chance(5) % 6;
        let wide = 19.0 + (self.chance(6) % 4) as f32;
        let mut canvas = Canvas::new(side, pick(&GROUNDS, 1));
        match style {
            // Long hair falls behind the shoulders; a bun stands above.
            0 | 1 => canvas.ellipse((50.0, 56.0), (wide + 9.0, 34.0), hair),
            2 => canvas.ellipse((50.0, 13.0), (11.0, 10.0), hair),
            3 => canvas.ellipse((50.0, 38.0), (wide + 11.0, 27.0), hair),
            _ => {}
        }
        canvas.ellipse((50.0, 106.0), (40.0, 32.0), cloth);
        canvas.ellipse((50.0, 76.0), (9.0, 12.0), shade);
        canvas.ellipse((50.0 - wide, 49.0), (4.0, 6.0), shade);
        canvas.ellipse((50.0 + wide, 49.0), (4.0, 6.0), shade);
        // The hair is a cap, of which the face leaves the edge.
        canvas.ellipse((50.0, 41.0), (wide + 3.0, 26.0), if style == 5 { shade } else { hair });
        canvas.ellipse((50.0, 49.0), (wide, 26.0), skin);
        match style {
            0 | 2 => canvas.ellipse((44.0, 25.0), (15.0, 8.0), hair),
            1 | 4 => canvas.ellipse((57.0, 25.0), (15.0, 8.0), hair),
            3 => canvas.ellipse((50.0, 25.0), (17.0, 7.0), hair),
            _ => {}
        }
        self.features(&mut canvas, lighter(skin), darker(shade), if style == 5 { darker(shade) } else { hair });
        canvas.picture
    }

    fn features(&self, canvas: &mut Canvas, lens: Colour, line: Colour, brow: Colour) {
        let apart = 8.0 + (self.chance(7) % 3) as f32;
        for x in [50.0 - apart, 50.0 + apart] {
            canvas.ellipse((x, 42.0 - (self.chance(8) % 2) as f32), (4.2, 1.1), brow);
            if self.chance(9).is_multiple_of(3) {
                canvas.ellipse((x, 48.0), (7.0, 6.2), [60, 56, 54]);
                canvas.ellipse((x, 48.0), (5.8, 5.0), lens);
            }
            canvas.ellipse((x, 48.0), (1.9, 2.4), [34, 28, 26]);
        }
        canvas.ellipse((50.0, 55.0), (1.8, 2.6), line);
        canvas.ellipse((50.0, 63.5), (5.0 + (self.chance(10) % 4) as f32, 1.9), [150, 62, 58]);
    }
}

/// A square to draw on, by runs of pixels: fast also where nothing is optimised.
struct Canvas {
    picture: RgbImage,
    side: f32,
}

impl Canvas {
    fn new(side: u16, ground: Colour) -> Canvas {
        let pixels = ground.repeat(usize::from(side) * usize::from(side));
        let picture = RgbImage::from_raw(side.into(), side.into(), pixels).unwrap_or_default();
        Canvas { picture, side: side.into() }
    }

    fn ellipse(&mut self, (x, y): (f32, f32), (wide, high): (f32, f32), colour: Colour) {
        let unit = self.side / 100.0;
        let (x, y, wide, high) = (x * unit, y * unit, wide * unit, high * unit);
        let last = self.side as i32 - 1;
        for row in ((y - high) as i32).max(0)..=((y + high) as i32).min(last) {
            let away = (row as f32 + 0.5 - y) / high;
            let half = wide * (1.0 - away * away).max(0.0).sqrt();
            self.run(row as usize, (x - half).max(0.0), (x + half).min(self.side), colour);
        }
    }

    /// Fills a row from one place to another; the pixels at its ends are mixed by how much of them it covers.
    fn run(&mut self, row: usize, from: f32, to: f32, colour: Colour) {
        let (first, end) = (from.ceil() as usize, to.floor() as usize);
        let side = self.side as usize;
        let line = &mut self.picture.as_flat_samples_mut().samples[row * side * 3..(row + 1) * side * 3];
        if first > end {
            return;
        }
        for (at, covered) in [(first.wrapping_sub(1), first as f32 - from), (end, to - end as f32)] {
            if let Some(pixel) = line.get_mut(at.wrapping_mul(3)..).and_then(|rest| rest.get_mut(..3)) {
                for (under, over) in pixel.iter_mut().zip(colour) {
                    *under = (f32::from(*under) * (1.0 - covered) + f32::from(over) * covered) as u8;
                }
            }
        }
        line[first * 3..end * 3].as_chunks_mut().0.fill(colour);
    }
}

fn darker(colour: Colour) -> Colour {
    colour.map(|part| (u16::from(part) * 82 / 100) as u8)
}

fn lighter(colour: Colour) -> Colour {
    colour.map(|part| part + (255 - part) / 4)
}

fn jpeg(picture: &RgbImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(picture)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_has_the_same_face_at_every_start() {
        let (one, again) = (Face::of("priya-raman").photo().unwrap(), Face::of("priya-raman").photo().unwrap());
        assert_eq!(one.squares, again.squares);
        assert_ne!(one.squares, Face::of("jonas-weber").photo().unwrap().squares);
    }
}
