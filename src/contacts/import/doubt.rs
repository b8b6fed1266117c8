//! Columns whose names have a word for e-mails, phones or links among others, such as `Email Status`: their cells say whether
//! they hold any.

use csv::StringRecord;

use crate::contacts::import::MAX_ROWS;
use crate::contacts::import::columns::{Guess, Target};

/// Digits of a phone number, at the least.
const MIN_DIGITS: usize = 5;

/// Words of which alone the names of columns consist that hold e-mails, phones or links, as `columns::plain` writes them.
const USUAL: &[&str] = &[
    "email",
    "emails",
    "mail",
    "mails",
    "emailadresse",
    "emailadres",
    "mailadres",
    "mailadresse",
    "correo",
    "electrónico",
    "messagerie",
    "phone",
    "phones",
    "telephone",
    "telefon",
    "telefonnummer",
    "téléphone",
    "teléfono",
    "telefoon",
    "tél",
    "tel",
    "fax",
    "telefax",
    "télécopie",
    "mobil",
    "mobile",
    "mobiltelefon",
    "mobilnummer",
    "móvil",
    "cell",
    "handy",
    "handynummer",
    "portable",
    "mobiel",
    "celular",
    "cellulare",
    "telemóvel",
    "pager",
    "localizador",
    "الجوال",
    "الهاتف",
    "البريد",
    "الإلكتروني",
    "رقم",
    "website",
    "web",
    "webseite",
    "webpage",
    "homepage",
    "url",
    "link",
    "page",
    "site",
    "address",
    "addresses",
    "adresse",
    "dirección",
    "number",
    "nummer",
    "numéro",
    "número",
    "value",
    "main",
    "primary",
    "secondary",
    "home",
    "privat",
    "private",
    "privé",
    "domicile",
    "domicilio",
    "residencia",
    "particular",
    "personal",
    "thuis",
    "business",
    "work",
    "geschäftlich",
    "bureau",
    "trabajo",
    "firma",
    "company",
    "büro",
    "werk",
    "zakelijk",
    "other",
    "weitere",
    "weiteres",
    "autre",
    "otro",
    "otra",
    "assistant",
    "assistent",
    "asistente",
    "ayudante",
    "s",
    "car",
    "radio",
    "tty",
    "tdd",
    "de",
    "l",
    "del",
];

/// Whether a name says nothing else than that a column holds e-mails, phones or links, and of what sort.
pub(super) fn is_usual(plain: &str) -> bool {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    plain.split(' ').all(|word| USUAL.contains(&word) || is_number(word))
}

/// Takes for nothing the columns whose names leave a doubt and of whose cells none is what they seem to hold. Ones that are empty
/// stay as they are.
pub(super) fn leave_out(guesses: &mut [Guess], rows: impl Iterator<Item = csv::Result<StringRecord>>) {
    let mut doubtful: Vec<(usize, bool)> =
        (0..guesses.len()).filter(|at| !guesses[*at].is_sure).map(|at| (at, false)).collect();
    for row in rows.take(MAX_ROWS).flatten() {
        if doubtful.is_empty() {
            return;
        }
        doubtful.retain_mut(|(at, is_filled)| {
            let cell = row.get(*at).unwrap_or_default().trim();
            *is_filled |= !cell.is_empty();
            !holds(guesses[*at].target, cell)
        });
    }
    for (at, _) in doubtful.into_iter().filter(|(_, is_filled)| *is_filled) {
        guesses[at].target = Target::Nothing;
    }
}

fn holds(target: Target, cell: &str) -> bool {
    match target {
        Target::Email => cell.contains('@'),
        Target::Phone => cell.chars().filter(char::is_ascii_digit).count() >= MIN_DIGITS && !is_day(cell),
        Target::Link => cell.contains('.'),
        _ => true,
    }
}

/// Whether a cell begins with a day, such as `2024-03-12` or `3/12/2024`: with as many digits as a phone number.
fn is_day(cell: &str) -> bool {
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    let lengths: Vec<usize> = day.split(['-', '/', '.']).map(str::len).collect();
    day.starts_with(|c: char| c.is_ascii_digit()) && matches!(lengths[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4])
}
