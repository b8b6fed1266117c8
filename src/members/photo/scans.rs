//! Whether the scans of a JPEG hold the whole picture (ITU T.81, annexes F and G). Decoders paint what is missing grey, as
//! if nothing were; so each code is read here, and counted, but nothing is made of it.

use std::iter;

/// The zigzag's 64 places of a block, a bit each: those that are not 0 yet.
type Places = u64;

/// Scans that are read. Programs write some ten or twenty; each takes time for the whole picture, however short its data are.
const MAX_SCANS: usize = 64;

/// Whether no scan ends before its last block. What this does not know, such as arithmetic coding, is left to the decoder.
pub(super) fn are_whole(file: &[u8]) -> bool {
    let mut picture = Picture::default();
    picture.read(file).unwrap_or(true)
}

/// What the segments have said so far.
#[derive(Default)]
struct Picture {
    components: Vec<Component>,
    is_progressive: bool,
    /// Of coarse and of fine codes, four each.
    codes: [[Option<Codes>; 4]; 2],
    restart_interval: usize,
    scans: usize,
    /// Of the whole picture.
    units: Size,
}

#[derive(Default, Clone, Copy)]
struct Size {
    wide: usize,
    high: usize,
}

struct Component {
    id: u8,
    /// Blocks of it in a unit of the picture.
    in_unit: Size,
    /// Blocks that hold something of the picture.
    blocks: Size,
    /// Each of its blocks, in rows as wide as the picture's units.
    places: Vec<Places>,
}

/// A scan's part of the picture.
struct Scan {
    /// Components, with the numbers of their coarse and fine codes.
    of: Vec<(usize, usize, usize)>,
    first: u8,
    last: u8,
    /// It adds a bit to what an earlier one has.
    refines: bool,
}

impl Picture {
    /// Reads all segments; nothing where one cannot be understood.
    fn read(&mut self, file: &[u8]) -> Option<bool> {
        let mut at = 2;
        loop {
            let marker = *file.get(at + 1)?;
            if marker == 0xD9 {
                return Some(true);
            }
            let length = usize::from(word(file, at + 2)?);
            let segment = file.get(at + 4..at + 2 + length)?;
            at += 2 + length;
            match marker {
                0xC4 => self.codes(segment)?,
                0xC0..=0xC2 => self.frame(segment, marker == 0xC2)?,
                0xC3..=0xCF => return None,
                0xDD => self.restart_interval = usize::from(word(segment, 0)?),
                0xDA => {
                    self.scans += 1;
                    if self.scans > MAX_SCANS {
                        return Some(false);
                    }
                    let scan = self.scan(segment)?;
                    let data = file.get(at..)?;
                    let is_end = |two: &[u8]| two[0] == 0xFF && !matches!(two[1], 0 | 0xD0..=0xD7 | 0xFF);
                    let end = data.windows(2).position(is_end)?;
                    if !self.follow(&scan, &data[..end])? {
                        return Some(false);
                    }
                    at += end;
                }
                _ => {}
            }
        }
    }

    fn codes(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((kind, rest)) = segment.split_first() {
            let counts = rest.get(..16)?;
            let number: usize = counts.iter().map(|count| usize::from(*count)).sum();
            let symbols = rest.get(16..16 + number)?;
            let of_kind = self.codes.get_mut(usize::from(kind >> 4))?;
            *of_kind.get_mut(usize::from(kind & 15))? = Some(Codes::of(counts, symbols)?);
            segment = &rest[16 + number..];
        }
        Some(())
    }

    fn frame(&mut self, segment: &[u8], is_progressive: bool) -> Option<()> {
        let (height, width) = (usize::from(word(segment, 1)?), usize::from(word(segment, 3)?));
        let told: Vec<(u8, usize, usize)> = segment
            .get(6..)?
            .chunks_exact(3)
            .map(|of| (of[0], usize::from(of[1] >> 4), usize::from(of[1] & 15)))
            .collect();
        let is_odd = |size: &usize| !(1..=4).contains(size);
        let most = |sizes: &mut dyn Iterator<Item = usize>| sizes.max().filter(|most| !is_odd(most));
        let wide = most(&mut told.iter().map(|(_, wide, _)| *wide))?;
        let high = most(&mut told.iter().map(|(_, _, high)| *high))?;
        let is_too_large = (width * height) as u64 > super::PIXELS;
        if is_too_large
            || !self.components.is_empty()
            || told.iter().any(|(_, wide, high)| is_odd(wide) || is_odd(high))
        {
            return None;
        }
        self.units = Size { wide: width.div_ceil(8 * wide), high: height.div_ceil(8 * high) };
        self.is_progressive = is_progressive;
        for (id, in_wide, in_high) in told {
            let in_unit = Size { wide: in_wide, high: in_high };
            let blocks =
                Size { wide: (width * in_wide).div_ceil(8 * wide), high: (height * in_high).div_ceil(8 * high) };
            let all = if is_progressive { self.units.wide * in_wide * self.units.high * in_high } else { 0 };
            self.components.push(Component { id, in_unit, blocks, places: vec![0; all] });
        }
        Some(())
    }

