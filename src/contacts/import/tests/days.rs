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
