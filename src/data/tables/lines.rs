//! Rows as lines of JSON, an array of the values a row: both engines write the same, and read it back exactly.

use crate::ids::Id;

/// A value of a row.
pub(super) trait Cell {
    /// Writes it as JSON.
    fn write(&self, out: &mut Vec<u8>);
}

macro_rules! as_json {
    ($($kind:ty),*) => { $(
        impl Cell for $kind {
            fn write(&self, out: &mut Vec<u8>) {
                // Writing to memory does not fail, and neither do numbers and texts.
                let _ = serde_json::to_writer(out, self);
            }
        }
    )* };
}
as_json!(bool, i16, i32, i64, String);

impl<I: Id> Cell for I {
    fn write(&self, out: &mut Vec<u8>) {
        self.get().write(out);
    }
}

impl<T: Cell> Cell for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.write(out),
            None => out.extend(b"null"),
        }
    }
}

/// Bytes are hexadecimal digits.
impl Cell for Vec<u8> {
    fn write(&self, out: &mut Vec<u8>) {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        out.push(b'"');
        for byte in self {
            out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        out.push(b'"');
    }
}

/// Adds a row as a line.
pub(super) fn push_line(out: &mut Vec<u8>, cells: &[&dyn Cell]) {
    let mut before = b'[';
    for cell in cells {
        out.push(before);
        cell.write(out);
        before = b',';
    }
    out.extend(b"]\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_array_of_its_values() {
        let mut out = Vec::new();
        let (text, bytes) = ("a \"b\"\n".to_owned(), vec![0u8, 171]);
        push_line(&mut out, &[&7i64, &text, &None::<i64>, &Some(true), &bytes]);
        assert_eq!(String::from_utf8(out).unwrap(), "[7,\"a \\\"b\\\"\\n\",null,true,\"00ab\"]\n");
    }
}
