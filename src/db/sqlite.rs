//! SQLite: connections to read, one to write, the thread that writes, and the checkpointer.

mod checkpoint;
mod long_reads;
mod readers;
#[cfg(test)]
mod tests;
mod wal;
mod writer;

use std::ops::DerefMut;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::{Duration, Instant};

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::sql_types::Integer;
use diesel::{Connection as _, RunQueryDsl, SqliteConnection};
use tokio::sync::oneshot;

use crate::db::work::{Answer, Work};
use crate::db::{Connection, Load, Told, migrations, work};
use crate::error::Error;
use crate::metrics::METRICS;
use long_reads::LongReads;
use readers::Readers;
use writer::{Change, Run};

/// Pages that are moved in one transaction, so that nobody waits long for it.
const MOVED_PAGES: i32 = 256;
/// Free pages that a file keeps for what is written next.
const SPARE_PAGES: i32 = 64;

type Manager = <Connection as diesel::Connection>::TransactionManager;

/// A database file. Clones share the connections and the threads.
#[derive(Clone)]
pub(super) struct File {
    shared: Arc<Shared>,
    long_reads: LongReads,
    queue: mpsc::Sender<Change>,
    changed: mpsc::SyncSender<()>,
}

/// What a test sets otherwise than a site.
#[derive(Clone, Copy)]
struct Settings {
    /// Bytes of the WAL from which on it is truncated: whoever starts after a crash reads all of it first.
    wal_limit: u64,
    /// Between a change and its checkpoint, so that a page which changes often is moved once.
    settle: Duration,
    /// How long a change waits for another process that writes.
    busy: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { wal_limit: 64 << 20, settle: Duration::from_secs(2), busy: Duration::from_secs(10) }
    }
}

/// What the threads share.
struct Shared {
    path: String,
    settings: Settings,
    /// The connection that writes. It is open as long as any other is: whichever closes last moves the WAL.
    writer: Mutex<Connection>,
    readers: Readers,
    /// Held while a checkpoint runs.
    checkpointing: Mutex<()>,
    /// The WAL is large and nearly all of it is in the file: the writer truncates it after its next commit.
    truncate_due: AtomicBool,
    /// The next transaction may be the first of a WAL that starts over, and counts the file's position up.
    count_due: AtomicBool,
    /// A flush has failed, so nothing is committed until the database has been opened anew.
    flush_failed: AtomicBool,
    closed: AtomicBool,
}

impl File {
    pub(super) fn open(path: &str) -> Result<File, Error> {
        File::open_with(path, Settings::default())
    }

    fn open_with(path: &str, settings: Settings) -> Result<File, Error> {
        if std::path::Path::new(path).is_dir() {
            return Err(Error::Unavailable(format!("cannot open the database {path} (DATABASE_URL): it is a folder")));
        }
        let unusable = |why: Error| {
            let (why, to_do) = (why.to_string(), to_do(path));
            Error::Unavailable(format!("cannot open the database {path} (DATABASE_URL): {why}{to_do}"))
        };
        wal::refuse_foreign(path).map_err(|why| if to_do(path).is_empty() { why } else { unusable(why) })?;
        make_private(path);
        let writer = open(path, Role::Writer, settings).map_err(unusable)?;
        let shared = Arc::new(Shared {
            path: path.into(),
            settings,
            writer: Mutex::new(writer),
            readers: Readers::new(path, settings),
            checkpointing: Mutex::new(()),
            truncate_due: AtomicBool::new(false),
            count_due: AtomicBool::new(true),
            flush_failed: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        });
        let (queue, waiting) = mpsc::channel();
        let (changed, changes) = mpsc::sync_channel(1);
        let (writing, moving, tell) = (shared.clone(), shared.clone(), changed.clone());
        spawn("writer", move || writer::write_what_comes(&writing, &waiting, &tell))?;
        spawn("checkpointer", move || checkpoint::follow(&moving, &changes))?;
        Ok(File { shared, long_reads: LongReads::default(), queue, changed })
    }

