//! Files of other programs, as they are in the wild.

use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::contacts::card::{Address, Birthday, Card, Valued};
use crate::contacts::import::columns::Target;
use crate::contacts::import::{Choices, Read, Until, Why, columns_anew, linkedin, read, table, vcards};
use crate::contacts::source::Source;

mod days;
mod in_doubt;
mod spoilt;
mod twice;

const TODAY: Date = date(2026, 11, 25);

const GOOGLE: &str = "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Website 1 - Label,Website 1 - Value";
const OLD_GOOGLE: &str = "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Organization 1 - Type,Organization 1 - Name,Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,Organization 1 - Symbol";
const OUTLOOK_61: &str = "First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,Surname Yomi,E-mail Address,E-mail 2 Address,E-mail 3 Address,Home Phone,Home Phone 2,Business Phone,Business Phone 2,Mobile Phone,Car Phone,Other Phone,Primary Phone,Pager,Business Fax,Home Fax,Other Fax,Company Main Phone,Callback,Radio Phone,Telex,TTY/TDD Phone,IMAddress,Job Title,Department,Company,Office Location,Manager's Name,Assistant's Name,Assistant's Phone,Company Yomi,Business Street,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other City,Other State,Other Postal Code,Other Country/Region,Personal Web Page,Spouse,Schools,Hobby,Location,Web Page,Birthday,Anniversary,Notes";
const OUTLOOK_88: &str = "First Name,Middle Name,Last Name,Title,Suffix,Initials,Web Page,Gender,Birthday,Anniversary,Location,Language,Internet Free Busy,Notes,E-mail Address,E-mail 2 Address,E-mail 3 Address,Primary Phone,Home Phone,Home Phone 2,Mobile Phone,Pager,Home Fax,Home Address,Home Street,Home Street 2,Home Street 3,Home Address PO Box,Home City,Home State,Home Postal Code,Home Country,Spouse,Children,Manager's Name,Assistant's Name,Referred By,Company Main Phone,Business Phone,Business Phone 2,Business Fax,Assistant's Phone,Company,Job Title,Department,Office Location,Organizational ID Number,Profession,Account,Business Address,Business Street,Business Street 2,Business Street 3,Business Address PO Box,Business City,Business State,Business Postal Code,Business Country,Other Phone,Other Fax,Other Address,Other Street,Other Street 2,Other Street 3,Other Address PO Box,Other City,Other State,Other Postal Code,Other Country,Callback,Car Phone,ISDN,Radio Phone,TTY/TDD Phone,Telex,User 1,User 2,User 3,User 4,Keywords,Mileage,Hobby,Billing Information,Directory Server,Sensitivity,Priority,Private,Categories";
const OUTLOOK_92: &str = "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,Home Street 2,Home Street 3,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,Other Street 2,Other Street 3,Other City,Other State,Other Postal Code,Other Country/Region,Assistant's Phone,Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,Anniversary,Assistant's Name,Billing Information,Birthday,Business Address PO Box,Categories,Children,Directory Server,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,E-mail 3 Display Name,Gender,Government ID Number,Hobby,Home Address PO Box,Initials,Internet Free Busy,Keywords,Language,Location,Manager's Name,Mileage,Notes,Office Location,Organizational ID Number,Other Address PO Box,Priority,Private,Profession,Referred By,Sensitivity,Spouse,User 1,User 2,User 3,User 4,Web Page";
const THUNDERBIRD: &str = "First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email,Screen Name,Work Phone,Home Phone,Fax Number,Pager Number,Mobile Number,Home Address,Home Address 2,Home City,Home State,Home ZipCode,Home Country,Work Address,Work Address 2,Work City,Work State,Work ZipCode,Work Country,Job Title,Department,Organization,Web Page 1,Web Page 2,Birth Year,Birth Month,Birth Day,Custom 1,Custom 2,Custom 3,Custom 4,Notes";

fn parse(bytes: impl AsRef<[u8]>) -> Read {
    read(bytes.as_ref(), &Choices::default(), TODAY).unwrap_or_else(|damaged| panic!("{damaged}"))
}

fn refused(bytes: impl AsRef<[u8]>) -> Why {
    read(bytes.as_ref(), &Choices::default(), TODAY).expect_err("the file should be refused").why
}

/// A file of one row, of the columns of a header that are named.
fn row(header: &str, cells: &[(&str, &str)]) -> String {
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let names: Vec<&str> = header.split(',').collect();
    assert!(cells.iter().all(|(name, _)| names.contains(name)), "a column that is not there");
    let cell = |name: &&str| cells.iter().find(|(of, _)| of == name).map_or(String::new(), |(_, cell)| quoted(cell));
    format!("{header}\r\n{}\r\n", names.iter().map(cell).collect::<Vec<_>>().join(","))
}

fn one(read: &Read) -> &Card {
    assert_eq!((read.rows.len(), read.skipped.len()), (1, 0), "{:?}", read.skipped);
    &read.rows[0].card
}

