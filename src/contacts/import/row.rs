//! From the cells of one row to a card.

use csv::StringRecord;
use jiff::civil::Date;

use crate::accounts::email;
use crate::contacts::card::{Address, Birthday, Card, Valued};
use crate::contacts::import::birthdays::{self, Order, Seen};
use crate::contacts::import::columns::{Guess, Target};
use crate::contacts::import::linkedin::dates;
use crate::contacts::import::notes::{add_notes, keep, keep_day};
use crate::contacts::import::{MAX_ROWS, Why, mended, says_who};
use crate::contacts::names::called;

/// What Google puts between several values of one cell.
const SEVERAL: &str = " ::: ";

/// Which column is which, and how its days are written.
pub(super) struct Layout {
    columns: Vec<Placed>,
    /// How many e-mails, phones, links and addresses there are columns for.
    slots: Slots<usize>,
    today: Date,
    order: Order,
    /// Whether every value stands in a cell of its own, as the export of this site has it, so that none is taken apart.
    is_as_written: bool,
}

struct Placed {
    target: Target,
    /// The number of the value among those of its sort.
    at: usize,
    kind: &'static str,
}

/// One of each sort of value.
#[derive(Default)]
struct Slots<T> {
    emails: T,
    phones: T,
    links: T,
    addresses: T,
}

impl<T> Slots<T> {
    fn of(&mut self, target: Target) -> Option<&mut T> {
        match target {
            Target::Email | Target::EmailKind => Some(&mut self.emails),
            Target::Phone | Target::PhoneKind => Some(&mut self.phones),
            Target::Link | Target::LinkKind => Some(&mut self.links),
            Target::Address
            | Target::Street
            | Target::City
            | Target::Region
            | Target::Postcode
            | Target::Country
            | Target::AddressKind => Some(&mut self.addresses),
            _ => None,
        }
    }
}

impl Layout {
    pub(super) fn new(guesses: Vec<Guess>, order: Order, today: Date) -> Layout {
        let mut names: Slots<Vec<String>> = Slots::default();
        let place = |guess: Guess| {
            let at = names.of(guess.target).map_or(0, |slots| {
                slots.iter().position(|slot| *slot == guess.slot).unwrap_or_else(|| {
                    slots.push(guess.slot);
                    slots.len() - 1
                })
            });
            Placed { target: guess.target, at, kind: guess.kind }
        };
        let columns = guesses.into_iter().map(place).collect();
        let slots = Slots {
            emails: names.emails.len(),
            phones: names.phones.len(),
            links: names.links.len(),
            addresses: names.addresses.len(),
        };
        Layout { columns, slots, today, order, is_as_written: false }
    }

    /// Takes every value as it stands in its cell.
    pub(super) fn taken_as_written(self) -> Layout {
        Layout { is_as_written: true, ..self }
    }

    /// Learns from the days that can only be one which number is the month.
    pub(super) fn learn(&mut self, rows: impl Iterator<Item = csv::Result<StringRecord>>) {
        let days: Vec<usize> =
            (0..self.columns.len()).filter(|at| self.columns[*at].target == Target::Birthday).collect();
        if days.is_empty() {
            return;
        }
        let mut seen = Seen::default();
        for row in rows.take(MAX_ROWS).flatten() {
            days.iter().filter_map(|at| row.get(*at)).for_each(|cell| seen.see(cell));
        }
        self.order = seen.order(self.order);
    }

    /// Reads a row; the reason where it is passed over.
    pub(super) fn card(&self, row: &StringRecord) -> Result<Card, Why> {
        check_width(row, self.columns.len())?;
        let mut card = self.gathered(row)?;
        if card.full_name.is_empty() {
            card.full_name = card.joined_name();
        }
        let card = card.cleaned();
        if says_who(&card) { Ok(card) } else { Err(Why::Nobody) }
    }

    /// Reads what the cells say, whoever it is of, as it stands there; the reason where the row is passed over.
    pub(super) fn gathered(&self, row: &StringRecord) -> Result<Card, Why> {
        let mut draft = Draft::new(&self.slots);
        for (at, (column, cell)) in self.columns.iter().zip(row.iter()).enumerate() {
            if column.target == Target::Nothing || cell.trim().is_empty() {
                continue;
            }
            if cell.contains(|c: char| c.is_control() && !c.is_whitespace()) {
                return Err(Why::ControlCharacter { column: at + 1 });
            }
            self.take(&mut draft, column, without_apostrophe(cell.trim()));
        }
        Ok(draft.card())
    }

    /// Whether a row tells a birthday where none was read, so that it cannot be.
    pub(super) fn misses_birthday(&self, row: &StringRecord, read: Option<Birthday>) -> bool {
        let of_birth = [Target::Birthday, Target::BirthYear, Target::BirthMonth, Target::BirthDay];
        let mut cells = self.columns.iter().zip(row).filter(|(column, _)| of_birth.contains(&column.target));
        read.is_none() && cells.any(|(_, cell)| birthdays::is_told(cell))
    }

    /// Whether two can have been connected on a day, elsewhere also before there was LinkedIn.
    fn may_be(&self, day: Date) -> bool {
        dates::may_be(day, self.today) || self.is_as_written && day <= self.today
    }

