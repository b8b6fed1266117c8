//! The address book of the demo member: people from several sources, some of them members, some of them there twice.

use diesel::prelude::*;
use jiff::civil::date;

use crate::accounts::app_passwords;
use crate::contacts::card::{Address, Birthday, Card, Valued};
use crate::contacts::source::Source;
use crate::contacts::store::{self, NewContact};
use crate::db::Connection;
use crate::demo::people::Character;
use crate::error::Error;
use crate::ids::MemberId;
use crate::schema::members;

/// Who they are: the name, what they do and where.
const STRANGERS: [(&str, &str, &str); 44] = [
    ("Aiko Tanabe", "Ceramicist", "Kiln & Kin"),
    ("Bilal Haddad", "Pharmacist", "Cedar Street Pharmacy"),
    ("Carla Mendoza", "Architect", "Plaza Norte"),
    ("Dmitri Volkov", "Sound engineer", "Echo Yard"),
    ("Elif Demir", "Teacher", "Bosphorus School"),
    ("Fiona Gallagher", "Baker", "The Early Loaf"),
    ("Gustav Lindqvist", "Carpenter", "Norrby Timber"),
    ("Hana Kovář", "Translator", ""),
    ("Ibrahim Diallo", "Agronomist", "Green Savanna"),
    ("Jana Novotná", "Dentist", "Smíchov Dental"),
    ("Kwame Mensah", "Photographer", ""),
    ("Lucía Romero", "Lawyer", "Romero & Vidal"),
    ("Marek Zieliński", "Electrician", "Zieliński Instalacje"),
    ("Nadia Benali", "Nurse", "Saint-Roch Hospital"),
    ("Oskar Hansen", "Sailor", "Fjordline"),
    ("Paula Ferreira", "Accountant", "Contas Certas"),
    ("Quentin Moreau", "Chef", "Le Petit Quai"),
    ("Rosa Bianchi", "Violinist", "Teatro Nuovo"),
    ("Sven Aalto", "Park ranger", "Nuuksio Park"),
    ("Tomáš Horák", "Printer", "Horák Print"),
    ("Uma Pillai", "Data analyst", "Monsoon Metrics"),
    ("Viktor Petrov", "Welder", "Harbour Steel"),
    ("Wanjiru Kamau", "Journalist", "The Rift Post"),
    ("Xavier Duarte", "Surf instructor", "Ericeira Waves"),
    ("Yara Nasser", "Illustrator", ""),
    ("Zoltán Kiss", "Beekeeper", "Kiss Honey"),
    ("Alice Whitcombe", "Librarian", "Tavistock Library"),
    ("Bruno Carvalho", "Barista", "Bica Coffee"),
    ("Chiara Conti", "Optician", "Ottica Conti"),
    ("Daniel Osei", "Civil engineer", "Volta Bridges"),
    ("Esther Cohen", "Gardener", "Jaffa Gardens"),
    ("Farid Rahimi", "Tailor", "Rahimi & Sons"),
    ("Greta Schulz", "Physiotherapist", "Praxis am See"),
    ("Hugo Lambert", "Bookseller", "Librairie du Port"),
    ("Ines Castro", "Veterinarian", "Patas"),
    ("Jasper de Vries", "Bicycle maker", "Vries Fietsen"),
    ("Katarina Jovanović", "Chemist", "Sava Labs"),
    ("Leila Farahani", "Radiologist", "City Clinic"),
    ("Milo Anders", "Game designer", "Small Hours"),
    ("Noor van Dijk", "Florist", "Tulp"),
    ("Otto Brandt", "Clockmaker", "Brandt Uhren"),
    ("Pilar Ortega", "Tour guide", "Camino Walks"),
    ("Rafael Lima", "Plumber", "Lima & Filhos"),
    ("Sofia Nyström", "Midwife", "Södra Hospital"),
];

/// Fills the address book of the first of the people.
pub fn fill(connection: &mut Connection, people: &[Character]) -> Result<(), Error> {
    let Some(owner) = people.first() else { return Ok(()) };
    // Most are connections; the last of the people are not.
    let connected = people.iter().skip(1).step_by(9).take(12);
    let known: Vec<&Character> = connected.chain(people.iter().rev().take(4)).collect();
    let findable: Vec<MemberId> = known.iter().step_by(2).map(|person| person.id).collect();
    let choose = diesel::update(members::table.filter(members::id.eq_any(findable)));
    choose.set(members::found_by_email.eq(true)).execute(connection)?;
    let strangers = STRANGERS.iter().enumerate().map(|(at, person)| stranger(at, person));
    let members = known.iter().map(|person| {
        let emails = vec![Valued::new("work", &person.email)];
        new(Card { full_name: person.full_name.clone(), emails, ..Card::default() }, Source::Google)
    });
    let all: Vec<NewContact> = strangers.chain(members).chain(twice()).collect();
    store::insert(connection, owner.id, &all)?;
    // As if a phone kept them; the secret is shown to nobody.
    app_passwords::make(connection, owner.id, "DAVx5")?;
    Ok(())
}