#[test]
fn a_cell_may_hold_several_addresses_and_a_name() {
    let emails = |cell: &str| {
        let read = parse(format!("Company,E-mail\nAcme,\"{}\"\n", cell.replace('"', "\"\"")));
        let card = one(&read).clone();
        (card.full_name, card.emails.into_iter().map(|one| one.value).collect::<Vec<_>>().join(" "))
    };
    for (cell, name, wanted) in [
        ("ben@x.example", "", "ben@x.example"),
        ("Ben Okoro <ben@x.example>", "Ben Okoro", "ben@x.example"),
        ("\"Okoro, Ben\" <Ben@X.example>", "Okoro, Ben", "Ben@x.example"),
        ("mailto:ben@x.example", "", "ben@x.example"),
        ("b@x.example; c@x.example", "", "b@x.example c@x.example"),
        ("b@x.example, c@x.example", "", "b@x.example c@x.example"),
        ("b@x.example c@x.example", "", "b@x.example c@x.example"),
        ("Ben <b@x.example>, Cy <c@x.example>", "Ben", "b@x.example c@x.example"),
        ("b@x.example or ask Cy", "", "b@x.example or ask Cy"),
        ("\"Okoro, Ben\" <b@x.example>, Cy", "", "\"Okoro, Ben\" <b@x.example>, Cy"),
        ("not known", "", "not known"),
    ] {
        assert_eq!(emails(cell), (name.to_owned(), wanted.to_owned()), "{cell}");
    }
}

#[test]
fn a_column_named_by_what_it_is_for_is_known_by_its_cells() {
    let yahoo = "First,Middle,Last,Email,Home,Work,Mobile,Title,Company,Work Post Code\n\
                 Ben,,Okoro,b@x.example,+44 1111111,+44 2222222,+44 3333333,Baker,Acme,N1\n";
    let read = parse(yahoo);
    let card = one(&read);
    assert_eq!((card.full_name.as_str(), card.given.as_str(), card.family.as_str()), ("Ben Okoro", "Ben", "Okoro"));
    let phones = [("home", "+44 1111111"), ("work", "+44 2222222"), ("mobile", "+44 3333333")];
    assert_eq!(card.phones, phones.map(|(kind, value)| Valued::new(kind, value)));
    let spanish = "Nombre,Apellidos,Dirección de correo electrónico,Tipo de correo electrónico,\
                   Nombre de pantalla de correo electrónico,Particular,Calle del domicilio,Ciudad de residencia,\
                   Teléfono del ayudante\n\
                   Íñigo,Núñez,i@x.example,SMTP,Íñigo,+34 95 3000000,Calle 3,Sevilla,+34 95 4000000\n";
    let read = parse(spanish);
    let card = one(&read);
    assert_eq!(card.emails, [Valued::new("", "i@x.example")]);
    let phones = [("home", "+34 95 3000000"), ("assistant", "+34 95 4000000")];
    assert_eq!(card.phones, phones.map(|(kind, value)| Valued::new(kind, value)));
    assert_eq!((card.addresses.len(), card.addresses[0].city.as_str()), (1, "Sevilla"));
    // A word above what is no number says nothing.
    let read = parse("Name,E-mail,Home\nBen,b@x.example,yes\n");
    assert!(one(&read).phones.is_empty());
}

#[test]
fn linkedin_is_known_in_more_languages() {
    for file in [
        "Nome,Cognome,URL,Indirizzo e-mail,Azienda,Posizione,Data di connessione\n\
         Zoe,Ng,https://www.linkedin.com/in/zoe,,Acme,Capo,12 gen 2024\n",
        "Nome,Sobrenome,URL,Endereço de e-mail,Empresa,Cargo,Conectado em\n\
         Zoe,Ng,https://www.linkedin.com/in/zoe,,Acme,Capo,12 jan 2024\n",
        "Voornaam,Achternaam,URL,E-mailadres,Bedrijf,Functie,Verbonden op\n\
         Zoe,Ng,https://www.linkedin.com/in/zoe,,Acme,Capo,12 jan. 2024\n",
    ] {
        let read = parse(file);
        let card = one(&read);
        assert_eq!((read.source, card.connected_on), (Source::LinkedIn, Some(date(2024, 1, 12))), "{file}");
        assert_eq!(
            (card.full_name.as_str(), card.company.as_str(), card.position.as_str()),
            ("Zoe Ng", "Acme", "Capo")
        );
    }
}

#[test]
fn arabic_headings_are_known() {
    let read = parse("الاسم,البريد الإلكتروني,الشركة,رقم الهاتف\nمحمد أحمد,m@x.example,النور,+966 11 1234567\n");
    let card = one(&read);
    assert_eq!((card.full_name.as_str(), card.company.as_str()), ("محمد أحمد", "النور"));
    assert_eq!((card.emails.len(), card.phones.len()), (1, 1));
}

#[test]
fn a_file_that_takes_too_long_is_told_where() {
    let over = Until(std::time::Instant::now().checked_sub(std::time::Duration::from_secs(1)).unwrap());
    let choices = Choices::default();
    let damaged = [
        table::read("Name,E-mail\n\n\nBen Okoro,ben@example.org\n", &choices, TODAY, over).unwrap_err(),
        linkedin::read("Notes:\n\nFirst Name,Last Name,URL,Company,Position\nZoe,Ng,,Beta,Cook\n", TODAY, over)
            .unwrap_err(),
        vcards::read(b"\n\n\nBEGIN:VCARD\nFN:Ben Okoro\nEND:VCARD\n", None, over).unwrap_err(),
    ];
    assert!(damaged.iter().all(|one| *one == Why::TooSlow.on(4)), "{damaged:?}");
}