    fn take(&self, draft: &mut Draft, column: &Placed, cell: &str) {
        let Placed { target, at, kind } = column;
        let card = &mut draft.card;
        match target {
            Target::Nothing => {}
            Target::Company | Target::Department | Target::Position => {
                draft.keep(*target, &cell.replace(SEVERAL, ", "));
            }
            Target::Note if card.note.is_empty() => cell.clone_into(&mut card.note),
            Target::Note => card.note = format!("{}\n{cell}", card.note),
            Target::Tags => card.tags.extend(tags(cell)),
            Target::ConnectedOn => {
                let day = dates::read(cell).filter(|day| self.may_be(*day));
                keep_day(&mut card.connected_on, day, *target, cell, &mut draft.notes);
            }
            Target::Birthday => {
                let day = birthdays::read(cell, self.order, self.today);
                keep_day(&mut card.birthday, day, *target, cell, &mut draft.notes);
            }
            Target::BirthYear => draft.birth[0] = cell.parse().unwrap_or(0),
            Target::BirthMonth => draft.birth[1] = cell.parse().unwrap_or(0),
            Target::BirthDay => draft.birth[2] = cell.parse().unwrap_or(0),
            Target::Email if self.is_as_written => draft.values.emails[*at].add(kind, cell),
            Target::Email => draft.add_emails(*at, kind, cell),
            Target::Phone => draft.values.phones[*at].add(kind, cell),
            // Google's old layout escapes the colon.
            Target::Link => draft.values.links[*at].add(kind, &cell.replace("\\:", ":")),
            Target::EmailKind => draft.values.emails[*at].kind = of_kind(cell),
            Target::PhoneKind => draft.values.phones[*at].kind = of_kind(cell),
            Target::LinkKind => draft.values.links[*at].kind = of_kind(cell),
            Target::AddressKind => draft.addresses[*at].address.kind = of_kind(cell),
            Target::Address | Target::Street | Target::City | Target::Region | Target::Postcode | Target::Country => {
                draft.addresses[*at].add(*target, kind, cell, &mut draft.notes)
            }
            line => draft.keep(*line, cell),
        }
    }
}

/// Refuses a row with more than empty cells beyond its header, since its columns have shifted and none can be trusted, and one
/// whose cells are all in one, since another character parts them.
pub(super) fn check_width(row: &StringRecord, expected: usize) -> Result<(), Why> {
    let is_wider = row.iter().skip(expected).any(|cell| !cell.trim().is_empty());
    let is_all_in_one = row.len() == 1 && row.iter().any(|cell| mended::parts_into(cell, expected));
    match is_wider || is_all_in_one {
        true => Err(Why::FieldCount { expected, found: row.len() }),
        false => Ok(()),
    }
}

/// A card whose values are being gathered.
struct Draft {
    card: Card,
    values: Slots<Vec<Several>>,
    addresses: Vec<Parts>,
    /// Year, month and day, where each has a column.
    birth: [i16; 3],
    /// The name before an address, for where no column has one.
    mailbox: String,
    /// Lines for the note: what other columns say of a field that has room for one value.
    notes: Vec<String>,
}

/// The values of one cell, and what they are for.
#[derive(Default, Clone)]
struct Several {
    kind: String,
    values: Vec<String>,
}

impl Several {
    fn add(&mut self, kind: &str, cell: &str) {
        if self.kind.is_empty() {
            kind.clone_into(&mut self.kind);
        }
        self.values.extend(cell.split(SEVERAL).map(|value| value.trim().to_owned()));
    }
}

#[derive(Default, Clone)]
struct Parts {
    address: Address,
    /// As one text, for what has no parts.
    whole: String,
}

impl Parts {
    fn add(&mut self, part: Target, kind: &str, cell: &str, notes: &mut Vec<String>) {
        let address = &mut self.address;
        if address.kind.is_empty() {
            kind.clone_into(&mut address.kind);
        }
        match part {
            Target::Street if address.street.is_empty() => cell.clone_into(&mut address.street),
            Target::Street => address.street = format!("{}\n{cell}", address.street),
            Target::City => keep(&mut address.city, cell, part, notes),
            Target::Region => keep(&mut address.region, cell, part, notes),
            Target::Postcode => keep(&mut address.postcode, cell, part, notes),
            Target::Country => keep(&mut address.country, cell, part, notes),
            _ => keep(&mut self.whole, cell, part, notes),
        }
    }

    /// Where the street is only in the address as a whole, it is the lines that the other parts do not say.
    fn address(self) -> Address {
        let Parts { mut address, whole } = self;
        if address.street.is_empty() {
            let parts = [&address.city, &address.region, &address.postcode, &address.country];
            let parts = parts.into_iter().filter(|part| !part.is_empty());
            let rest =
                |line: &&str| parts.clone().fold((*line).to_owned(), |line, part| line.replace(part.as_str(), ""));
            let is_more = |line: &&str| rest(line).contains(char::is_alphanumeric);
            address.street = whole.lines().filter(is_more).collect::<Vec<_>>().join("\n");
        }
        address
    }
}

