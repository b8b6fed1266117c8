//! A file that stands under another name until it is whole.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// How often a file is opened that somebody else puts in its place meanwhile.
const ATTEMPTS: u32 = 100;

/// A file that is being written beside its place, under its name with `.part` behind it. What a killed program left there
/// is written over; what another one writes is left alone.
pub struct Part {
    place: PathBuf,
    path: PathBuf,
    file: File,
    is_kept: bool,
}

impl Part {
    /// Begins a file that is to stand at this place, where there must be none.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where there is one, where another program writes it, or where none can be made.
    pub fn begin(place: &Path) -> Result<Part, Error> {
        let path = PathBuf::from(format!("{}.part", place.display()));
        let unusable = |why: std::io::Error| Error::Unavailable(format!("cannot write {}: {why}", path.display()));
        for _ in 0..ATTEMPTS {
            refuse_taken(place)?;
            let file = open(&path).map_err(unusable)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Unavailable(format!("another program writes {}", path.display())));
                }
                Err(TryLockError::Error(why)) => return Err(unusable(why)),
            }
            // Whoever held it before may have put it in its place, or removed it, between the two.
            if !stands_at(&file, &path).map_err(unusable)? {
                continue;
            }
            let part = Part { place: place.to_owned(), path: path.clone(), file, is_kept: false };
            refuse_taken(place)?;
            make_private(&part.file).and_then(|()| part.file.set_len(0)).map_err(unusable)?;
            return Ok(part);
        }
        Err(Error::Unavailable(format!("{} is another file each time that it is opened", path.display())))
    }

    /// Returns the file, to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Puts the file in its place, once the disk has it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the disk fails, or where somebody has put a file there meanwhile.
    pub fn finish(mut self) -> Result<(), Error> {
        let unusable =
            |why: std::io::Error| Error::Unavailable(format!("cannot finish {}: {why}", self.place.display()));
        self.file.sync_all().map_err(unusable)?;
        refuse_taken(&self.place)?;
        // Before the name changes: what fails from then on would be said of a file that is whole.
        let folder = folder_of(&self.place).map_err(unusable)?;
        std::fs::rename(&self.path, &self.place).map_err(unusable)?;
        self.is_kept = true;
        folder.sync_all().map_err(unusable)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_kept {
            // Left behind, it passes for nothing.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Opens a file as it is, or makes it.
fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Tells whether a file that is open is the one that stands under this name.
#[cfg(unix)]
fn stands_at(file: &File, path: &Path) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let held = file.metadata()?;
    match path.symlink_metadata() {
        Ok(named) => Ok((named.dev(), named.ino()) == (held.dev(), held.ino())),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(why),
    }
}

#[cfg(not(unix))]
fn stands_at(_: &File, path: &Path) -> std::io::Result<bool> {
    path.try_exists()
}

/// Lets nobody else read a file, also one that was left there for others to read.
fn make_private(file: &File) -> std::io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

/// Refuses a place where something stands.
pub(super) fn refuse_taken(place: &Path) -> Result<(), Error> {
    match place.symlink_metadata() {
        Ok(_) => Err(Error::Unavailable(format!("{} is there already, and is not written over", place.display()))),
        Err(_) => Ok(()),
    }
}

/// Opens the folder of a file, to let the disk know of a new name in it.
pub(super) fn folder_of(file: &Path) -> std::io::Result<File> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_has_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("site.zip");
        let part = Part::begin(&place).unwrap();
        part.file().write_all(b"half").unwrap();
        assert!(!place.exists());
        let other = Part::begin(&place).map(|_| ()).unwrap_err().to_string();
        assert!(other.contains("another program writes"), "{other}");
        drop(part);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        // As a killed program leaves it.
        std::fs::write(folder.path().join("site.zip.part"), "a longer half").unwrap();
        let part = Part::begin(&place).unwrap();
        part.file().write_all(b"whole").unwrap();
        part.finish().unwrap();
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "whole");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(Part::begin(&place).is_err());
    }

    #[test]
    fn a_file_that_was_renamed_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.zip.part");
        let file = open(&path).unwrap();
        assert!(stands_at(&file, &path).unwrap());
        std::fs::rename(&path, folder.path().join("site.zip")).unwrap();
        assert!(!stands_at(&file, &path).unwrap());
        open(&path).unwrap();
        assert!(!stands_at(&file, &path).unwrap());
    }

    #[test]
    #[cfg(unix)]
    fn what_others_could_read_becomes_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.zip.part");
        std::fs::write(&path, "half").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let part = Part::begin(&folder.path().join("site.zip")).unwrap();
        assert_eq!(part.file().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn begun_together_only_one_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..200 {
            let place = folder.path().join(format!("{round}.zip"));
            let run = || Part::begin(&place).and_then(Part::finish).is_ok();
            let finished = std::thread::scope(|scope| {
                let all: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
                all.into_iter().map(|one| one.join().unwrap()).filter(|done| *done).count()
            });
            assert_eq!(finished, 1);
        }
    }
}