#[test]
fn google_in_its_new_layout_is_read() {
    let cells = [
        ("First Name", "Zoë"),
        ("Last Name", "Ng"),
        ("Organization Name", "Acme ::: Beta"),
        ("Organization Title", "Cook"),
        ("Birthday", "--04-16"),
        ("Notes", "one\ntwo"),
        ("Labels", "* myContacts ::: * coworkers ::: Choir"),
        ("E-mail 1 - Label", "* Work"),
        ("E-mail 1 - Value", "z@example.org ::: zz@example.org"),
        ("E-mail 2 - Label", "Home"),
        ("E-mail 2 - Value", "y@example.org"),
        ("Phone 1 - Label", "Mobile"),
        ("Phone 1 - Value", "+49 30 1"),
        ("Address 1 - Label", "Home"),
        ("Address 1 - Formatted", "Main St. 1 Town"),
        ("Address 1 - Street", "Main St. 1"),
        ("Address 1 - City", "Town"),
        ("Address 1 - Postal Code", "12345"),
        ("Website 1 - Label", "Profile"),
        ("Website 1 - Value", "https://example.org"),
    ];
    let read = parse(format!("\u{feff}{}", row(GOOGLE, &cells)));
    let card = one(&read);
    assert_eq!((read.source, read.rows[0].line), (Source::Google, 2));
    assert_eq!(
        (card.full_name.as_str(), card.company.as_str(), card.position.as_str()),
        ("Zoë Ng", "Acme, Beta", "Cook")
    );
    assert_eq!(card.birthday, Birthday::new(None, 4, 16));
    assert_eq!(card.note, "one\ntwo");
    assert_eq!(card.tags, ["coworkers", "Choir"]);
    let emails = [("work", "z@example.org"), ("work", "zz@example.org"), ("home", "y@example.org")];
    assert_eq!(card.emails, emails.map(|(kind, value)| Valued::new(kind, value)));
    assert_eq!(card.phones, [Valued::new("mobile", "+49 30 1")]);
    assert_eq!(card.links, [Valued::new("Profile", "https://example.org")]);
    let (street, city, postcode) = ("Main St. 1".into(), "Town".into(), "12345".into());
    assert_eq!(card.addresses, [Address { kind: "home".into(), street, city, postcode, ..Address::default() }]);
}

#[test]
fn google_in_its_old_layout_is_read() {
    let cells = [
        ("Name", "Zoë Maria Ng"),
        ("Given Name", "Zoë"),
        ("Additional Name", "Maria"),
        ("Family Name", "Ng"),
        ("Given Name Yomi", "no"),
        ("Birthday", "1985-04-16"),
        ("Group Membership", "* My Contacts ::: Friends"),
        ("E-mail 1 - Type", "* "),
        ("E-mail 1 - Value", "z@example.org"),
        ("Organization 1 - Name", "Acme"),
        ("Organization 1 - Title", "Cook"),
    ];
    let read = parse(row(OLD_GOOGLE, &cells));
    let card = one(&read);
    assert_eq!(read.source, Source::Google);
    assert_eq!((card.full_name.as_str(), card.middle.as_str()), ("Zoë Maria Ng", "Maria"));
    assert_eq!((card.company.as_str(), card.position.as_str()), ("Acme", "Cook"));
    assert_eq!(
        (card.emails.clone(), card.tags.clone()),
        (vec![Valued::new("", "z@example.org")], vec!["Friends".into()])
    );
    assert_eq!(card.birthday, Birthday::new(Some(1985), 4, 16));
}

#[test]
fn outlook_with_61_and_88_columns_is_read() {
    let cells = [
        ("First Name", "Zoë"),
        ("Last Name", "Ng"),
        ("Title", "Dr."),
        ("E-mail Address", "z@example.org"),
        ("E-mail 2 Address", "y@example.org"),
        ("Business Phone", "1"),
        ("Business Phone 2", "2"),
        ("Mobile Phone", "3"),
        ("Home Fax", "4"),
        ("Job Title", "Cook"),
        ("Company", "Acme"),
        ("Business Street", "Main St. 1"),
        ("Business City", "Town"),
        ("Home Postal Code", "12345"),
        ("Web Page", "https://example.org"),
        ("Birthday", "4/5/1985"),
        ("Notes", "one"),
    ];
    for header in [OUTLOOK_61, OUTLOOK_88] {
        let read = parse(row(header, &cells));
        let card = one(&read);
        assert_eq!(read.source, Source::Outlook);
        assert_eq!((card.prefix.as_str(), card.position.as_str(), card.company.as_str()), ("Dr.", "Cook", "Acme"));
        assert_eq!(card.birthday, Birthday::new(Some(1985), 4, 5));
        assert_eq!(card.emails.len(), 2);
        let mut phones: Vec<String> = card.phones.iter().map(|one| format!("{} {}", one.kind, one.value)).collect();
        phones.sort();
        assert_eq!(phones, ["fax 4", "mobile 3", "work 1", "work 2"]);
        assert_eq!(card.links, [Valued::new("", "https://example.org")]);
        let mut places: Vec<(&str, &str)> =
            card.addresses.iter().map(|one| (one.kind.as_str(), one.city.as_str())).collect();
        places.sort_unstable();
        assert_eq!(places, [("home", ""), ("work", "Town")]);
    }
    let read = parse(row(OUTLOOK_88, &[("Last Name", "Ng"), ("Categories", "Choir;Friends"), ("Birthday", "0/0/00")]));
    assert_eq!((one(&read).tags.join(","), one(&read).birthday), ("Choir,Friends".into(), None));
}

