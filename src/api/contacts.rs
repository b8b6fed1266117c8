//! One's address book.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::accounts::tokens::Scope;
use crate::api::asked::{Answer, Asked, Reply};
use crate::api::problem::{Problem, one_of};
use crate::api::shapes::{Member, Page, PageQuery};
use crate::contacts::card::{Address, Birthday, Card, MAX_VALUES, Valued};
use crate::contacts::filter::{Filter, Membership, Sort};
use crate::contacts::list::{self, Listed};
use crate::contacts::source::{SOURCES, Source};
use crate::contacts::store::{self, MAX_CONTACTS};
use crate::contacts::{book_is_full, change as changing, typed_card};
use crate::dates;
use crate::db::Connection;
use crate::error::Error;
use crate::ids::{ContactId, ContactRemovalId, MemberId};
use crate::language::{t, tf};
use crate::web::form::{Form, Problems};

/// A contact, as the list shows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedContact {
    /// By which they are addressed.
    id: String,
    /// The name.
    full_name: String,
    /// The company.
    company: String,
    /// The position.
    position: String,
    /// The first e-mail address.
    email: String,
    /// The first phone number.
    phone: String,
    /// Your private tags.
    tags: Vec<String>,
    /// The member whom they are, where they let themselves be found.
    member: Option<Member>,
}

impl From<Listed> for ListedContact {
    fn from(listed: Listed) -> ListedContact {
        let row = listed.row;
        ListedContact {
            id: row.id.to_string(),
            full_name: row.full_name,
            company: row.company,
            position: row.position,
            email: row.email,
            phone: row.phone,
            tags: listed.tags,
            member: listed.member.map(|member| member.person.into()),
        }
    }
}

/// A value with its kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ContactValue)]
pub struct ValueSent {
    /// `home`, `work`, `mobile`, `fax`, `other`; or whatever you call it; or empty.
    kind: String,
    /// The value.
    value: String,
}

/// A postal address with its kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PostalAddress {
    /// `home`, `work`, `other`; or whatever you call it; or empty.
    kind: String,
    /// Street and number.
    street: String,
    /// The town.
    city: String,
    /// The state or region.
    region: String,
    /// The postal code.
    postcode: String,
    /// The country.
    country: String,
}

/// What you know of somebody. What is not known is empty.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ContactCard)]
pub struct CardSent {
    /// The name as a whole.
    full_name: String,
    /// The given name.
    given: String,
    /// Further given names.
    middle: String,
    /// The family name.
    family: String,
    /// What stands before the name.
    prefix: String,
    /// What stands after the name.
    suffix: String,
    /// The name among friends.
    nickname: String,
    /// E-mail addresses, the preferred one first.
    emails: Vec<ValueSent>,
    /// Phone numbers, the preferred one first.
    phones: Vec<ValueSent>,
    /// Web pages and profiles elsewhere.
    links: Vec<ValueSent>,
    /// Postal addresses.
    addresses: Vec<PostalAddress>,
    /// The company.
    company: String,
    /// The department.
    department: String,
    /// The position.
    position: String,
    /// `YYYY-MM-DD`, or `--MM-DD` without a year; or empty.
    birthday: String,
    /// Your private note.
    private_note: String,
    /// Your private tags.
    tags: Vec<String>,
    /// `YYYY-MM-DD`, or empty.
    connected_on: String,
}

/// A contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct Contact {
    /// By which they are addressed.
    id: String,
    /// Goes up with every change: send it back with yours.
    version: i64,
    /// When they came into the book.
    #[schema(format = DateTime)]
    #[schema(required = false)]
    created_at: String,
    /// Where they came from.
    #[schema(required = false)]
    source: String,
    /// What you know of them.
    #[schema(required = false)]
    card: CardSent,
}

/// A contact to change.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactChange {
    /// The version that the change was made from.
    #[serde(deserialize_with = "whole")]
    version: i64,
    /// What you know of them now, as a whole.
    card: CardSent,
}

/// Reads a whole number, also one that is written as `3.0`: to JSON it is the same.
fn whole<'de, D: serde::Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(from)?;
    let written = number.to_string();
    let digits = written.strip_suffix(".0").unwrap_or(&written);
    digits.parse().map_err(|_| serde::de::Error::custom(format!("{number} is no whole number")))
}

/// What was deleted, to be taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactRemoval {
    /// The id for `contact-removals`; nothing where the contact was gone already.
    undo: Option<String>,
}

/// What is back.
#[derive(Debug, Serialize, ToSchema)]
pub struct Restored {
    /// How many.
    restored: usize,
}