    fn scan(&self, segment: &[u8]) -> Option<Scan> {
        let number = usize::from(*segment.first()?);
        let of = segment.get(1..1 + 2 * number)?.chunks_exact(2).map(|of| {
            let component = self.components.iter().position(|component| component.id == of[0])?;
            Some((component, usize::from(of[1] >> 4), usize::from(of[1] & 15)))
        });
        let of = of.collect::<Option<Vec<_>>>().filter(|of| !of.is_empty())?;
        let rest = segment.get(1 + 2 * number..4 + 2 * number)?;
        let (first, last) = if self.is_progressive { (rest[0], rest[1]) } else { (0, 63) };
        let is_sound = first <= last && last <= 63 && (first == 0 || of.len() == 1);
        is_sound.then_some(Scan { of, first, last, refines: self.is_progressive && rest[2] >> 4 > 0 })
    }

    /// Whether the data of a scan goes as far as the scan does; nothing where it cannot be understood.
    fn follow(&mut self, scan: &Scan, data: &[u8]) -> Option<bool> {
        let mut parts = parted(data);
        let mut bits = Bits::of(parts.next()?);
        // A scan of one component has its blocks in rows, without those that only fill up the picture's units.
        let alone = if let [(component, ..)] = scan.of[..] { Some(component) } else { None };
        let size = alone.map_or(self.units, |component| self.components[component].blocks);
        for number in 0..size.wide * size.high {
            if self.restart_interval > 0 && number > 0 && number % self.restart_interval == 0 {
                let Some(part) = parts.next() else { return Some(false) };
                bits = Bits::of(part);
            }
            let (column, row) = (number % size.wide, number / size.wide);
            for &(component, coarse, fine) in &scan.of {
                let Size { wide, high } = self.components[component].in_unit;
                let across = self.units.wide * wide;
                let blocks = (0..high).flat_map(|down| (0..wide).map(move |right| (down, right)));
                let in_unit = blocks.map(|(down, right)| (row * high + down) * across + column * wide + right);
                let only = alone.map(|_| row * across + column);
                let in_unit = in_unit.take(if alone.is_some() { 0 } else { usize::MAX });
                for place in only.into_iter().chain(in_unit) {
                    let places = self.components[component].places.get_mut(place);
                    let mut unkept = 0;
                    let block = Block { scan, places: places.unwrap_or(&mut unkept) };
                    let (coarse, fine) = (&self.codes[0].get(coarse)?, &self.codes[1].get(fine)?);
                    if block.read(&mut bits, coarse.as_ref(), fine.as_ref(), self.is_progressive).is_none() {
                        return Some(false);
                    }
                }
            }
        }
        Some(true)
    }
}

/// A block as a scan adds to it.
struct Block<'a> {
    scan: &'a Scan,
    places: &'a mut Places,
}

impl Block<'_> {
    /// Reads what the scan has of it; nothing where the data ends before, or holds what is no code.
    fn read(self, bits: &mut Bits, coarse: Option<&Codes>, fine: Option<&Codes>, is_progressive: bool) -> Option<()> {
        let Scan { first, last, refines, .. } = *self.scan;
        if first == 0 && refines {
            bits.take(1)?;
        } else if first == 0 {
            let length = coarse?.next(bits)?;
            bits.take(u32::from(length))?;
        }
        if last == 0 {
            return Some(());
        }
        match (is_progressive, refines) {
            (true, true) => self.refine(bits, fine?),
            _ => self.begin(bits, fine?, first.max(1), is_progressive),
        }
    }

    /// What is seen first of its fine places.
    fn begin(self, bits: &mut Bits, fine: &Codes, first: u8, is_progressive: bool) -> Option<()> {
        if bits.empty_blocks > 0 {
            bits.empty_blocks -= 1;
            return Some(());
        }
        let mut place = first;
        while place <= self.scan.last {
            let code = fine.next(bits)?;
            let (zeros, length) = (code >> 4, code & 15);
            if length == 0 && zeros < 15 {
                let more = if is_progressive { bits.take(u32::from(zeros))? } else { 0 };
                bits.empty_blocks = if is_progressive { (1 << zeros) + more - 1 } else { 0 };
                return Some(());
            }
            place += zeros;
            bits.take(u32::from(length))?;
            if length > 0 && place < 64 {
                *self.places |= 1 << place;
            }
            place += 1;
        }
        Some(())
    }

    /// A bit more of each place that is not 0, and those that no longer are.
    fn refine(self, bits: &mut Bits, fine: &Codes) -> Option<()> {
        let mut place = self.scan.first;
        while bits.empty_blocks == 0 && place <= self.scan.last {
            let code = fine.next(bits)?;
            let (mut zeros, length) = (code >> 4, code & 15);
            if length == 0 && zeros < 15 {
                bits.empty_blocks = (1 << zeros) + bits.take(u32::from(zeros))?;
                break;
            }
            if length > 0 {
                bits.take(1)?;
            }
            while place <= self.scan.last {
                if *self.places >> place & 1 == 1 {
                    bits.take(1)?;
                } else if zeros == 0 {
                    break;
                } else {
                    zeros -= 1;
                }
                place += 1;
            }
            if length > 0 && place <= self.scan.last {
                *self.places |= 1 << place;
            }
            place += 1;
        }
        if bits.empty_blocks > 0 {
            let rest = (place..=self.scan.last).filter(|place| *self.places >> place & 1 == 1).count();
            (0..rest).try_for_each(|_| bits.take(1).map(|_| ()))?;
            bits.empty_blocks -= 1;
        }
        Some(())
    }
}