fn new(card: Card, source: Source) -> NewContact {
    NewContact { card, source, import_id: None }
}

fn address_of(name: &str) -> String {
    format!("{}@mail.example", crate::members::names::handle(name).replace('-', "."))
}

fn stranger(at: usize, (name, position, company): &(&str, &str, &str)) -> NewContact {
    let mut card = Card {
        full_name: (*name).to_owned(),
        position: (*position).to_owned(),
        company: (*company).to_owned(),
        ..Card::default()
    };
    let source = [Source::LinkedIn, Source::Google, Source::VCard, Source::ByHand, Source::Outlook][at % 5];
    if source == Source::LinkedIn {
        card.links =
            vec![Valued::new("", &format!("https://www.linkedin.com/in/{}", crate::members::names::handle(name)))];
        card.connected_on = Some(date(2015 + (at % 10) as i16, 1 + (at % 12) as i8, 1 + (at % 28) as i8));
    } else {
        card.emails = vec![Valued::new(if at.is_multiple_of(2) { "home" } else { "work" }, &address_of(name))];
    }
    if at.is_multiple_of(3) {
        card.phones = vec![Valued::new("mobile", &format!("+351 910 55{} {:03}", at % 10, 100 + at * 7))];
    }
    if at % 4 == 1 {
        card.birthday =
            Birthday::new((at % 8 == 1).then_some(1970 + (at % 30) as i16), 1 + (at % 12) as i8, 1 + (at % 28) as i8);
        card.tags = vec![["choir", "school", "neighbours"][at % 3].to_owned()];
    }
    if at % 7 == 3 {
        card.note = "Met at the spring fair; promised to send the photos.".to_owned();
        card.addresses = vec![Address {
            kind: "home".into(),
            street: format!("{} Rua das Flores", 10 + at),
            city: "Lisbon".into(),
            postcode: "1200-194".into(),
            country: "Portugal".into(),
            ..Address::default()
        }];
    }
    new(card, source)
}

/// People who are there already, as another source has them.
fn twice() -> Vec<NewContact> {
    let same_email = Card {
        full_name: "B. Haddad".into(),
        emails: vec![Valued::new("home", &address_of("Bilal Haddad"))],
        phones: vec![Valued::new("home", "+351 21 555 0147")],
        ..Card::default()
    };
    let same_work = Card {
        full_name: "Fiona Gallagher".into(),
        company: "The Early Loaf".into(),
        emails: vec![Valued::new("work", "fiona@earlyloaf.example")],
        ..Card::default()
    };
    let same_profile = Card {
        full_name: "Aiko T.".into(),
        links: vec![Valued::new("", "https://linkedin.com/in/aiko-tanabe/")],
        nickname: "Aiko".into(),
        ..Card::default()
    };
    vec![new(same_email, Source::VCard), new(same_work, Source::ByHand), new(same_profile, Source::CardDav)]
}

/// Fills an address book with so many made-up contacts, to measure with.
///
/// # Errors
/// The database's.
pub fn many(connection: &mut Connection, owner: MemberId, number: usize) -> Result<(), Error> {
    let one = |at: usize| {
        let (first, last) = (STRANGERS[at % STRANGERS.len()].0, STRANGERS[at * 7 / 44 % STRANGERS.len()].0);
        let first = first.split(' ').next().unwrap_or(first);
        let last = last.split(' ').next_back().unwrap_or(last);
        let mut new = stranger(at, &(first, STRANGERS[at * 3 % 44].1, STRANGERS[at * 5 % 44].2));
        new.card.full_name = format!("{first} {last}");
        if let Some(email) = new.card.emails.first_mut() {
            email.value = format!("person{at}@mail.example");
        }
        if let Some(link) = new.card.links.first_mut() {
            link.value = format!("https://www.linkedin.com/in/person-{at}");
        }
        new
    };
    let all: Vec<NewContact> = (0..number).map(one).collect();
    store::insert(connection, owner, &all).map(|_| ())
}