#[test]
fn outlook_of_a_desktop_is_read() {
    let cells = [
        ("Title", "Dr."),
        ("First Name", "Zoë"),
        ("Middle Name", "Maria"),
        ("Last Name", "Ng"),
        ("Suffix", "MBA"),
        ("Company", "Acme"),
        ("Department", "Kitchen"),
        ("Job Title", "Cook"),
        ("Business Street", "Main St. 1"),
        ("Business City", "Town"),
        ("Mobile Phone", "1"),
        ("E-mail Address", "z@example.org"),
        ("E-mail Type", "SMTP"),
        ("E-mail Display Name", "no"),
        ("E-mail 2 Address", "y@example.org"),
        ("Birthday", "4/16/1985"),
        ("Categories", "Choir;Friends"),
        ("Notes", "one\ntwo"),
        ("Web Page", "https://example.org"),
        ("Priority", "Normal"),
    ];
    let read = parse(row(OUTLOOK_92, &cells));
    let card = one(&read);
    assert_eq!((read.source, read.columns.len()), (Source::Outlook, 92));
    assert_eq!((card.full_name.as_str(), card.department.as_str()), ("Dr. Zoë Maria Ng MBA", "Kitchen"));
    assert_eq!((card.position.as_str(), card.company.as_str()), ("Cook", "Acme"));
    let (street, city) = ("Main St. 1".into(), "Town".into());
    assert_eq!(card.addresses, [Address { kind: "work".into(), street, city, ..Address::default() }]);
    assert_eq!(card.emails, [Valued::new("", "z@example.org"), Valued::new("", "y@example.org")]);
    assert_eq!(card.phones, [Valued::new("mobile", "1")]);
    assert_eq!((card.birthday, card.tags.len()), (Birthday::new(Some(1985), 4, 16), 2));
    assert_eq!((card.note.as_str(), card.links[0].value.as_str()), ("one\ntwo", "https://example.org"));
    // LinkedIn wrote the same before 2016.
    let old = parse(
        "Title,First Name,Middle Name,Last Name,Suffix,E-mail Address,Company,Department,Job Title\n,Zoë,M.,Ng,,z@example.org,Acme,Kitchen,Cook\n",
    );
    assert_eq!((old.source, one(&old).full_name.as_str()), (Source::Outlook, "Zoë M. Ng"));
}

#[test]
fn a_table_like_one_of_linkedin_loses_nothing() {
    let any = parse(
        "First Name,Last Name,Email,Phone,Company,Position,Notes,Birthday\nZoë,Ng,z@example.org,1,Acme,Cook,one,1985-04-16\n",
    );
    let ours = parse(
        "\u{feff}First Name,Last Name,Email Address,Company,Position,Connected On,Full Name,Birthday,Note,Email Kind,Phone 1,Phone 1 Kind\nZoë,'=Ng,z@example.org,Acme,Cook,12 Mar 2024,Zoë Ng,1985-04-16,one,work,'+1,mobile\n",
    );
    for (read, phone) in [(&any, "1"), (&ours, "+1")] {
        let card = one(read);
        assert_eq!(
            (read.source, card.full_name.trim_matches('='), read.columns.len() > 5),
            (Source::Csv, "Zoë Ng", true)
        );
        assert_eq!((card.emails[0].value.as_str(), card.phones[0].value.as_str()), ("z@example.org", phone));
        assert_eq!((card.note.as_str(), card.birthday), ("one", Birthday::new(Some(1985), 4, 16)));
    }
    assert_eq!((ours.rows[0].card.family.as_str(), ours.rows[0].card.phones[0].kind.as_str()), ("=Ng", "mobile"));
}

#[test]
fn outlook_in_other_languages_and_code_pages_is_read() {
    let german = "Anrede;Vorname;Weitere Vornamen;Nachname;Suffix;Firma;Abteilung;Position;Straße geschäftlich;Ort geschäftlich;Region geschäftlich;Postleitzahl geschäftlich;Land/Region geschäftlich;Telefon geschäftlich;Mobiltelefon;Fax geschäftlich;E-Mail-Adresse;E-Mail-Typ;E-Mail: Angezeigter Name;E-Mail 2: Adresse;Geburtstag;Kategorien;Notizen;Webseite\n\
                  Frau;Zoë;;Müller;;Größe AG;Küche;Köchin;Hauptstr. 1;Köln;NRW;50667;Deutschland;1;2;3;z@example.org;SMTP;Zoë Müller;y@example.org;16.4.1985;Chor;a;https://example.org\n";
    for encoding in [encoding_rs::UTF_8, encoding_rs::WINDOWS_1252] {
        let read = parse(encoding.encode(german).0);
        let card = one(&read);
        assert_eq!((read.source, read.is_guessed), (Source::Outlook, encoding != encoding_rs::UTF_8));
        assert_eq!((card.full_name.as_str(), card.company.as_str()), ("Frau Zoë Müller", "Größe AG"));
        assert_eq!((card.position.as_str(), card.department.as_str()), ("Köchin", "Küche"));
        let address = &card.addresses[0];
        assert_eq!(
            (address.street.as_str(), address.city.as_str(), address.region.as_str()),
            ("Hauptstr. 1", "Köln", "NRW")
        );
        assert_eq!((address.postcode.as_str(), address.country.as_str()), ("50667", "Deutschland"));
        let emails: Vec<&str> = card.emails.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(emails, ["z@example.org", "y@example.org"]);
        let phones: Vec<&str> = card.phones.iter().map(|one| one.kind.as_str()).collect();
        assert_eq!(phones, ["work", "mobile", "fax"]);
        assert_eq!(card.birthday, Birthday::new(Some(1985), 4, 16));
    }
    for file in [
        "Titre,Prénom,Nom,Suffixe,Société,Service,Titre,Rue (bureau),Pays/Région (bureau),Téléphone (bureau),Tél. mobile,Adresse de messagerie,Nom complet de l'adresse de messagerie\nMme,Zoë,Ng,,Acme,Cuisine,Cheffe,Rue 1,France,1,2,z@example.org,no\n",
        "Título,Nombre,Apellidos,Sufijo,Organización,Departamento,Puesto,Calle del trabajo,País o región del trabajo,Teléfono del trabajo,Teléfono móvil,Dirección de correo electrónico,Nombre para mostrar del correo\nSra.,Zoë,Ng,,Acme,Cuisine,Cheffe,Rue 1,France,1,2,z@example.org,no\n",
    ] {
        let read = parse(file);
        let card = one(&read);
        assert_eq!(
            (card.given.as_str(), card.family.as_str(), card.position.as_str()),
            ("Zoë", "Ng", "Cheffe"),
            "{file}"
        );
        assert_eq!((card.company.as_str(), card.department.as_str()), ("Acme", "Cuisine"));
        assert_eq!((card.addresses[0].street.as_str(), card.addresses[0].country.as_str()), ("Rue 1", "France"));
        assert_eq!(card.phones, [Valued::new("work", "1"), Valued::new("mobile", "2")]);
        assert_eq!(card.emails.len(), 1);
    }
}

