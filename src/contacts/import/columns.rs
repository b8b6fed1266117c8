//! What a column of a table holds, told by its name: in the words of Google, Outlook, Thunderbird and others, in the languages of
//! this site and a few more.
//! The cells are not looked at here.

use crate::contacts::import::doubt::is_usual;
use crate::language::t;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Target {
    Nothing,
    FullName,
    Given,
    Middle,
    Family,
    Prefix,
    Suffix,
    Nickname,
    Email,
    EmailKind,
    Phone,
    PhoneKind,
    Link,
    LinkKind,
    Company,
    Department,
    Position,
    Address,
    Street,
    City,
    Region,
    Postcode,
    Country,
    AddressKind,
    Birthday,
    BirthYear,
    BirthMonth,
    BirthDay,
    Note,
    Tags,
    ConnectedOn,
}

/// Every target with its word in forms, in the order in which people choose.
pub const TARGETS: [(Target, &str); 31] = [
    (Target::Nothing, ""),
    (Target::FullName, "full_name"),
    (Target::Given, "given"),
    (Target::Middle, "middle"),
    (Target::Family, "family"),
    (Target::Prefix, "prefix"),
    (Target::Suffix, "suffix"),
    (Target::Nickname, "nickname"),
    (Target::Email, "email"),
    (Target::EmailKind, "email_kind"),
    (Target::Phone, "phone"),
    (Target::PhoneKind, "phone_kind"),
    (Target::Company, "company"),
    (Target::Department, "department"),
    (Target::Position, "position"),
    (Target::Link, "link"),
    (Target::LinkKind, "link_kind"),
    (Target::Address, "address"),
    (Target::Street, "street"),
    (Target::City, "city"),
    (Target::Region, "region"),
    (Target::Postcode, "postcode"),
    (Target::Country, "country"),
    (Target::AddressKind, "address_kind"),
    (Target::Birthday, "birthday"),
    (Target::BirthYear, "birth_year"),
    (Target::BirthMonth, "birth_month"),
    (Target::BirthDay, "birth_day"),
    (Target::Note, "note"),
    (Target::Tags, "tags"),
    (Target::ConnectedOn, "connected_on"),
];

impl Target {
    /// The word in forms.
    pub fn word(self) -> &'static str {
        TARGETS.iter().find(|(target, _)| *target == self).map_or("", |(_, word)| word)
    }

    /// Reads the word of a form; what is unknown is nothing.
    pub fn of(word: &str) -> Target {
        TARGETS.iter().find(|(_, known)| *known == word).map_or(Target::Nothing, |(target, _)| *target)
    }

    /// What people choose by.
    pub fn name(self) -> &'static str {
        match self {
            Target::Nothing => t("Leave out"),
            Target::FullName => t("Full name"),
            Target::Given => t("Given name"),
            Target::Middle => t("Middle name"),
            Target::Family => t("Family name"),
            Target::Prefix => t("Before the name"),
            Target::Suffix => t("After the name"),
            Target::Nickname => t("Nickname"),
            Target::Email => t("E-mail"),
            Target::EmailKind => t("Kind of e-mail"),
            Target::Phone => t("Phone"),
            Target::PhoneKind => t("Kind of phone"),
            Target::Link => t("Link"),
            Target::LinkKind => t("Kind of link"),
            Target::Company => t("Company"),
            Target::Department => t("Department"),
            Target::Position => t("Position"),
            Target::Address => t("Address"),
            Target::Street => t("Street"),
            Target::City => t("Town"),
            Target::Region => t("State or region"),
            Target::Postcode => t("Postal code"),
            Target::Country => t("Country"),
            Target::AddressKind => t("Kind of address"),
            Target::Birthday => t("Birthday"),
            Target::BirthYear => t("Year of birth"),
            Target::BirthMonth => t("Month of birth"),
            Target::BirthDay => t("Day of birth"),
            Target::Note => t("Private note"),
            Target::Tags => t("Tags"),
            Target::ConnectedOn => t("Connected on"),
        }
    }
}

/// What the name of a column says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) target: Target,
    /// What columns of one value have in common, such as `phone 1`.
    pub(super) slot: String,
    /// What the value is for, where the name says so.
    pub(super) kind: &'static str,
    /// Whether the name leaves no doubt, so that the cells need not agree.
    pub(super) is_sure: bool,
}

