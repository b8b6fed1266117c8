//! Which line is the header, what separates its columns, and which column is which. What stands in the columns is not looked
//! at here.

use crate::contacts::import::{Damaged, Why};

/// How far down the header is looked for. LinkedIn's own notes above it take two to five lines.
const MAX_LINES: usize = 100;
/// What spreadsheets of one country or another put between columns.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

// Names of each column in small letters, without blanks and hyphens: those that LinkedIn has used over the years, then the
// German, French and Spanish ones.
const FIRST_NAME: &[&str] = &["firstname", "vorname", "prénom", "nombre"];
const LAST_NAME: &[&str] = &["lastname", "nachname", "nom", "nomdefamille", "apellido", "apellidos"];
const URL: &[&str] = &["url"];
const EMAIL: &[&str] = &[
    "emailaddress",
    "emailadresse",
    "adresseemail",
    "adressee‑mail",
    "direccióndecorreoelectrónico",
    "direccióndeemail",
    "correoelectrónico",
];
const COMPANY: &[&str] = &["company", "currentcompany", "unternehmen", "entreprise", "société", "empresa"];
const POSITION: &[&str] = &["position", "currentposition", "poste", "fonction", "cargo", "puesto"];
const CONNECTED_ON: &[&str] =
    &["connectedon", "verbundenam", "connectéle", "connexionle", "conectadoel", "fechadeconexión"];

/// The header of a file, and all that comes after it.
pub(super) struct Header<'a> {
    pub(super) columns: Columns,
    /// What stands between columns.
    pub(super) separator: u8,
    /// The line it stands on, counted from 1.
    pub(super) line: u64,
    /// The rows below it.
    pub(super) body: &'a str,
}

/// The places of the columns, counted from 0.
pub(super) struct Columns {
    pub(super) first_name: usize,
    pub(super) last_name: usize,
    pub(super) company: usize,
    pub(super) position: usize,
    pub(super) url: Option<usize>,
    pub(super) email: Option<usize>,
    pub(super) connected_on: Option<usize>,
    pub(super) width: usize,
}

impl<'a> Header<'a> {
    /// Finds the header. Each line is read by itself, so that a torn quote in the notes above cannot swallow it.
    pub(super) fn find(text: &'a str) -> Result<Self, Damaged> {
        let mut body = text;
        for line in 1..=MAX_LINES {
            let (names, rest) = body.split_once('\n').unwrap_or((body, ""));
            body = rest;
            let named =
                SEPARATORS.into_iter().find_map(|separator| Some((separator, Columns::named(names, separator)?)));
            if let Some((separator, columns)) = named {
                return Ok(Self { columns, separator, line: line as u64, body });
            }
        }
        Err(Why::NoHeader.on(1))
    }
}

impl Columns {
    /// `None` unless the four columns are there which every one of LinkedIn's lists has. Neither
    /// Google's nor Outlook's address books have them all.
    fn named(line: &str, separator: u8) -> Option<Self> {
        let names = names(line, separator)?;
        let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        // Before 2016 LinkedIn exported in Outlook's layout, which begins with the form of address; the position has
        // another name there.
        let position = match names.first().map(String::as_str) {
            Some("title") => place(&["jobtitle"]),
            _ => place(POSITION),
        };
        Some(Self {
            first_name: place(FIRST_NAME)?,
            last_name: place(LAST_NAME)?,
            company: place(COMPANY)?,
            position: position?,
            url: place(URL),
            email: place(EMAIL),
            connected_on: place(CONNECTED_ON),
            width: names.len(),
        })
    }
}

/// A line without the separator is passed over early, as setting up a reader for each would cost more than reading it.
fn names(line: &str, separator: u8) -> Option<Vec<String>> {
    if !line.as_bytes().contains(&separator) {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    let plain = |name: &str| name.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '\u{a0}')).collect();
    Some(record.iter().map(plain).collect())
}