    pub(super) fn migrate(&self, told: Told) -> Result<(), Error> {
        let done = self.write_blocking(|connection| migrations::run(connection, &|_| true, told));
        let done = done.and_then(|()| wal::start(&mut *self.shared.writer()?));
        let path = &self.shared.path;
        done.map_err(|why| match why {
            Error::NewerSchema(_) => why,
            // The first that is written: here it shows that the disk is full, or can only be read.
            why => {
                let to_do = to_do(path);
                Error::Unavailable(format!("cannot write to the database {path} (DATABASE_URL): {why}{to_do}"))
            }
        })?;
        // A migration may have written much; whoever reads would look for each page in the WAL first.
        self.shared.truncate(&mut *self.shared.writer()?)
    }

    pub(super) fn fill<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        let mut writer = self.shared.writer()?;
        wal::stop_counting(&mut writer)?;
        crate::db::flush(&mut writer, false)?;
        let done = f(&mut writer)?;
        wal::start(&mut writer)?;
        crate::db::flush(&mut writer, true)?;
        self.shared.count_due.store(true, Ordering::Release);
        Ok(done)
    }

    pub(super) fn read<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        let mut reader = self.shared.readers.get()?;
        work::answered_once(f, |work| diesel::Connection::transaction(&mut *reader, |connection| work(connection)))
    }

    pub(super) fn read_one<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        f(&mut *self.shared.readers.get()?)
    }

    /// [`File::read`] on a thread of its own.
    pub(super) async fn read_long<T, F>(&self, f: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    {
        let file = self.clone();
        self.long_reads.run(move || file.read(f)).await
    }

    pub(super) async fn write<T, F>(&self, f: F, alone: bool) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    {
        work::shown(self.queue(Box::new(|connection| f(connection).map(work::hidden)), alone).await?)
    }

    /// Waits until a change is written, or refused.
    async fn queue(&self, f: Box<Run>, alone: bool) -> Result<Answer, Error> {
        let (answer, answered) = oneshot::channel();
        let stopped = || Error::Unavailable("the writing thread has stopped".into());
        METRICS.write_queue.inc();
        self.queue.send(Change::new(f, alone, answer)).map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }

    pub(super) fn write_blocking<T>(&self, f: impl FnOnce(&mut Connection) -> Result<T, Error>) -> Result<T, Error> {
        work::answered_once(f, |work| self.write_at_once(work))
    }

    fn write_at_once(&self, work: &mut Work<'_>) -> Result<(), Error> {
        let mut connection = self.shared.writer()?;
        self.shared.begin(&mut connection)?;
        match work(&mut connection) {
            Ok(()) => {
                self.shared.commit(&mut connection)?;
                let _ = self.changed.try_send(());
                Ok(())
            }
            Err(error) => {
                Manager::rollback_transaction(&mut *connection)?;
                Err(error)
            }
        }
    }

    /// Moves some of the last pages of the file into free ones, so that it can be cut there with the next checkpoint. Returns
    /// whether there is more to do. A file that was made without this reuses its free pages, but keeps its size.
    pub(super) fn give_room_back(&self) -> Result<bool, Error> {
        self.write_blocking(|connection| {
            let before = free_pages(connection)?;
            if before <= SPARE_PAGES {
                return Ok(false);
            }
            let some = (before - SPARE_PAGES).min(MOVED_PAGES);
            connection.batch_execute(&format!("PRAGMA incremental_vacuum({some})"))?;
            let after = free_pages(connection)?;
            Ok(after < before && after > SPARE_PAGES)
        })
    }

    pub(super) fn raw(&self) -> Result<Box<dyn DerefMut<Target = Connection> + '_>, Error> {
        let mut writer = self.shared.writer()?;
        wal::stop_counting(&mut writer)?;
        Ok(Box::new(writer))
    }

    /// Returns how much it has to do.
    pub(super) fn load(&self) -> Load {
        let (idle, in_use) = self.shared.readers.numbers();
        Load { idle, in_use, wal_bytes: wal::length(&self.shared.path) }
    }

    /// Refuses where nothing can be changed until a flush works again.
    pub(super) fn ready(&self) -> Result<(), Error> {
        match self.flush_failed() {
            true => Err(Error::Unavailable("the last flush failed".into())),
            false => Ok(()),
        }
    }

    /// Waits for whoever reads or writes, moves the WAL into the file and removes it, so that the file alone is whole.
    pub(super) fn close(&self) -> Result<(), Error> {
        let mut writer = lock(&self.shared.writer);
        if self.shared.closed.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let _checkpoint = lock(&self.shared.checkpointing);
        let path = &self.shared.path;
        let all_came_back = self.shared.readers.pause();
        // A WAL of which a flush failed is left as it is: the next start recovers it. See `open_anew`.
        let last = if self.flush_failed() { Some(wal::open_read_only(path)?) } else { None };
        // Closed last, it moves the WAL into the file and removes it.
        *writer = nowhere()?;
        drop(last);
        if wal::is_there(path) {
            let why = match (self.flush_failed(), all_came_back) {
                (true, _) => "the last flush failed",
                (false, false) => "somebody still reads",
                (false, true) => "another program has it open, or the disk is full",
            };
            tracing::warn!(path, why, "closed, but its log stays beside the file: keep the two together");
        } else {
            wal::forget(path);
        }
        Ok(())
    }

    fn flush_failed(&self) -> bool {
        self.shared.flush_failed.load(Ordering::Acquire)
    }
}