/// Which contacts, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code)]
pub struct ContactQuery {
    /// Words of a name, company, position, e-mail address, phone number or tag.
    q: Option<String>,
    /// A tag.
    tag: Option<String>,
    /// Words of the company.
    company: Option<String>,
    /// `by_hand`, `linkedin`, `google`, `outlook`, `vcard`, `csv`, `carddav` or `thunderbird`.
    source: Option<String>,
    /// `not_a_member` or `not_connected`.
    membership: Option<String>,
    /// `recent`, `first_name`, `last_name` or `company`.
    sort: Option<String>,
}

impl CardSent {
    fn of(card: Card) -> CardSent {
        let values =
            |all: Vec<Valued>| all.into_iter().map(|one| ValueSent { kind: one.kind, value: one.value }).collect();
        let address = |one: Address| PostalAddress {
            kind: one.kind,
            street: one.street,
            city: one.city,
            region: one.region,
            postcode: one.postcode,
            country: one.country,
        };
        CardSent {
            full_name: card.full_name,
            given: card.given,
            middle: card.middle,
            family: card.family,
            prefix: card.prefix,
            suffix: card.suffix,
            nickname: card.nickname,
            emails: values(card.emails),
            phones: values(card.phones),
            links: values(card.links),
            addresses: card.addresses.into_iter().map(address).collect(),
            company: card.company,
            department: card.department,
            position: card.position,
            birthday: card.birthday.map_or_else(String::new, |day| day.to_string()),
            private_note: card.note,
            tags: card.tags,
            connected_on: card.connected_on.map_or_else(String::new, |day| day.to_string()),
        }
    }

    /// As the form of the page sends it, which is then read and checked as there.
    fn form(&self) -> Result<Form, Error> {
        let mut fields = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("full_name", &self.full_name),
            ("given", &self.given),
            ("middle", &self.middle),
            ("family", &self.family),
            ("prefix", &self.prefix),
            ("suffix", &self.suffix),
            ("nickname", &self.nickname),
            ("company", &self.company),
            ("department", &self.department),
            ("position", &self.position),
            ("private_note", &self.private_note),
            ("connected_on", &self.connected_on),
        ] {
            fields.append_pair(name, value);
        }
        fields.append_pair("tags", &self.tags.join(", "));
        let (year, month, day) = self.birthday();
        fields.append_pair("birthday_year", &year);
        fields.append_pair("birthday_month", &month).append_pair("birthday_day", &day);
        for (name, kind, values) in [
            ("email", "email_kind", &self.emails),
            ("phone", "phone_kind", &self.phones),
            ("link", "link_kind", &self.links),
        ] {
            for one in values {
                fields.append_pair(name, &one.value).append_pair(kind, &one.kind);
            }
        }
        for one in &self.addresses {
            fields.append_pair("address_kind", &one.kind).append_pair("street", &one.street);
            fields.append_pair("city", &one.city).append_pair("region", &one.region);
            fields.append_pair("postcode", &one.postcode).append_pair("country", &one.country);
        }
        Form::parse(fields.finish().as_bytes())
    }

    /// Year, month and day as the form has them; what is no day stands where the form finds it.
    fn birthday(&self) -> (String, String, String) {
        match self.birthday.parse::<Birthday>() {
            Ok(Birthday { year, month, day }) => {
                (year.map_or_else(String::new, |year| year.to_string()), month.to_string(), day.to_string())
            }
            Err(_) => (String::new(), String::new(), self.birthday.clone()),
        }
    }

    /// Reads it into a card that is there already.
    fn read(&self, before: &Card) -> Result<Result<Card, Problem>, Error> {
        let mut problems = Problems::default();
        let counted = [
            ("emails", self.emails.len()),
            ("phones", self.phones.len()),
            ("links", self.links.len()),
            ("addresses", self.addresses.len()),
        ];
        for (field, _) in counted.iter().filter(|(_, number)| *number > MAX_VALUES) {
            problems.add(field, tf("A contact has room for {most} of these.", crate::language::number(MAX_VALUES)));
        }
        let card = typed_card(&self.form()?, &mut problems, before);
        Ok(Problem::of_fields(&problems).map_or(Ok(card), Err))
    }
}

fn load(connection: &mut Connection, me: MemberId, id: ContactId) -> Result<Contact, Error> {
    let contact = store::load(connection, me, id)?;
    Ok(Contact {
        id: contact.id.to_string(),
        version: contact.version,
        created_at: dates::instant(contact.created_at),
        source: contact.source.word().to_owned(),
        card: CardSent::of(contact.card),
    })
}