#[test]
fn an_address_is_read_once_however_often_written() {
    let whole = ("Home Address", "Main St. 1\nTown, 12345");
    let parts =
        [("Last Name", "Ng"), ("Home Street", "Main St. 1"), ("Home City", "Town"), ("Home Postal Code", "12345")];
    let expected = Address {
        kind: "home".into(),
        street: "Main St. 1".into(),
        city: "Town".into(),
        postcode: "12345".into(),
        ..Address::default()
    };
    let without_street: Vec<_> = parts.into_iter().filter(|(name, _)| *name != "Home Street").chain([whole]).collect();
    for cells in [[&parts[..], &[whole]].concat(), without_street] {
        assert_eq!(one(&parse(row(OUTLOOK_88, &cells))).addresses, std::slice::from_ref(&expected));
    }
    let alone = parse(row(OUTLOOK_88, &[("Last Name", "Ng"), whole]));
    assert_eq!(one(&alone).addresses[0].street, "Main St. 1\nTown, 12345");
    let german = parse("Nachname;Ort geschäftlich;Straße privat;Ort privat;Ort\nNg;Köln;Hauptstr. 1;Bonn;Halle 3\n");
    let towns: Vec<&str> = one(&german).addresses.iter().map(|one| one.city.as_str()).collect();
    assert_eq!(towns, ["Köln", "Bonn"]);
    assert_eq!(one(&parse("Name,Address,City\nNg,Main St. 1,Town\n")).addresses[0].street, "Main St. 1");
    assert_eq!(one(&parse("Name;Ort\nNg;Bonn\n")).addresses[0].city, "Bonn");
}

#[test]
fn thunderbird_is_read() {
    let cells = [
        ("Display Name", "Zoë Ng"),
        ("Primary Email", "z@example.org"),
        ("Secondary Email", "y@example.org"),
        ("Mobile Number", "1"),
        ("Home Address", "Main St. 1"),
        ("Home Address 2", "in the yard"),
        ("Home ZipCode", "12345"),
        ("Organization", "Acme"),
        ("Birth Year", "1985"),
        ("Birth Month", "4"),
        ("Birth Day", "16"),
    ];
    let read = parse(row(THUNDERBIRD, &cells));
    let card = one(&read);
    assert_eq!(read.source, Source::Thunderbird);
    assert_eq!((card.full_name.as_str(), card.emails.len(), card.company.as_str()), ("Zoë Ng", 2, "Acme"));
    assert_eq!(
        (card.addresses[0].street.as_str(), card.addresses[0].postcode.as_str()),
        ("Main St. 1\nin the yard", "12345")
    );
    assert_eq!(card.birthday, Birthday::new(Some(1985), 4, 16));
}

#[test]
fn any_table_is_read_by_the_names_of_its_columns() {
    let file =
        "sep=;\r\n\r\nName;E-mail;Mobile;Company;Shoe size\r\nZoë Ng;z@example.org;'+49 30 1;Acme;38\r\n;;;;\r\n";
    let read = parse(file);
    assert_eq!((read.source, read.rows.len()), (Source::Csv, 1));
    assert_eq!(read.rows[0].card.phones, [Valued::new("mobile", "+49 30 1")]);
    assert_eq!((read.rows[0].line, read.skipped.clone()), (4, vec![Why::Nobody.on(5)]));
    let targets: Vec<Target> = read.columns.iter().map(|column| column.target).collect();
    assert_eq!(targets, [Target::FullName, Target::Email, Target::Phone, Target::Company, Target::Nothing]);
    assert_eq!(read.columns[4].samples, ["38"]);
}

#[test]
fn people_choose_what_columns_hold() {
    let file = "Ng;Zoë;z@example.org\nEk;Bo;b@example.org\n";
    let found = parse(file);
    assert_eq!((found.has_header, found.rows.len()), (false, 2));
    assert_eq!(found.columns[2].target, Target::Email);
    let columns = vec![Target::Family, Target::Given, Target::Email];
    let choices = Choices { columns, ..Choices::default() };
    let names: Vec<String> =
        read(file.as_bytes(), &choices, TODAY).unwrap().rows.iter().map(|row| row.card.full_name.clone()).collect();
    assert_eq!(names, ["Zoë Ng", "Bo Ek"]);
    let choices = Choices { has_header: Some(true), ..choices };
    assert_eq!(read(file.as_bytes(), &choices, TODAY).unwrap().rows.len(), 1);
}

#[test]
fn another_encoding_may_be_chosen() {
    let file = encoding_rs::WINDOWS_1251.encode("Name,Company\nИван,Завод\n").0;
    assert!(parse(&file).is_guessed);
    let choices = Choices { encoding: Some(encoding_rs::WINDOWS_1251), ..Choices::default() };
    let read = read(&file, &choices, TODAY).unwrap();
    assert_eq!(read.rows[0].card.full_name, "Иван");
}