/// Names of one column each, as [`plain`] writes them: English, German, French, Spanish, Dutch, and a few of others.
const NAMES: [(Target, &[&str]); 17] = [
    (
        Target::Given,
        &[
            "first name",
            "firstname",
            "given name",
            "givenname",
            "forename",
            "vorname",
            "prénom",
            "nombre",
            "nome",
            "voornaam",
            "primeiro nome",
            "first",
            "الاسم الأول",
        ],
    ),
    (
        Target::Middle,
        &[
            "middle name",
            "middlename",
            "additional name",
            "weitere vornamen",
            "zweiter vorname",
            "deuxième prénom",
            "segundo nombre",
            "middle",
            "tussenvoegsel",
            "tweede voornaam",
        ],
    ),
    (
        Target::Family,
        &[
            "last name",
            "lastname",
            "family name",
            "familyname",
            "surname",
            "nachname",
            "familienname",
            "nom",
            "nom de famille",
            "apellido",
            "apellidos",
            "cognome",
            "sobrenome",
            "last",
            "اسم العائلة",
            "الاسم الأخير",
            "achternaam",
            "familienaam",
        ],
    ),
    (
        Target::FullName,
        &[
            "name",
            "full name",
            "fullname",
            "display name",
            "displayname",
            "contact name",
            "anzeigename",
            "vollständiger name",
            "nom complet",
            "nom affiché",
            "nombre completo",
            "nombre para mostrar",
            "naam",
            "volledige naam",
            "weergavenaam",
            "contactpersoon",
            "person",
            "ansprechpartner",
            "vor und nachname",
            "vorname und nachname",
            "nome completo",
            "الاسم",
            "الاسم الكامل",
        ],
    ),
    (Target::Prefix, &["prefix", "name prefix", "anrede", "préfixe", "tratamiento", "prefijo", "aanhef"]),
    (Target::Suffix, &["suffix", "name suffix", "namenszusatz", "suffixe", "sufijo"]),
    (Target::Nickname, &["nickname", "spitzname", "surnom", "apodo", "roepnaam", "bijnaam"]),
    (
        Target::Company,
        &[
            "company",
            "company name",
            "organization",
            "organisation",
            "organization name",
            "organization 1 name",
            "employer",
            "firma",
            "unternehmen",
            "société",
            "entreprise",
            "empresa",
            "organización",
            "bedrijf",
            "bedrijfsnaam",
            "organisatie",
            "werkgever",
            "arbeitgeber",
            "firmenname",
            "employeur",
            "azienda",
            "società",
            "organização",
            "الشركة",
        ],
    ),
    (
        Target::Department,
        &[
            "department",
            "organization department",
            "organization 1 department",
            "abteilung",
            "service",
            "département",
            "departamento",
            "afdeling",
        ],
    ),
    (
        Target::Position,
        &[
            "job title",
            "jobtitle",
            "organization title",
            "organization 1 title",
            "position",
            "role",
            "fonction",
            "poste",
            "puesto",
            "cargo",
            "titre1",
            "berufsbezeichnung",
            "functie",
            "functietitel",
            "beroep",
            "posizione",
            "qualifica",
            "função",
            "المسمى الوظيفي",
            "الوظيفة",
            "beruf",
        ],
    ),
    (
        Target::Birthday,
        &[
            "birthday",
            "birth date",
            "date of birth",
            "geburtstag",
            "geburtsdatum",
            "anniversaire",
            "date de naissance",
            "cumpleaños",
            "fecha de nacimiento",
            "verjaardag",
            "geboortedatum",
            "data di nascita",
            "compleanno",
            "data de nascimento",
            "تاريخ الميلاد",
        ],
    ),
    (Target::BirthYear, &["birth year", "geburtsjahr", "année de naissance", "año de nacimiento"]),
    (Target::BirthMonth, &["birth month", "geburtsmonat", "mois de naissance", "mes de nacimiento"]),
    (Target::BirthDay, &["birth day", "geburtstag tag", "jour de naissance", "día de nacimiento"]),
    (
        Target::Note,
        &[
            "notes",
            "note",
            "notizen",
            "notiz",
            "bemerkungen",
            "remarques",
            "notas",
            "comments",
            "comment",
            "notities",
            "notitie",
            "opmerkingen",
            "opmerking",
            "bemerkung",
            "kommentar",
            "observações",
            "ملاحظات",
        ],
    ),
    (
        Target::Tags,
        &[
            "tags",
            "labels",
            "group membership",
            "groups",
            "categories",
            "kategorien",
            "catégories",
            "categorías",
            "schlagwörter",
            "categorieën",
            "groepen",
        ],
    ),
    (
        Target::ConnectedOn,
        &[
            "connected on",
            "connectedon",
            "verbunden am",
            "connecté le",
            "connexion le",
            "conectado el",
            "fecha de conexión",
            "data di connessione",
            "collegato il",
            "conectado em",
            "verbonden op",
        ],
    ),
];

