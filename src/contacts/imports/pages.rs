//! *Import*: choose a file, see what it holds, confirm it, and take it back.

use std::sync::{Arc, LazyLock};

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use encoding_rs::Encoding;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::contacts::import::columns::{TARGETS, Target};
use crate::contacts::import::{self, Choices, Damaged, MAX_BYTES, Read};
use crate::contacts::imports::upload::Arrived;
use crate::contacts::imports::{self, Confirmed, Import, Report, Restored, Upload, pack, unpack, upload as sent};
use crate::contacts::pages::kept_more;
use crate::contacts::store::MAX_CONTACTS;
use crate::dates::{civil, now};
use crate::error::Error;
use crate::ids::{ImportId, MemberId};
use crate::language::filters;
use crate::language::{Context, listed, number, t, tf};
use crate::limits::{self, Limit, Subject};
use crate::web::form::{Form, Problems, Query};
use crate::web::page::{Layout, Redirect, Render, SignedIn};
use crate::web::site::SiteData;

/// A file may take much memory while it is read, so there is one at a time.
static ONE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(1)));
/// Skipped rows on a page.
const LISTED: usize = 100;

/// The encodings that people may choose, with the writings that they are for.
const ENCODINGS: [&str; 16] = [
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1252",
    "macintosh",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "Shift_JIS",
    "GBK",
    "Big5",
    "EUC-KR",
    "ISO-8859-15",
];

#[derive(Template)]
#[template(path = "contacts/import.html")]
struct Choose {
    page: Layout,
    problems: Problems,
    history: Vec<Import>,
}

impl Choose {
    fn hint(&self) -> String {
        tf(
            "LinkedIn (the CSV or the whole ZIP), Google, Outlook, Thunderbird, vCard, or any CSV file, up to {megabytes} MB and {rows} rows.",
            (&number((MAX_BYTES / 1_000_000) as i64), &number(import::MAX_ROWS as i64)),
        )
    }
}

/// `GET /contacts/import`
///
/// # Errors
/// The database's.
pub async fn form(site: SiteData, page: Layout, me: SignedIn) -> Result<HttpResponse, Error> {
    choose(&site, page, me.id, Problems::default()).await
}

async fn choose(site: &SiteData, page: Layout, me: MemberId, problems: Problems) -> Result<HttpResponse, Error> {
    let again = problems.any();
    let history = site.read_one(move |connection| imports::history(connection, me)).await?;
    let choose = Choose { page, problems, history };
    choose.show_checked(again)
}

/// Shows the form again to whoever cannot be served now.
async fn choose_later(site: &SiteData, page: Layout, me: MemberId, why: &Error) -> Result<HttpResponse, Error> {
    let mut problems = Problems::default();
    problems.add("file", why.title_and_sentence().1);
    let history = site.read_one(move |connection| imports::history(connection, me)).await?;
    Choose { page, problems, history }.show_refused(why)
}

/// The turn of a file to be read. It lasts until what was read is stored, also when the browser hangs up.
async fn turn() -> Result<OwnedSemaphorePermit, Error> {
    ONE.clone().acquire_owned().await.map_err(|why| Error::Unavailable(why.to_string()))
}

/// Does off the async threads what takes long.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let context = Context::current();
    Ok(web::block(move || context.within(work)).await?)
}

fn today() -> jiff::civil::Date {
    civil(now()).unwrap_or(jiff::civil::Date::MAX)
}

/// What was read, with its turn.
struct Turned<T> {
    read: T,
    _turn: OwnedSemaphorePermit,
}

/// Reads a file that was packed.
async fn read_packed(
    turn: OwnedSemaphorePermit,
    packed: Vec<u8>,
    choices: Choices,
) -> Result<Result<Turned<Read>, Damaged>, Error> {
    let work = move || {
        let read = import::read_unpacked(&unpack(&packed)?, &choices, today());
        Ok(read.map(|read| Turned { read, _turn: turn }))
    };
    aside(work).await?
}

/// Reads a file that has arrived.
fn open(arrived: Arrived, turn: OwnedSemaphorePermit) -> Result<Result<Turned<(Upload, Read)>, Damaged>, Error> {
    let (file_name, file) = arrived.read().map_err(|why| Error::Internal(why.to_string()))?;
    let list = match import::open(&file) {
        Ok(list) => list,
        Err(damaged) => return Ok(Err(damaged)),
    };
    let read = match import::read_unpacked(&list, &Choices::default(), today()) {
        Ok(read) => read,
        Err(damaged) => return Ok(Err(damaged)),
    };
    let upload = Upload { packed: pack(&list)?, file_name };
    Ok(Ok(Turned { read: (upload, read), _turn: turn }))
}