/// Lists your contacts.
#[utoipa::path(
    get, path = "/api/v1/contacts", tag = "Contacts", operation_id = "contacts",
    params(ContactQuery, PageQuery),
    responses((status = 200, description = "A page of your contacts", body = Page<ListedContact>)),
    security(("token" = ["contacts:read"])),
)]
pub async fn contacts(asked: Asked) -> Answer {
    asked.needs(Scope::ReadContacts)?;
    let query = asked.query()?;
    let mut problems = Problems::default();
    one_of(&mut problems, &query, "sort", &Sort::ALL.map(Sort::word));
    one_of(&mut problems, &query, "source", &SOURCES.map(Source::word));
    one_of(&mut problems, &query, "membership", &Membership::all().map(Membership::word));
    if let Some(problem) = Problem::of_fields(&problems) {
        return Err(problem);
    }
    let (filter, at) = (Filter::of(&query), asked.page()?);
    let (limits, me) = (asked.limits(), asked.viewer());
    asked
        .read(move |connection| {
            let (rows, _) = list::page(connection, &limits, me.id, &filter, &at)?;
            Ok(Page::of(list::with_members(connection, &limits, &me, rows)?, ListedContact::from))
        })
        .await
}

/// Adds a contact.
#[utoipa::path(
    post, path = "/api/v1/contacts", tag = "Contacts", operation_id = "addContact",
    request_body(content = ref("#/components/schemas/ContactToKeep")),
    responses((status = 201, description = "The contact", body = Contact)),
    security(("token" = ["contacts:write"])),
)]
pub async fn add(asked: Asked) -> Answer {
    asked.needs(Scope::WriteContacts)?;
    let (sent, me): (CardSent, MemberId) = (asked.json()?, asked.me());
    let card = sent.read(&Card::default())??;
    let seen = asked.seen(Scope::ReadContacts, &["id", "version"]);
    asked
        .change(move |connection| match changing::add(connection, me, card)? {
            Some(id) => seen.created(&load(connection, me, id)?),
            None => Ok(Problem::conflict("too-many-contacts", book_is_full(MAX_CONTACTS)).into()),
        })
        .await
}

/// Shows a contact.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "contact",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "The contact", body = Contact)),
    security(("token" = ["contacts:read"])),
)]
pub async fn show(asked: Asked, id: Path<ContactId>) -> Answer {
    asked.needs(Scope::ReadContacts)?;
    let (me, id) = (asked.me(), *id);
    asked.read(move |connection| load(connection, me, id)).await
}

/// Changes a contact as a whole.
///
/// Where it was changed by another hand since, it is refused as `changed-meanwhile`: load it again first.
#[utoipa::path(
    put, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "changeContact",
    params(("id" = String, Path, description = "Its id")),
    request_body = ContactChange,
    responses((status = 200, description = "The contact, changed", body = Contact)),
    security(("token" = ["contacts:write"])),
)]
pub async fn change(asked: Asked, id: Path<ContactId>) -> Answer {
    asked.needs(Scope::WriteContacts)?;
    let (sent, me, id): (ContactChange, MemberId, ContactId) = (asked.json()?, asked.me(), *id);
    let seen = asked.seen(Scope::ReadContacts, &["id", "version"]);
    asked
        .change(move |connection| {
            let before = store::load(connection, me, id)?;
            let card = match sent.card.read(&before.card)? {
                Ok(card) => card,
                Err(problem) => return Ok(problem.into()),
            };
            match changing::edit(connection, me, (id, sent.version), card)? {
                None => seen.ok(&load(connection, me, id)?),
                Some(_) => {
                    let detail = t("This contact was changed since you loaded it. Load it again first.");
                    Ok(Problem::conflict("changed-meanwhile", detail).into())
                }
            }
        })
        .await
}

/// Deletes a contact. Done twice, it just succeeds.
#[utoipa::path(
    delete, path = "/api/v1/contacts/{id}", tag = "Contacts", operation_id = "deleteContact",
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, description = "What it can be taken back by", body = ContactRemoval)),
    security(("token" = ["contacts:write"])),
)]
pub async fn delete(asked: Asked, id: Path<ContactId>) -> Answer {
    asked.needs(Scope::WriteContacts)?;
    let (me, id) = (asked.me(), *id);
    asked
        .change(move |connection| {
            let undo = changing::delete(connection, me, id)?.map(|removal| removal.to_string());
            Reply::ok(&ContactRemoval { undo })
        })
        .await
}

/// Brings back what was deleted.
#[utoipa::path(
    post, path = "/api/v1/contact-removals/{id}/undo", tag = "Contacts", operation_id = "undoContactRemoval",
    params(("id" = String, Path, description = "The `undo` of the answer that deleted it")),
    responses((status = 200, description = "How many are back", body = Restored)),
    security(("token" = ["contacts:write"])),
)]
pub async fn undo(asked: Asked, id: Path<ContactRemovalId>) -> Answer {
    asked.needs(Scope::WriteContacts)?;
    let (me, id) = (asked.me(), *id);
    asked
        .change_many(move |connection| {
            let restored = store::restore(connection, me, id)?.number;
            Reply::ok(&Restored { restored })
        })
        .await
}