impl Shared {
    /// Returns the connection that writes, sound and outside any transaction.
    fn writer(&self) -> Result<MutexGuard<'_, Connection>, Error> {
        let mut writer = lock(&self.writer);
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::Unavailable("the database is closed".into()));
        }
        if self.flush_failed.load(Ordering::Acquire) {
            self.open_anew(&mut writer)?;
        }
        // What panicked, or could not roll back, has left a transaction that nobody ends.
        if !is_idle(&mut writer) {
            *writer = open(&self.path, Role::Writer, self.settings)?;
        }
        Ok(writer)
    }

    /// Begins a transaction that writes. One that reads first would fail half-way with "database is locked" if SQLite
    /// took the write lock at the first write only; so it is taken at the start, where the busy timeout applies.
    fn begin(&self, connection: &mut Connection) -> Result<(), Error> {
        if let Connection::Sqlite(sqlite) = connection {
            diesel::connection::AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
        }
        if self.count_due.swap(false, Ordering::AcqRel)
            && let Err(why) = wal::count(connection)
        {
            self.count_due.store(true, Ordering::Release);
            let _ = Manager::rollback_transaction(connection);
            return Err(why);
        }
        Ok(())
    }

    /// Commits. Where the flush fails, SQLite takes the transaction back, but in the WAL it may stand whole, so that
    /// it would be there after a crash; so it is written over at once with one that changes nothing.
    fn commit(&self, connection: &mut Connection) -> Result<(), NotCommitted> {
        let began = Instant::now();
        let committed = Manager::commit_transaction(connection);
        METRICS.flush_times.observe(began.elapsed().as_secs_f64());
        let Err(error) = committed else { return Ok(()) };
        // Where the disk is full the transaction stands on; it must not meet the next one.
        let _ = Manager::rollback_transaction(connection);
        self.count_due.store(true, Ordering::Release);
        let why = error.to_string();
        if !wal::is_failed_flush(&why) {
            return Err(NotCommitted { why, is_unknown: false });
        }
        tracing::error!(%why, "a flush failed; nothing is committed until the database has been opened anew");
        self.flush_failed.store(true, Ordering::Release);
        Err(NotCommitted { why, is_unknown: wal::count(connection).is_err() })
    }

    /// Opens the database anew after a failed flush. What the system could not write it may have forgotten since, and
    /// then tells no later flush. So the WAL, which was flushed at each commit, is recovered, and with it forgotten how
    /// much of it was in the file already: the next checkpoint moves all of it again.
    fn open_anew(&self, writer: &mut Connection) -> Result<(), Error> {
        // What failed must not be recovered; and a flush has to work.
        wal::count(writer)?;
        let _checkpoint = lock(&self.checkpointing);
        // Whoever closes last moves the WAL into the file. This one cannot.
        let last = wal::open_read_only(&self.path)?;
        if !self.readers.pause() {
            self.readers.resume();
            return Err(Error::Unavailable("a flush failed, and the database is still being read".into()));
        }
        *writer = nowhere()?;
        drop(last);
        let opened = open(&self.path, Role::Writer, self.settings);
        self.readers.resume();
        *writer = opened?;
        self.flush_failed.store(false, Ordering::Release);
        tracing::warn!("the database was opened anew after a failed flush");
        Ok(())
    }
}