/// `POST /contacts/import`: reads the file and shows what it holds.
///
/// # Errors
/// The database's.
pub async fn upload(
    request: HttpRequest,
    site: SiteData,
    page: Layout,
    me: SignedIn,
    form: Multipart,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let id = me.id;
    let sent = match sent::file(id, &request, form).await {
        Err(why @ Error::ManyFiles) => return choose_later(&site, page, id, &why).await,
        sent => sent?,
    };
    let opened = match sent {
        Ok(arrived) => {
            // Nothing is read for whoever may store nothing.
            site.read(move |connection| limits::check(connection, Limit::Imports, &Subject::member(id))).await?;
            let turn = turn().await?;
            aside(move || open(arrived, turn)).await??.map_err(|damaged| damaged.sentence())
        }
        Err(sentence) => Err(sentence),
    };
    match opened {
        Ok(opened) => {
            let opened = Arc::new(opened);
            let compared = opened.clone();
            let preview = site.read_long(move |connection| imports::preview(connection, id, &compared.read.1)).await?;
            let preview = Arc::new(preview);
            let store = move |connection: &mut _| {
                let (upload, read) = &opened.read;
                imports::begin(connection, id, upload, (read, &preview))
            };
            let draft = site.write_bulk(store).await?;
            Ok(redirect.to(&address(draft)))
        }
        Err(sentence) => {
            let mut problems = Problems::default();
            problems.add("file", sentence);
            choose(&site, page, id, problems).await
        }
    }
}

fn address(id: ImportId) -> String {
    format!("/contacts/import/{id}")
}

#[derive(Template)]
#[template(path = "contacts/preview.html")]
struct Preview {
    page: Layout,
    import: Import,
    report: Report,
    /// The first skipped row that is shown.
    from: usize,
    problems: Problems,
}

impl Preview {
    fn skipped(&self) -> &[Damaged] {
        let rows = self.report.skipped.get(self.from..).unwrap_or_default();
        &rows[..rows.len().min(LISTED)]
    }

    /// Which of the skipped rows are shown; nothing where these are all.
    fn range(&self) -> String {
        let (shown, all) = (self.skipped().len(), self.report.skipped.len());
        if shown == all {
            return String::new();
        }
        if shown == 1 {
            return tf("{n} of {all}", (&number(all), &number(all)));
        }
        let (first, last) = (number(self.from + 1), number(self.from + shown));
        tf("{first}–{last} of {all}", (&first, &last, &number(all)))
    }

    fn previous(&self) -> Option<String> {
        (self.from > 0).then(|| format!("skipped={}", self.from.saturating_sub(LISTED)))
    }

    fn next(&self) -> Option<String> {
        let next = self.from + LISTED;
        (next < self.report.skipped.len()).then(|| format!("skipped={next}"))
    }

    fn encodings(&self) -> [(&'static str, String); 16] {
        ENCODINGS.map(|name| (name, tf("{writing} ({encoding})", (writing(name), name))))
    }

    fn targets(&self) -> impl Iterator<Item = &'static Target> {
        TARGETS.iter().map(|(target, _)| target)
    }

    /// Whether what is shown may be wrong, so that the choices stand open: not where somebody has made them.
    fn is_doubtful(&self) -> bool {
        let nobody = self.import.new_rows + self.import.known_rows == 0;
        let is_unsure = nobody || !self.report.has_header || !self.report.left_out().is_empty();
        let is_chosen = !nobody && !self.import.choices().columns.is_empty();
        let is_about_columns = !self.report.columns.is_empty() && is_unsure && !is_chosen;
        let lines = [&self.report.unreadable, &self.report.days, &self.report.birthdays];
        let has_unread = lines.into_iter().any(|lines| !lines.is_empty());
        self.problems.any() || self.report.is_guessed || has_unread || is_about_columns
    }

    /// Says which lines have letters that are left out; nothing where there are none.
    fn unreadable(&self) -> Option<String> {
        let lines: Vec<String> = self.report.unreadable.iter().map(|line| line.to_string()).collect();
        let sentence = || tf("Letters on these lines cannot be read, and are left out: {lines}", listed(&lines));
        (!lines.is_empty()).then(sentence)
    }

