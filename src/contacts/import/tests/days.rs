//! Birthdays as each country, program and spreadsheet writes them.

use super::*;

fn birthdays(read: &Read) -> Vec<Option<String>> {
    read.rows.iter().map(|row| row.card.birthday.map(|day| day.to_string())).collect()
}

#[test]
fn outlook_has_the_month_first_in_english_only() {
    for (header, day) in [
        ("First Name,Last Name,E-mail 2 Address,Birthday", "1985-04-05"),
        ("Vorname,Nachname,Straße geschäftlich,Geburtstag", "1985-05-04"),
        ("Prénom,Nom,Rue (bureau),Anniversaire", "1985-05-04"),
        ("Nombre,Apellidos,Calle del trabajo,Cumpleaños", "1985-05-04"),
    ] {
        let read = parse(format!("{header}\nZoë,Ng,,4/5/1985\n"));
        assert_eq!((read.source, birthdays(&read)), (Source::Outlook, vec![Some(day.to_owned())]), "{header}");
    }
}

#[test]
fn most_days_tell_which_number_is_the_month() {
    let header = "First Name,Last Name,E-mail 2 Address,Birthday\n";
    let late = format!("{header}{}Bo,Ek,,16/4/1985 00:00\n", "Zoë,Ng,,4/5/1985\n".repeat(1_500));
    let read = parse(late);
    assert_eq!((birthdays(&read)[0].as_deref(), read.rows.len()), (Some("1985-05-04"), 1_501));
    let mistyped = format!("{header}Al,Ek,,4/16/1985\nBo,Ek,,16/4/1985\nCy,Ek,,17/4/1985\nZoë,Ng,,4/5/1985\n");
    assert_eq!(birthdays(&parse(mistyped))[3].as_deref(), Some("1985-05-04"));
    let even = format!("{header}Al,Ek,,4/16/1985\nBo,Ek,,16/4/1985\nZoë,Ng,,4/5/1985\n");
    assert_eq!(birthdays(&parse(even))[2].as_deref(), Some("1985-04-05"));
}

#[test]
fn a_birthday_is_read_in_each_way_it_is_written() {
    for (written, day) in [
        ("12 April 1980", "1980-04-12"),
        ("5-Apr-80", "1980-04-05"),
        ("April 12, 1980", "1980-04-12"),
        ("16. April 1985", "1985-04-16"),
        ("12 de abril de 1980", "1980-04-12"),
        ("16. 4. 1985", "1985-04-16"),
        ("1985/04/16", "1985-04-16"),
        ("1985-04-16T00:00:00Z", "1985-04-16"),
        ("16/04/1985 0:00", "1985-04-16"),
        ("16-04-1985", "1985-04-16"),
        ("12 April", "--04-12"),
        ("05.04.80", "1980-04-05"),
        ("05.04.12", "2012-04-05"),
        ("24.11.26", "2026-11-24"),
        ("26.11.26", "1926-11-26"),
        ("1.1.00", "2000-01-01"),
    ] {
        // Another row says that the day comes first.
        let read = parse(format!("Name;Birthday\nZoë Ng;{written}\nBo Ek;31/12/1970\n"));
        assert_eq!(
            (birthdays(&read)[0].as_deref(), read.birthdays.as_slice()),
            (Some(day), [].as_slice()),
            "{written}"
        );
    }
}

#[test]
fn a_birthday_that_cannot_be_read_is_said() {
    for written in ["4/5/1980", "29325", "Apr-12", "soon", "31.4.1980", "5.4.185", "12 April 2180", "1604-04-16"] {
        let read = parse(format!("Name;Birthday\nBo Ek;\nZoë Ng;{written}\n"));
        assert_eq!((birthdays(&read), read.birthdays), (vec![None, None], vec![3]), "{written}");
    }
    let none = parse("Name;Birthday\nBo Ek;0/0/00\nZoë Ng;--\n");
    assert_eq!((birthdays(&none), none.birthdays), (vec![None, None], vec![]));
    let parts = parse("Name,Birth Year,Birth Month,Birth Day\nBo Ek,1985,4,16\nZoë Ng,1985,,\n");
    assert_eq!((birthdays(&parts)[0].as_deref(), parts.birthdays), (Some("1985-04-16"), vec![3]));
}

#[test]
fn a_birthday_beside_linkedin_that_cannot_be_read_is_said() {
    let header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On,Birthday\n";
    let read = parse(format!("{header}Zoë,Ng,,,Acme,Cook,12 Mar 2024,4/5/1980\nBo,Ek,,,Acme,,12 Mar 2024,5-Apr-80\n"));
    assert_eq!((read.source, birthdays(&read)[1].as_deref()), (Source::LinkedIn, Some("1980-04-05")));
    assert_eq!(read.birthdays, [2]);
}