/// The data of a scan, cut where decoding starts anew.
fn parted(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(data);
    iter::from_fn(move || {
        let data = rest?;
        let cut = data.windows(2).position(|two| two[0] == 0xFF && matches!(two[1], 0xD0..=0xD7));
        rest = cut.map(|cut| &data[cut + 2..]);
        Some(&data[..cut.unwrap_or(data.len())])
    })
}

/// The bits of a part of a scan.
struct Bits<'a> {
    rest: std::slice::Iter<'a, u8>,
    held: u64,
    number: u32,
    /// Blocks that a code has said to hold nothing more.
    empty_blocks: u32,
}

impl Bits<'_> {
    fn of(data: &[u8]) -> Bits<'_> {
        Bits { rest: data.iter(), held: 0, number: 0, empty_blocks: 0 }
    }

    fn fill(&mut self) {
        while self.number <= 48 {
            let Some(byte) = self.rest.next() else { return };
            if *byte == 0xFF {
                // A zero is put behind each, and any number of them may stand before a marker.
                match self.rest.as_slice().first() {
                    Some(0) => self.rest.next(),
                    _ => continue,
                };
            }
            self.held = self.held << 8 | u64::from(*byte);
            self.number += 8;
        }
    }

    /// The next bits as a number, up to 16; nothing where there are not as many.
    fn take(&mut self, number: u32) -> Option<u32> {
        self.fill();
        self.number = self.number.checked_sub(number)?;
        u32::try_from(self.held >> self.number & ((1 << number) - 1)).ok()
    }

    /// The next 16 bits, with zeros where there are not as many.
    fn peek(&mut self) -> usize {
        self.fill();
        let bits = if self.number >= 16 { self.held >> (self.number - 16) } else { self.held << (16 - self.number) };
        (bits & 0xFFFF) as usize
    }
}

/// Codes by the 16 bits that begin with them: their length, and what they stand for.
struct Codes(Vec<(u8, u8)>);

impl Codes {
    fn of(counts: &[u8], symbols: &[u8]) -> Option<Codes> {
        let all: usize = (1..=16).zip(counts).map(|(length, count)| usize::from(*count) << (16 - length)).sum();
        if all > 1 << 16 {
            return None;
        }
        let mut by_bits = Vec::with_capacity(all);
        let lengths = (1..=16u8).zip(counts).flat_map(|(length, count)| iter::repeat_n(length, usize::from(*count)));
        for (length, symbol) in lengths.zip(symbols) {
            by_bits.extend(iter::repeat_n((length, *symbol), 1 << (16 - length)));
        }
        Some(Codes(by_bits))
    }

    fn next(&self, bits: &mut Bits) -> Option<u8> {
        let (length, symbol) = *self.0.get(bits.peek())?;
        bits.take(u32::from(length))?;
        Some(symbol)
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A progressive picture of one block, with so many scans that add a bit each to its first place.
    fn refined(times: usize) -> Vec<u8> {
        let frame = b"\xFF\xC2\0\x0B\x08\0\x08\0\x08\x01\x01\x11\0";
        let codes = [b"\xFF\xC4\0\x14\0\x01".as_slice(), &[0; 15], &[0]].concat();
        let first = b"\xFF\xDA\0\x08\x01\x01\0\0\0\0\0";
        let more = b"\xFF\xDA\0\x08\x01\x01\0\0\0\x10\0".repeat(times);
        [b"\xFF\xD8".as_slice(), frame, &codes, first, &more, b"\xFF\xD9"].concat()
    }

    #[test]
    fn a_picture_has_a_bounded_number_of_scans() {
        assert!(are_whole(&refined(MAX_SCANS - 1)));
        assert!(!are_whole(&refined(MAX_SCANS)));
    }
}