    /// Says which lines have days that are left out; nothing where there are none.
    fn days(&self) -> Option<String> {
        let lines: Vec<String> = self.report.days.iter().map(|line| line.to_string()).collect();
        let sentence = || tf("Days on these lines cannot be read, and are left out: {lines}", listed(&lines));
        (!lines.is_empty()).then(sentence)
    }

    /// Says which lines have birthdays that are left out; nothing where there are none.
    fn birthdays(&self) -> Option<String> {
        let lines: Vec<String> = self.report.birthdays.iter().map(|line| line.to_string()).collect();
        let sentence = || tf("Birthdays on these lines cannot be read, and are left out: {lines}", listed(&lines));
        (!lines.is_empty()).then(sentence)
    }

    /// Says which columns are not read; nothing where all are.
    fn left_out(&self) -> Option<String> {
        let names = self.report.left_out();
        (!names.is_empty()).then(|| tf("These columns are left out: {columns}", listed(&names)))
    }
}

/// What people write in an encoding.
fn writing(encoding: &str) -> &'static str {
    match encoding {
        "windows-1250" => t("Central European"),
        "windows-1251" => t("Cyrillic"),
        "windows-1253" => t("Greek"),
        "windows-1254" => t("Turkish"),
        "windows-1255" => t("Hebrew"),
        "windows-1256" => t("Arabic"),
        "Shift_JIS" => t("Japanese"),
        "GBK" | "Big5" => t("Chinese"),
        "EUC-KR" => t("Korean"),
        "windows-1252" | "ISO-8859-15" | "macintosh" => t("Western European"),
        _ => t("All languages"),
    }
}

#[derive(Template)]
#[template(path = "contacts/imported.html")]
struct Imported {
    page: Layout,
    import: Import,
}

#[derive(Template)]
#[template(path = "contacts/no_import.html")]
struct NoImport {
    page: Layout,
}

/// `GET /contacts/import/{id}`: the preview of a draft, and once it is confirmed its result.
///
/// # Errors
/// The database's.
pub async fn preview(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ImportId>,
    Query(query): Query,
) -> Result<HttpResponse, Error> {
    let from = query.get("skipped").parse().unwrap_or(0);
    show(site, page, me.id, *id, from, Problems::default()).await
}

async fn show(
    site: SiteData,
    page: Layout,
    me: MemberId,
    id: ImportId,
    from: usize,
    problems: Problems,
) -> Result<HttpResponse, Error> {
    let read = site
        .read(move |connection| {
            let import = imports::find(connection, me, id)?;
            let report = if import.confirmed_at.is_none() { Some(imports::report(connection, me, id)?) } else { None };
            Ok((import, report))
        })
        .await;
    match read {
        Ok((import, Some(report))) => {
            let again = problems.any();
            let preview = Preview { page, import, report, from, problems };
            preview.show_checked(again)
        }
        Ok((import, None)) => Imported { page, import }.show(),
        Err(Error::NotFound) => NoImport { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => Err(why),
    }
}

/// The stored file of a draft with what was chosen about it; nothing where it is confirmed.
async fn stored(site: &SiteData, me: MemberId, id: ImportId) -> Result<Option<(Import, Vec<u8>)>, Error> {
    site.read_long(move |connection| {
        let import = imports::find(connection, me, id)?;
        if import.confirmed_at.is_some() {
            return Ok(None);
        }
        Ok(Some((import, imports::upload(connection, me, id)?)))
    })
    .await
}

/// `POST /contacts/import/{id}`: stores everybody who is new.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn confirm(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ImportId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, id) = (me.id, *id);
    let (revision, shown) = (form.get("revision").parse().unwrap_or(-1), form.get("shown").to_owned());
    let seen = imports::Page { import: id, revision, shown };
    let turn = turn().await?;
    let (import, packed) = match stored(&site, me, id).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Ok(redirect.to(&address(id))),
        Err(Error::NotFound) => return NoImport { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => return Err(why),
    };
    // It was read before with the same choices, so it can be read.
    let read = read_packed(turn, packed, import.choices()).await?.map_err(|why| Error::Internal(why.to_string()))?;
    let read = Arc::new(read);
    match site.write_bulk(move |connection| imports::confirm(connection, me, &seen, &read.read)).await? {
        Confirmed::Done => {}
        Confirmed::ReadAnew => {
            redirect.refused(t("The file was read in another way since. Look again, then confirm."));
        }
        Confirmed::BookChanged => {
            redirect.refused(t("Your address book was changed since. Look again, then confirm."));
        }
        Confirmed::NoRoom(number_now) => {
            let (now, most) = (number(number_now), number(MAX_CONTACTS as i64));
            redirect.refused(tf("You have {number} of {most} contacts, so these do not fit.", (&now, &most)));
        }
    }
    Ok(redirect.to(&address(id)))
}

