//! Columns whose names have a word of something that they do not hold, as exports of programs for sales have many.

use super::*;

fn left_out(read: &Read) -> Vec<&str> {
    let columns = read.columns.iter().filter(|column| column.target == Target::Nothing);
    columns.map(|column| column.name.as_str()).collect()
}

fn reach(card: &Card) -> Vec<&str> {
    card.emails.iter().chain(&card.phones).chain(&card.links).map(|one| one.value.as_str()).collect()
}

#[test]
fn what_is_said_about_an_address_is_none() {
    let apollo = "First Name,Last Name,Company,Company Name for Emails,Email,Email Status,Primary Email Source,Email Confidence\n\
                  Zoë,Ng,Acme,Acme,z@example.org,Verified,Apollo,0.9\n";
    let read = parse(apollo);
    assert_eq!(reach(one(&read)), ["z@example.org"]);
    assert_eq!(
        left_out(&read),
        ["Company Name for Emails", "Email Status", "Primary Email Source", "Email Confidence"]
    );
    let hubspot = "First Name,Last Name,Email,Email Domain,Unsubscribed from all email,Email verified,Mobile consent day,Website visits\n\
                   Zoë,Ng,,,,,,\nBo,Ek,b@example.org,example.org,true,true,2024-03-12 10:20,12\n";
    let read = parse(hubspot);
    assert_eq!(reach(&read.rows[1].card), ["b@example.org"]);
    assert_eq!(left_out(&read).len(), 5, "{:?}", left_out(&read));
    let salesforce = "Name,Email,Phone,Email Opt Out,Fax Opt Out\nZoë Ng,z@example.org,030 1234567,0,1\n";
    assert_eq!(reach(one(&parse(salesforce))), ["z@example.org", "030 1234567"]);
}

#[test]
fn a_name_in_doubt_is_believed_where_the_cells_agree() {
    let file = "Name,Customer email,Direct phone of desk,Profile link here\n\
                Bo Ek,none,,\nZoë Ng,z@example.org,555-123-4567,example.org/zoe\n";
    let read = parse(file);
    assert_eq!(reach(&read.rows[1].card), ["z@example.org", "555-123-4567", "example.org/zoe"]);
    assert!(left_out(&read).is_empty());
    let known = parse("Name,E-mail,Custom e-mail\nZoë Ng,not known,z@example.org\n");
    assert_eq!((reach(one(&known)), left_out(&known)), (vec!["not known"], vec!["Custom e-mail"]));
}

#[test]
fn where_a_computer_is_nobody_lives() {
    let file = "Name,IP Address,IP City,IP Country,IMAddress,Web address,Street address,City\n\
                Zoë Ng,203.0.113.7,Utrecht,NL,zoe@im,https://example.org,Main St. 1,Town\n";
    let read = parse(file);
    let card = one(&read);
    let lines: Vec<String> = card.addresses.iter().map(Address::on_a_line).collect();
    assert_eq!((lines, reach(card)), (vec!["Main St. 1, Town".to_owned()], vec!["https://example.org"]));
    assert_eq!(left_out(&read), ["IP Address", "IP City", "IP Country", "IMAddress"]);
}

#[test]
fn columns_of_ones_own_in_doubt_are_no_addresses() {
    let file = "First Name,Last Name,URL,Email Address,Company,Position,Connected On,Email Status,Spare email\n\
                Zoë,Ng,https://www.linkedin.com/in/zoe,,Acme,Cook,12 Mar 2024,Verified,z@example.org\n";
    let read = parse(file);
    assert_eq!((read.source, one(&read).emails.len()), (Source::LinkedIn, 1));
    assert_eq!(one(&read).emails[0].value, "z@example.org");
}