/// Names of what may be a form of address or a position.
const TITLES: [&str; 4] = ["title", "titel", "titre", "título"];

/// Writes the name of a column in small letters, its words with single spaces between.
pub(super) fn plain(name: &str) -> String {
    let spaced: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let plain = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.replace("e mail", "email")
}

/// Says what each column holds, by their names.
pub(super) fn guess_all(names: &[String]) -> Vec<Guess> {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let mut guesses: Vec<Guess> = names.iter().map(|name| guess(name)).collect();
    // Where another column has the position, or one the suffix of the name, a title is a form of address.
    let has = |guesses: &[Guess], target| guesses.iter().any(|guess| guess.target == target);
    for at in (0..names.len()).filter(|at| TITLES.contains(&names[*at].as_str())) {
        let is_address =
            !has(&guesses, Target::Prefix) && (has(&guesses, Target::Position) || has(&guesses, Target::Suffix));
        guesses[at].target = if is_address { Target::Prefix } else { Target::Position };
    }
    place_addresses(&names, &mut guesses);
    guesses
}

/// Tells what else of a place there is a column for: beside `Home Street`, `Home Address` has all of it, else the street. Beside
/// `Ort privat`, German Outlook's `Ort` is where appointments are.
fn place_addresses(names: &[String], guesses: &mut [Guess]) {
    let with_street: Vec<String> =
        guesses.iter().filter(|guess| guess.target == Target::Street).map(|guess| guess.slot.clone()).collect();
    for (name, guess) in names.iter().zip(guesses.iter_mut()) {
        if guess.target == Target::Address && !says(name, &FORMATTED) && !with_street.contains(&guess.slot) {
            guess.target = Target::Street;
        }
    }
    let is_other_place = |name: &String| name.starts_with("ort ");
    if names.iter().any(is_other_place)
        && let Some(at) = names.iter().position(|name| name == "ort")
    {
        guesses[at].target = Target::Nothing;
    }
}

fn guess(plain: &str) -> Guess {
    let known = NAMES.iter().find(|(_, names)| names.contains(&plain)).map(|(target, _)| *target);
    let (target, kind) = match known {
        Some(target) => (target, ""),
        None => rule(plain),
    };
    let is_reach = matches!(target, Target::Email | Target::Phone | Target::Link);
    Guess { target, slot: slot(plain, target), kind, is_sure: !is_reach || is_usual(plain) }
}

/// Whether one of these stands in a name; short ones as words, since they are parts of many.
fn says(plain: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| match part.chars().count() {
        ..=5 => has_word(plain, &[part]),
        _ => plain.contains(part),
    })
}

fn has_word(plain: &str, words: &[&str]) -> bool {
    plain.split(' ').any(|word| words.contains(&word))
}

const LABELS: [&str; 6] = ["label", "kind", "type", "typ", "tipo", "étiquette"];