impl Draft {
    /// Takes the addresses of a cell, one of which may have a name before it, as mail programs write them.
    fn add_emails(&mut self, at: usize, kind: &str, cell: &str) {
        let several = cell.split(SEVERAL).flat_map(addresses).collect::<Vec<_>>().join(SEVERAL);
        if let (false, Some((name, _))) = (several == cell, cell.split_once('<')) {
            let name = name.trim().trim_matches(['"', '\'']).trim();
            if self.mailbox.is_empty() && !name.contains('@') {
                name.clone_into(&mut self.mailbox);
            }
        }
        self.values.emails[at].add(kind, &several);
    }

    fn new(slots: &Slots<usize>) -> Draft {
        let values = Slots {
            emails: vec![Several::default(); slots.emails],
            phones: vec![Several::default(); slots.phones],
            links: vec![Several::default(); slots.links],
            addresses: Vec::new(),
        };
        Draft {
            card: Card::default(),
            values,
            addresses: vec![Parts::default(); slots.addresses],
            birth: [0; 3],
            mailbox: String::new(),
            notes: Vec::new(),
        }
    }

    /// Takes what a line of its own says, such as a name.
    fn keep(&mut self, target: Target, cell: &str) {
        let card = &mut self.card;
        let line = match target {
            Target::FullName => &mut card.full_name,
            Target::Given => &mut card.given,
            Target::Middle => &mut card.middle,
            Target::Family => &mut card.family,
            Target::Prefix => &mut card.prefix,
            Target::Suffix => &mut card.suffix,
            Target::Nickname => &mut card.nickname,
            Target::Company => &mut card.company,
            Target::Department => &mut card.department,
            Target::Position => &mut card.position,
            _ => return,
        };
        keep(line, cell, target, &mut self.notes);
    }

    fn card(self) -> Card {
        let mut card = self.card;
        if called(&card).is_empty() {
            card.full_name = self.mailbox;
        }
        let all = |several: Vec<Several>| {
            several
                .into_iter()
                .flat_map(|one| one.values.into_iter().map(move |value| Valued { kind: one.kind.clone(), value }))
                .collect()
        };
        card.emails = all(self.values.emails);
        card.phones = all(self.values.phones);
        card.links = all(self.values.links);
        let addresses = self.addresses.into_iter().map(Parts::address);
        card.addresses = addresses.filter(|address| !address.is_empty()).collect();
        let [year, month, day] = self.birth;
        let made = || {
            let year = Some(year).filter(|year| *year != 0);
            Birthday::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        };
        card.birthday = card.birthday.or_else(made);
        add_notes(&mut card, self.notes);
        card
    }
}

/// Returns the addresses that stand in a text, as `Ben <ben@example.org>; ada@example.org`; the text itself where that is not
/// all that it says.
fn addresses(text: &str) -> Vec<String> {
    if email::is_whole(text.trim()) {
        return vec![text.to_owned()];
    }
    let all = text.matches('@').count();
    let is_all = |part: &str| !part.contains('<') || part.ends_with('>');
    let tidy = |part: &str| Some(email::tidy(part)).filter(|address| is_all(part) && email::is_whole(address));
    let parted = |at: fn(char) -> bool| {
        let parts = text.split(at).map(str::trim).filter(|part| !part.is_empty());
        parts.map(tidy).collect::<Option<Vec<String>>>().filter(|found| !found.is_empty() && found.len() == all)
    };
    // A comma may stand in a name, too.
    let between: [fn(char) -> bool; 3] =
        [|c| matches!(c, ';' | '\n'), |c| matches!(c, ';' | ',' | '\n'), char::is_whitespace];
    between.into_iter().find_map(parted).unwrap_or_else(|| vec![text.to_owned()])
}

/// Takes off the apostrophe that keeps a spreadsheet from running a cell.
pub(super) fn without_apostrophe(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t']) => rest,
        _ => cell,
    }
}

/// Reads what a value is for, in the words of the site; Google marks the preferred one with a star.
pub fn of_kind(cell: &str) -> String {
    let kind = cell.split(SEVERAL).next().unwrap_or_default().trim_start_matches('*').trim();
    match kind.to_lowercase().as_str() {
        // Outlook says how it sends.
        "smtp" | "ex" => String::new(),
        "cell" => "mobile".into(),
        known @ ("home" | "work" | "mobile" | "other" | "fax" | "main" | "pager") => known.into(),
        "work fax" | "home fax" => "fax".into(),
        _ => kind.into(),
    }
}

fn tags(cell: &str) -> Vec<String> {
    let separator = [SEVERAL, ";"].into_iter().find(|one| cell.contains(one)).unwrap_or(",");
    cell.split(separator).map(tag).filter(|tag| !tag.is_empty()).collect()
}

/// Reads a tag without the star by which Google marks its own; nothing where it is one that Google gives to everybody.
pub fn tag(written: &str) -> String {
    let tag = written.trim().trim_start_matches('*').trim();
    if ["mycontacts", "my contacts"].contains(&tag.to_lowercase().as_str()) { String::new() } else { tag.to_owned() }
}

/// A text on one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