/// `POST /contacts/import/{id}/read`: reads the file again, in another encoding or with other columns.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn read_again(
    site: SiteData,
    page: Layout,
    me: SignedIn,
    id: Path<ImportId>,
    form: Form,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, id) = (me.id, *id);
    let turn = turn().await?;
    let (import, packed) = match stored(&site, me, id).await {
        Ok(Some(stored)) => stored,
        Ok(None) => return Ok(redirect.to(&address(id))),
        Err(Error::NotFound) => return NoImport { page }.show_as(StatusCode::NOT_FOUND),
        Err(why) => return Err(why),
    };
    let (choices, packed) = chosen(&form, &import, packed).await?;
    match read_packed(turn, packed, choices.clone()).await? {
        Ok(read) => {
            let read = Arc::new(read);
            let compared = read.clone();
            let preview = site.read_long(move |connection| imports::preview(connection, me, &compared.read)).await?;
            let preview = Arc::new(preview);
            let change =
                move |connection: &mut _| imports::change(connection, me, id, &choices, (&read.read, &preview));
            site.write_bulk(change).await?;
            Ok(redirect.to(&address(id)))
        }
        Err(damaged) => {
            let mut problems = Problems::default();
            problems.add("encoding", damaged.sentence());
            show(site, page, me, id, 0, problems).await
        }
    }
}

/// What a form chooses, and the file again. Where the header is one no more, or becomes one, what nobody has chosen of the
/// columns is guessed anew.
async fn chosen(form: &Form, import: &Import, packed: Vec<u8>) -> Result<(Choices, Vec<u8>), Error> {
    let now = Choices {
        encoding: Encoding::for_label(form.get("encoding").as_bytes()),
        columns: form.all("column").map(Target::of).collect(),
        has_header: form.has("with_header").then(|| form.is_checked("has_header")),
    };
    let had_header = Some(form.is_checked("had_header"));
    if now.has_header.is_none() || now.has_header == had_header {
        return Ok((now, packed));
    }
    let before = Choices { has_header: had_header, ..import.choices() };
    let work = move || {
        let columns = import::columns_anew(&unpack(&packed)?, &before, &now);
        Ok((Choices { columns, ..now }, packed))
    };
    aside(work).await?
}

/// `POST /contacts/import/{id}/undo`: takes the whole import back.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn undo(site: SiteData, me: SignedIn, id: Path<ImportId>, redirect: Redirect) -> Result<HttpResponse, Error> {
    let (me, id) = (me.id, *id);
    match site.write_bulk(move |connection| imports::undo(connection, me, id)).await? {
        None => {}
        Some(changed) if changed.is_empty() => {
            redirect.done(t("Your address book is as it was before."));
        }
        Some(changed) => {
            redirect.partly(kept_more(&listed(&changed)), None);
        }
    }
    Ok(redirect.to(&address(id)))
}

/// `POST /contacts/import/{id}/restore`: brings back what was taken back.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn restore(
    site: SiteData,
    me: SignedIn,
    id: Path<ImportId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, id) = (me.id, *id);
    if site.write_bulk(move |connection| imports::restore(connection, me, id)).await? == Restored::SomeAreHere {
        redirect.refused(t("Some of these people are in your address book again, so nothing was brought back. Import the file once more to add the others."));
    }
    Ok(redirect.to(&address(id)))
}

/// `POST /contacts/import/{id}/cancel`: forgets the file.
///
/// # Errors
/// The database's.
pub async fn cancel(
    site: SiteData,
    me: SignedIn,
    id: Path<ImportId>,
    redirect: Redirect,
) -> Result<HttpResponse, Error> {
    let (me, id) = (me.id, *id);
    if site.write(move |connection| imports::forget(connection, me, id)).await? {
        // Confirmed in another tab: its page says who was imported, with *Undo*.
        return Ok(redirect.to(&address(id)));
    }
    redirect.done(t("Nothing was imported."));
    Ok(redirect.to("/contacts/import"))
}