#[test]
fn a_code_page_is_guessed_rather_than_refused() {
    for (encoding, file, name) in [
        (encoding_rs::WINDOWS_1250, "Jméno;Příjmení;E-mail\nTomáš;Šťastný;t@example.org\n", "Tomáš Šťastný"),
        (encoding_rs::WINDOWS_1256, "الاسم;E-mail\nمحمد أحمد;m@example.org\n", "محمد أحمد"),
        (encoding_rs::WINDOWS_1252, "Name,Company\nJürgen Groß,Leiter – Einkauf’s\n", "Jürgen Groß"),
    ] {
        let columns = match file.matches(';').count() {
            4 => vec![Target::Given, Target::Family, Target::Email],
            2 => vec![Target::FullName, Target::Email],
            _ => Vec::new(),
        };
        let bytes = encoding.encode(file).0;
        let seen = parse(&bytes);
        assert_eq!((seen.encoding, seen.is_guessed, seen.columns.is_empty()), (encoding, true, false));
        let choices = Choices { columns, has_header: Some(true), ..Choices::default() };
        assert_eq!(read(&bytes, &choices, TODAY).unwrap().rows[0].card.full_name, name);
    }
    let card = encoding_rs::WINDOWS_1251.encode("BEGIN:VCARD\nVERSION:2.1\nFN:Иван Петров\nEND:VCARD\n").0;
    assert_eq!(one(&parse(&card)).full_name, "Иван Петров");
}

fn card_of(lines: &[u8]) -> Vec<u8> {
    [b"BEGIN:VCARD\nVERSION:2.1\n", lines, b"\nEND:VCARD\n"].concat()
}

#[test]
fn cards_in_several_encodings_keep_their_letters() {
    let utf_8 = card_of("FN:Zoë Müller\nORG:Größe".as_bytes());
    let latin = card_of(b"FN:J\xfcrgen Gro\xdf");
    let read = parse([utf_8.repeat(3), latin].concat());
    let names: Vec<&str> = read.rows.iter().map(|row| row.card.full_name.as_str()).collect();
    assert_eq!(names, ["Zoë Müller", "Zoë Müller", "Zoë Müller", "Jürgen Groß"]);
    assert_eq!((read.encoding, read.is_guessed), (encoding_rs::WINDOWS_1252, true));
}

#[test]
fn what_a_line_says_of_itself_is_no_guess_for_others() {
    let japanese = card_of(b"FN;CHARSET=SHIFT_JIS:\x8e\x52\x93\x63\x91\xbe\x98\x59");
    let latin = card_of(b"FN:Ada\nADR;ENCODING=QUOTED-PRINTABLE:;;Hauptstra=DFe 5;K=F6ln;;;");
    let read = parse([japanese.clone(), latin].concat());
    let address = &read.rows[1].card.addresses[0];
    assert_eq!(
        (read.rows[0].card.full_name.as_str(), address.on_a_line().as_str()),
        ("山田太郎", "Hauptstraße 5, Köln")
    );
    assert!(read.is_guessed);
    assert!(!parse(japanese).is_guessed, "nobody need choose what is said");
}

#[test]
fn a_letter_cut_in_two_does_not_spoil_its_line() {
    let cut = card_of(&["FN:Ada\nNOTE:Größe, Café, Zo".as_bytes(), b"\xc3"].concat());
    let read = parse([cut.clone(), card_of(b"FN:J\xfcrgen")].concat());
    assert_eq!((read.rows[0].card.note.as_str(), read.rows[1].card.full_name.as_str()), ("Größe, Café, Zo", "Jürgen"));
    assert_eq!(parse(cut).encoding, encoding_rs::UTF_8);
}

#[test]
fn damaged_letters_do_not_refuse_a_file() {
    let read = parse([b"\xef\xbb\xbfName,Company\nZo\xeb Ng,Acme\n".as_slice(), "Zoë Ek,Beta\n".as_bytes()].concat());
    assert_eq!((read.rows.len(), read.encoding, read.is_guessed), (2, encoding_rs::UTF_8, true));
    let read = parse("Name,Company\nN\0g,Acme\nEk,Beta\n");
    assert_eq!((read.rows.len(), read.skipped), (1, vec![Why::ControlCharacter { column: 1 }.on(2)]));
    assert_eq!(refused(b"Name\n\0\x01\x02 \x03\x04,\0\0\0 and"), Why::Binary);
}