/// Why a transaction was not committed.
#[derive(Clone, Debug)]
struct NotCommitted {
    why: String,
    /// It may be there after a crash.
    is_unknown: bool,
}

impl From<NotCommitted> for Error {
    fn from(not: NotCommitted) -> Error {
        if not.is_unknown { Error::CommitUnknown(not.why) } else { Error::Unavailable(not.why) }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Role {
    Reader,
    Writer,
}

/// Opens a connection. FULL: what was answered survives a power cut. The file is mapped, so that all connections share
/// the pages that the kernel keeps; only the one that writes needs a cache of its own, for what a large change touches.
/// Checkpoints are the checkpointer's: SQLite's own would let those who changed something wait.
fn open(path: &str, role: Role, settings: Settings) -> Result<Connection, Error> {
    let mut connection = establish(path)?;
    // First, since what follows may meet a node that has the file locked for a moment.
    connection.batch_execute(&format!("PRAGMA busy_timeout = {}", settings.busy.as_millis()))?;
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) {
        // Of a file that is made just now: what is deleted from it can be given back to the disk, bit by bit. In another it
        // would be written, and wait for whoever writes.
        connection.batch_execute("PRAGMA auto_vacuum = INCREMENTAL")?;
    }
    connection.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; \
         PRAGMA wal_autocheckpoint = 0; PRAGMA mmap_size = 1099511627776;",
    )?;
    if role == Role::Reader {
        connection.batch_execute("PRAGMA query_only = ON; PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY")?;
    }
    Ok(connection)
}

/// Makes a file that is missing, so that its owner alone can read it; SQLite gives what it lays beside the file the same
/// mode. What cannot be made is named by whoever opens it.
fn make_private(path: &str) {
    let mut file = std::fs::OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    if path != ":memory:" && !path.starts_with("file:") {
        let _ = file.open(path);
    }
}

/// Says what keeps a file from being opened or written, with what is to be done, to follow what SQLite says; nothing where that is
/// not to be seen from here.
fn to_do(path: &str) -> String {
    let file = std::path::Path::new(path);
    let folder = match file.parent() {
        Some(folder) if folder.as_os_str().is_empty() => std::path::Path::new("."),
        Some(folder) => folder,
        None => return String::new(),
    };
    if path == ":memory:" || path.starts_with("file:") {
        return String::new();
    }
    let shown = folder.display();
    if !folder.exists() {
        return format!("; there is no folder {shown}: make it first, or name another file");
    }
    // SQLite reads by way of files that it makes beside it, so reading alone takes both as well.
    let for_whom = "run the command as the user to whom the site belongs, on a disk that can be written";
    if file.exists() && std::fs::OpenOptions::new().append(true).open(file).is_err() {
        return format!("; this user may not write to the file, which reading it takes as well: {for_whom}");
    }
    if tempfile::Builder::new().prefix(".amicable").tempfile_in(folder).is_err() {
        return format!("; this user may make no file in {shown}, which SQLite does beside the database: {for_whom}");
    }
    String::new()
}

fn establish(path: &str) -> Result<Connection, Error> {
    let connection = SqliteConnection::establish(path).map_err(|why| Error::Unavailable(why.to_string()))?;
    Ok(Connection::Sqlite(connection))
}

/// Stands in the place of a connection that is closed.
fn nowhere() -> Result<Connection, Error> {
    establish(":memory:")
}

fn free_pages(connection: &mut Connection) -> Result<i32, Error> {
    let number = sql::<Integer>("PRAGMA freelist_count");
    match connection {
        Connection::Sqlite(own) => Ok(number.get_result(own)?),
        Connection::Postgres(_) => Ok(0),
    }
}

fn is_idle(connection: &mut Connection) -> bool {
    matches!(Manager::transaction_manager_status_mut(connection).transaction_depth(), Ok(None))
}

/// Locks; what a thread that panicked held is sound, since [`Shared::writer`] looks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), Error> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    thread.map(|_| ()).map_err(|why| Error::Unavailable(why.to_string()))
}
