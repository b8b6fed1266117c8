//! Which line is the header, what separates its columns, and which column is which. What stands in the columns is looked at
//! only where their names leave in doubt whose list it is.

use crate::contacts::import::columns::{Guess, Target, guess_all};
use crate::contacts::import::{Damaged, Why};

/// How far down the header is looked for. LinkedIn's own notes above it take two to five lines.
const MAX_LINES: usize = 100;
/// Bytes of a line that may be the header. What is longer is passed over before it is taken apart.
const MAX_LINE: usize = 50_000;
/// What spreadsheets of one country or another put between columns.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

// Names of each column in small letters, without blanks and hyphens: those that LinkedIn has used over the years, then the
// German, French, Spanish, Italian, Portuguese and Dutch ones.
const FIRST_NAME: &[&str] = &["firstname", "vorname", "prénom", "nombre", "nome", "voornaam"];
const LAST_NAME: &[&str] =
    &["lastname", "nachname", "nom", "nomdefamille", "apellido", "apellidos", "cognome", "sobrenome", "achternaam"];
const URL: &[&str] = &["url"];
const EMAIL: &[&str] = &[
    "emailaddress",
    "emailadresse",
    "adresseemail",
    "adressee‑mail",
    "direccióndecorreoelectrónico",
    "direccióndeemail",
    "correoelectrónico",
    "indirizzoemail",
    "endereçodeemail",
    "emailadres",
];
const COMPANY: &[&str] =
    &["company", "currentcompany", "unternehmen", "entreprise", "société", "empresa", "azienda", "bedrijf"];
const POSITION: &[&str] =
    &["position", "currentposition", "poste", "fonction", "cargo", "puesto", "posizione", "functie"];
const CONNECTED_ON: &[&str] = &[
    "connectedon",
    "verbundenam",
    "connectéle",
    "connexionle",
    "conectadoel",
    "fechadeconexión",
    "datadiconnessione",
    "collegatoil",
    "conectadoem",
    "verbondenop",
];
const TAGS: &[&str] = &["tags"];
/// How the address of every profile goes on after its scheme and host.
const PROFILE: &str = "linkedin.com/in/";

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
    /// What each column holds that LinkedIn does not write, or not today; nothing for the others.
    pub(super) own: Vec<Guess>,
    /// Whether there are none but LinkedIn's.
    are_theirs: bool,
}

impl<'a> Header<'a> {
    /// Finds the header. Each line is read by itself, so that a torn quote in the notes above cannot swallow it.
    pub(super) fn find(text: &'a str) -> Result<Self, Damaged> {
        let mut body = text;
        for line in 1..=MAX_LINES {
            let (names, rest) = body.split_once('\n').unwrap_or((body, ""));
            body = rest;
            if names.len() > MAX_LINE {
                continue;
            }
            let named =
                SEPARATORS.into_iter().find_map(|separator| Some((separator, Columns::named(names, separator)?)));
            if let Some((separator, columns)) = named
                && columns.are_of_linkedin(body)
            {
                return Ok(Self { columns, separator, line: line as u64, body });
            }
        }
        Err(Why::NoHeader.on(1))
    }
}

impl Columns {
    /// `None` unless the four columns are there which every one of LinkedIn's lists has.
    fn named(line: &str, separator: u8) -> Option<Self> {
        let names = names(line, separator)?;
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let place = |known: &[&str]| plain.iter().position(|name| known.contains(&name.as_str()));
        let (first_name, last_name) = (place(FIRST_NAME)?, place(LAST_NAME)?);
        let (company, position) = (place(COMPANY)?, place(POSITION)?);
        let (url, email, connected_on) = (place(URL), place(EMAIL), place(CONNECTED_ON));
        let theirs = [Some(first_name), Some(last_name), Some(company), Some(position), url, email, connected_on];
        let mut own = guess_all(&names);
        theirs.into_iter().flatten().for_each(|at| own[at].target = Target::Nothing);
        let is_theirs = |at: usize| {
            let name = plain[at].as_str();
            theirs.contains(&Some(at)) || name.is_empty() || TAGS.contains(&name)
        };
        let are_theirs = (0..plain.len()).all(is_theirs);
        Some(Self { first_name, last_name, company, position, url, email, connected_on, own, are_theirs })
    }

    /// Tells LinkedIn's lists from the many tables that have a name, a company and a position too: they say when one was
    /// connected, or have no other columns, or hold addresses of profiles.
    fn are_of_linkedin(&self, body: &str) -> bool {
        let reaches = self.url.is_some() || self.email.is_some();
        self.connected_on.is_some() || (self.are_theirs && reaches) || (self.url.is_some() && body.contains(PROFILE))
    }

    pub(super) fn width(&self) -> usize {
        self.own.len()
    }
}

/// A line without the separator is passed over early, as setting up a reader for each would cost more than reading it.
fn names(line: &str, separator: u8) -> Option<Vec<String>> {
    if !line.as_bytes().contains(&separator) {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_' | '\u{a0}')).collect()
}