/// Tells by its parts the name of a column of which there are many.
fn rule(plain: &str) -> (Target, &'static str) {
    let label = says(plain, &LABELS);
    let or_label = |target, kind| if label { kind } else { target };
    let others =
        ["phonetic", "yomi", "angezeigt", "display", "complet", "mostrar", "pantalla", "relation", "event", "photo"];
    // A customer is a person.
    if says(plain, &others) || has_word(plain, &["custom"]) {
        return (Target::Nothing, "");
    }
    let is_mail = says(plain, &["mail", "mails"]) && !says(plain, &["voice"]);
    if is_mail || plain.contains("email") || says(plain, &["correo", "messagerie", "mailadres", "البريد"]) {
        return (or_label(Target::Email, Target::EmailKind), place(plain));
    }
    if says(plain, &["fax", "télécopie", "telefax"]) {
        return (Target::Phone, "fax");
    }
    if says(
        plain,
        &[
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
            "الجوال",
        ],
    ) {
        return (Target::Phone, "mobile");
    }
    if says(plain, &["pager", "localizador"]) {
        return (Target::Phone, "pager");
    }
    if says(plain, &["phone", "telefon", "téléphone", "teléfono", "telefoon", "tél", "tel", "الهاتف"])
        || plain.contains("phone")
    {
        return (or_label(Target::Phone, Target::PhoneKind), place(plain));
    }
    if says(plain, &["website", "web", "webseite", "webpage", "homepage", "url", "link"]) {
        return (or_label(Target::Link, Target::LinkKind), place(plain));
    }
    (part_of_address(plain, label), place(plain))
}

/// What stands in the name of a column that has all of an address.
const FORMATTED: [&str; 1] = ["formatted"];
/// Words of addresses, towns and countries where nobody lives: of computers, messengers and money.
const ELSEWHERE: [&str; 8] = ["ip", "mac", "im", "imaddress", "internet", "server", "wallet", "bitcoin"];

fn part_of_address(plain: &str, label: bool) -> Target {
    if has_word(plain, &ELSEWHERE) {
        return Target::Nothing;
    }
    let parts: [(Target, &[&str]); 7] = [
        (Target::Region, &["bundesland", "kanton"]),
        (Target::Country, &["country", "land", "pays", "país"]),
        (
            Target::Postcode,
            &[
                "postal code",
                "postcode",
                "post code",
                "zip",
                "zipcode",
                "postleitzahl",
                "plz",
                "code postal",
                "código postal",
            ],
        ),
        (Target::Street, &["street", "straße", "strasse", "rue", "calle", "straat", "box", "postfach", "extended"]),
        (Target::City, &["city", "town", "ort", "stadt", "ville", "ciudad", "localidad", "plaats", "woonplaats"]),
        (
            Target::Region,
            &["region", "région", "state", "county", "province", "dép", "provincia", "provincie", "estado"],
        ),
        (Target::Address, &FORMATTED),
    ];
    let found = parts.into_iter().find(|(_, words)| says(plain, words)).map(|(target, _)| target);
    let address = says(plain, &["address", "adresse", "anschrift", "dirección", "domicilio", "adres"]);
    match (found, address) {
        (Some(target), _) => target,
        (None, true) if label => Target::AddressKind,
        (None, true) => Target::Address,
        (None, false) => Target::Nothing,
    }
}

/// What a value is for.
pub(super) fn place(plain: &str) -> &'static str {
    let home = [
        "home",
        "privat",
        "private",
        "domicile",
        "domicilio",
        "residencia",
        "particular",
        "personal",
        "privé",
        "thuis",
    ];
    if says(plain, &["assistant", "assistent", "asistente", "ayudante"]) {
        // By this number somebody else is reached.
        "assistant"
    } else if says(plain, &home) {
        "home"
    } else if says(
        plain,
        &["business", "work", "geschäftlich", "bureau", "trabajo", "firma", "company", "büro", "werk", "zakelijk"],
    ) {
        "work"
    } else if says(plain, &["other", "weitere", "weiteres", "autre", "otro", "otra"]) {
        "other"
    } else {
        ""
    }
}

/// What the columns of one value have in common.
fn slot(plain: &str, target: Target) -> String {
    use Target::{Address, AddressKind, City, Country, Postcode, Region, Street};
    if matches!(target, Address | AddressKind | City | Country | Postcode | Region | Street) {
        // `Address 2 - City` is of a second one, `Home Address 2` is a second line.
        let number = plain.strip_prefix("address ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let number = if number.bytes().all(|byte| byte.is_ascii_digit()) { number } else { "" };
        return format!("{number} {}", place(plain));
    }
    let is_part = |word: &&str| !LABELS.contains(word) && !["value", "address", "adresse"].contains(word);
    plain.split(' ').filter(is_part).collect::<Vec<_>>().join(" ")
}