#[test]
fn what_is_no_list_is_named_for_what_it_is() {
    for (file, why) in [
        (b"\x89PNG\r\n\x1a\n and so on".as_slice(), Why::Picture),
        (b"<!DOCTYPE html><html>", Why::WebPage),
        (b"\xef\xbb\xbf\n<!-- saved from -->\n<HTML>", Why::WebPage),
        (b"<!-- nothing else", Why::WebPage),
        (b"<head><meta charset=utf-8>", Why::WebPage),
        (b"<table><tr><td>Name,Company", Why::WebPage),
        (b"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"x\"><html>", Why::WebPage),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0", Why::WebPage),
        (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", Why::Picture),
        (b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook>", Why::Spreadsheet),
        (b"<?xml version=\"1.0\"?><vcards><vcard/></vcards>", Why::Xml),
        (b"<contacts><contact/></contacts>", Why::Xml),
        (b"{\"contacts\": []}", Why::Json),
        (b"[\n  {\"name\": \"Ng\"}]", Why::Json),
        (b"%PDF-1.7", Why::Pdf),
        (b"!BDN and so on", Why::OutlookData),
        (b"\xd0\xcf\x11\xe0", Why::Spreadsheet),
        (b"dn: cn=Zoe,mail=z@example.org\n", Why::Ldif),
        (b"", Why::Empty),
        (b" \n\n", Why::Empty),
        (b"only some words\nand more of them\n", Why::NoColumns),
        (b"Name,Company\n\"Ng,Acme\nEk,Beta\n", Why::UnclosedQuote),
    ] {
        assert_eq!(refused(file), why, "{}", String::from_utf8_lossy(file));
    }
}

#[test]
fn brackets_alone_are_no_other_kind_of_file() {
    for file in ["<Name>,Company\nNg,Acme\n", "[Name],Company\nNg,Acme\n", "{Name},Company\nNg,Acme\n"] {
        assert_eq!(parse(file).rows.len(), 1, "{file}");
    }
}

#[test]
fn what_was_chosen_stays_when_the_header_changes() {
    use Target::{Email, Family, Given, Note, Nothing};

    let file = "Imię;E-mail;Nazwisko\nŁukasz;l@example.org;Wójcik\n";
    let seen = |has_header| Choices { has_header: Some(has_header), ..Choices::default() };
    let anew = |before: bool, columns: &[Target]| {
        let now = Choices { columns: columns.to_vec(), ..seen(!before) };
        columns_anew(file.as_bytes(), &seen(before), &now)
    };
    assert_eq!(anew(true, &[Given, Email, Family]), [Given, Email, Family], "a guess is kept where there is no other");
    assert_eq!(anew(true, &[Given, Note, Nothing]), [Given, Note, Nothing]);
    assert_eq!(anew(false, &[Given, Nothing, Family]), [Given, Email, Family]);
    assert_eq!(anew(false, &[Given]), [Given]);
}

#[test]
fn a_row_whose_columns_have_shifted_is_skipped() {
    let read = parse("Name,Company\nNg,Acme, Ltd\nEk,Beta\nLi,\u{1b}\n");
    assert_eq!(read.rows.len(), 1);
    let why = [Why::FieldCount { expected: 2, found: 3 }.on(2), Why::ControlCharacter { column: 2 }.on(4)];
    assert_eq!(read.skipped, why);
}

#[test]
fn cards_are_read_each_by_itself() {
    let file = "BEGIN:VCARD\nVERSION:3.0\nFN:a\nPHOTO:x\nEND:VCARD\nBEGIN:VCARD\nFN:b\nBEGIN:VCARD\nKIND:group\nFN:c\nEND:VCARD\n\
                BEGIN:VCARD\nX-A:b\nEND:VCARD\n";
    let read = parse(file);
    assert_eq!((read.source, read.rows.len()), (Source::VCard, 1));
    assert!(!read.rows[0].card.raw.contains("PHOTO"));
    assert_eq!(read.skipped, [Why::TornCard.on(6), Why::NoPerson.on(8), Why::Nobody.on(12)]);
}

#[test]
fn no_more_rows_are_read_than_may_be() {
    let file = format!("Name\n{}", "Ng Zoë\n".repeat(super::MAX_ROWS + 1));
    assert_eq!(refused(file), Why::TooManyRows);
    let cards = "BEGIN:VCARD\nFN:a\nEND:VCARD\n".repeat(super::MAX_ROWS + 1);
    assert_eq!(refused(cards), Why::TooManyRows);
}

fn targets(read: &Read) -> Vec<Target> {
    read.columns.iter().map(|column| column.target).collect()
}

#[test]
fn a_heading_is_no_contact() {
    use Target::{Company, Email, FullName, Nothing, Phone};

    let read = parse(
        "Person;Mail;Handynummer;Arbeitgeber;Seit\nAnn Lee;a@x.example;+49 170 1;Acme;2019\nBen Ode;b@x.example;;;\n",
    );
    assert_eq!((read.has_header, read.rows.len()), (true, 2));
    assert_eq!(targets(&read), [FullName, Email, Phone, Company, Nothing]);
    assert_eq!(read.columns[4].samples, ["2019"]);
    // Of a language that is not known here, words above addresses are a heading.
    let read = parse("Nimi;Sähköposti\nAnn Lee;a@x.example\nBen Ode;b@x.example\n");
    assert_eq!((read.has_header, targets(&read)), (true, vec![FullName, Email]));
    assert_eq!(read.rows.len(), 2);
    let read =
        parse("Voornaam;Tussenvoegsel;Achternaam;Mail address;Mobiel;Woonplaats\nAn;de;Vries;a@x.example;06 1;Breda\n");
    assert_eq!((read.rows[0].card.full_name.as_str(), read.rows[0].card.emails.len()), ("An de Vries", 1));
    assert_eq!((read.rows[0].card.phones.len(), read.rows[0].card.addresses[0].city.as_str()), (1, "Breda"));
}

#[test]
fn a_list_without_a_heading_is_read_by_its_cells() {
    use Target::{Email, Family, FullName, Given, Phone};

    let read = parse("Ann Lee,a@x.example,+49 1\n");
    assert_eq!((read.has_header, read.rows.len(), targets(&read)[..2].to_vec()), (false, 1, vec![FullName, Email]));
    assert_eq!(targets(&parse("Ann|Lee|a@x.example|+49 30 123456\n")), [Given, Family, Email, Phone]);
    // Words alone are any text.
    assert!(parse("Dear Sir, I write to you\nand, as it is, late\n").rows.is_empty());
}

#[test]
fn a_column_of_a_late_row_holds_something() {
    let rows = "Ng,,\n".repeat(80);
    let read = parse(format!("Name,Company,Shoe size\n{rows}Ek,Acme,38\n"));
    assert_eq!(read.columns[2].samples, ["38"]);
}

#[test]
fn letters_that_cannot_be_read_are_named() {
    let linkedin =
        b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\nAnn,Lee,,,,,\nBob,R\xffy,,,,,\n";
    let table = b"Name,E-mail\nAnn Lee,a@x.example\nBob R\xffy,b@x.example\n";
    let card = b"BEGIN:VCARD\nVERSION:3.0\nFN:Bob R\xffy\nEND:VCARD\n";
    for (file, line) in [(linkedin.as_slice(), 3), (table, 3), (card, 1)] {
        let choices = Choices { encoding: Some(encoding_rs::UTF_8), ..Choices::default() };
        let found = read(file, &choices, TODAY).unwrap();
        assert_eq!(found.unreadable, [line], "{:?}", String::from_utf8_lossy(file));
        assert!(found.rows.iter().any(|row| row.card.full_name == "Bob Ry"));
    }
    assert!(parse("Name\nZoë Ng\n").unreadable.is_empty());
}

#[test]
fn a_row_of_megabytes_is_refused_before_it_is_taken() {
    let long = "x".repeat(2_000_000);
    let linkedin = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n";
    for (start, end) in [(linkedin, ",,,,,,\n"), ("Name,E-mail\n", ",a@x.example\n")] {
        for cell in [long.clone(), format!("\"{long}\"")] {
            let file = format!("{start}Ann{end}{cell}{end}");
            let damaged = read(file.as_bytes(), &Choices::default(), TODAY).unwrap_err();
            assert_eq!(damaged, Why::LongRow.on(3), "{start}");
        }
    }
    assert_eq!(refused(format!("Name,E-mail\n\"{long}\n")), Why::UnclosedQuote);
    assert_eq!(parse(format!("Name,E-mail\n{}", "Ann Lee,a@x.example\n".repeat(29_000))).rows.len(), 29_000);
    assert!(read(long.as_bytes(), &Choices::default(), TODAY).is_err());
}

#[test]
fn a_card_with_too_much_in_it_is_skipped_and_named() {
    let pairs: String =
        (0..60_000).map(|at| format!("item{at}.X-ABLabel:z\nitem{at}.EMAIL:a{at}@x.example\n")).collect();
    let read = parse(format!("BEGIN:VCARD\nVERSION:3.0\nFN:Ann\n{pairs}END:VCARD\nBEGIN:VCARD\nFN:Ben\nEND:VCARD\n"));
    assert_eq!((read.rows.len(), read.skipped), (1, vec![Why::LargeCard.on(1)]));
}

#[test]
fn what_is_beside_the_cards_is_named() {
    let read = parse(
        "# of my phone\nBEGIN:VCARD\nVERSION:3.0\nFN:Ann\nURL:http\\://ann.example/\nEND:VCARD\nBen,b@x.example\n",
    );
    assert_eq!((read.source, read.rows.len()), (Source::VCard, 1));
    assert_eq!(read.rows[0].card.links, [Valued::new("", "http://ann.example/")]);
    assert_eq!(read.skipped, [Why::NoCard.on(1), Why::NoCard.on(7)]);
    let read = parse("Name,Website 1 - Value\nAnn,http\\://ann.example/\n");
    assert_eq!(read.rows[0].card.links, [Valued::new("", "http://ann.example/")]);
}

#[test]
fn every_line_end_is_read_as_one() {
    for end in ["\n", "\r\n", "\r"] {
        let read = parse(["Name,Notes", "Ann,\"a", "b\"", "Ben,c", ""].join(end));
        assert_eq!((read.rows.len(), read.rows[1].line, read.rows[0].card.note.as_str()), (2, 4, "a\nb"), "{end:?}");
    }
}

/// Files that look like one of those above, and are not quite.
fn garbled() -> impl Strategy<Value = Vec<u8>> {
    let start = prop::sample::select(vec![
        format!("{GOOGLE}\r\n"),
        format!("{OUTLOOK_61}\n"),
        format!("{THUNDERBIRD}\n"),
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n".into(),
        "Name;Birthday;Tags\n".into(),
        "BEGIN:VCARD\r\nVERSION:2.1\r\n".into(),
        "BEGIN:VCARD\r\nVERSION:4.0\r\n".into(),
        String::new(),
        "PK\u{3}\u{4}".into(),
    ]);
    let piece = prop::sample::select(vec![
        ",",
        ";",
        "\t",
        "\"",
        "\n",
        "\r\n",
        "\r",
        " ::: ",
        "z@example.org",
        "1/2/85",
        "--04-16",
        "=",
        "=C3",
        "=\r\n",
        "'",
        "é",
        "\u{202e}",
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:",
        "TEL;TYPE=\"a,b\":",
        "item1.EMAIL:",
        "item1.X-ABLabel:",
        "BDAY:",
        "ADR:;;",
        "END:VCARD",
        "BEGIN:VCARD",
        "AGENT:",
        "\\",
        "\0",
        "Zoë",
        "sep=",
        " ",
    ]);
    let piece = prop_oneof![9 => piece.prop_map(|text| text.as_bytes().to_vec()), 1 => prop::collection::vec(any::<u8>(), 1..4)];
    (start, prop::collection::vec(piece, 0..60))
        .prop_map(|(start, pieces)| [start.into_bytes(), pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("AMICABLE_PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(256),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_file_is_a_crash_and_every_card_is_within_limits(file in garbled()) {
        if let Ok(read) = read(&file, &Choices::default(), TODAY) {
            for row in &read.rows {
                let again = row.card.clone().cleaned();
                prop_assert_eq!(&again, &row.card);
                prop_assert!(row.card.full_name.chars().count() <= crate::contacts::card::MAX_LINE);
                let _ = crate::contacts::vcard::write(&row.card);
            }
            let lines: Vec<u64> = read.rows.iter().map(|row| row.line).collect();
            prop_assert!(lines.is_sorted(), "{:?}", lines);
        }
    }
}
