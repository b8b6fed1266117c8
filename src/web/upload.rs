//! A file that is uploaded. All but a little of it waits on the disk, so that many at once take no memory.

use std::fs::File;
use std::io::{self, Read, Seek, Write};

use actix_multipart::MultipartConfig;
use actix_web::web;

use crate::error::Error;

/// Bytes of a file that are in memory before they are written, and bytes of its form before they are looked at.
const IN_MEMORY: usize = 16 * 1024;

/// Returns how forms with files are read: a little at a time.
pub fn config() -> MultipartConfig {
    MultipartConfig::new().buffer_limit(IN_MEMORY)
}

/// A file that is uploaded, as far as it has come. It is gone from the disk as soon as nobody holds it any more.
#[derive(Debug, Default)]
pub struct Upload {
    written: Option<File>,
    rest: Vec<u8>,
    length: usize,
}

impl Upload {
    /// Adds what has come.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the disk takes no more.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.rest.extend_from_slice(bytes);
        self.length += bytes.len();
        if self.rest.len() < IN_MEMORY {
            return Ok(());
        }
        let (written, rest) = (self.written.take(), std::mem::take(&mut self.rest));
        let write = move || {
            let mut file = written.map_or_else(tempfile::tempfile, Ok)?;
            file.write_all(&rest)?;
            Ok::<File, io::Error>(file)
        };
        self.written = Some(web::block(write).await?.map_err(|why| Error::Unavailable(why.to_string()))?);
        Ok(())
    }

    /// Returns how many bytes have come.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether nothing has come.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Reads all of it into memory; nothing for the thread that serves.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(self) -> io::Result<Vec<u8>> {
        let mut all = Vec::with_capacity(self.length);
        if let Some(mut file) = self.written {
            file.rewind()?;
            file.read_to_end(&mut all)?;
        }
        all.extend_from_slice(&self.rest);
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_uploaded_is_read_as_it_came() {
        actix_web::rt::System::new().block_on(async {
            let all: Vec<u8> = (0..IN_MEMORY * 3 + 7).map(|at| (at % 251) as u8).collect();
            let mut upload = Upload::default();
            assert!(upload.is_empty());
            for part in all.chunks(10_000) {
                upload.push(part).await.unwrap();
                assert!(upload.rest.len() < IN_MEMORY + 10_000, "little of it is in memory");
            }
            assert_eq!(upload.len(), all.len());
            assert!(upload.read().unwrap() == all);
        });
    }
}
