//! What the description of the API says of texts, as patterns: it is what pages refuse as well, so it stands here once and not at
//! each field.

use serde_json::{Map, Value, json};

use crate::connections::notes::{LENGTH, MAX_TAGS};

/// Whether a text may have several lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}
use Lines::{Many, One};

/// The fields that hold texts which somebody sends, by schema.
const TEXTS: [(&str, Lines, &[&str]); 12] = [
    ("InvitationToSend", Many, &["note"]),
    ("Disconnect", Many, &["private_reason"]),
    ("Block", Many, &["private_reason"]),
    ("RemovalToConfirm", Many, &["private_reason"]),
    ("ProfileChange", One, &["full_name", "sort_as", "headline", "location"]),
    ("ProfileChange", Many, &["about"]),
    ("MessageToSend", Many, &["text"]),
    (
        "ContactCard",
        One,
        &[
            "full_name",
            "given",
            "middle",
            "family",
            "prefix",
            "suffix",
            "nickname",
            "company",
            "department",
            "position",
        ],
    ),
    ("ContactCard", Many, &["private_note"]),
    ("ContactValue", One, &["kind", "value"]),
    ("PostalAddress", Many, &["street"]),
    ("PostalAddress", One, &["kind", "city", "region", "postcode", "country"]),
];
/// A month and a day of it, as far as a pattern can say.
const DAY: &str =
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))";

/// Adds the patterns to the schemas of a document.
pub(super) fn describe(schemas: &mut Value) {
    for (schema, lines, fields) in TEXTS {
        let properties = schemas[schema]["properties"].as_object_mut();
        for (name, field) in properties.into_iter().flatten().filter(|(name, _)| fields.contains(&name.as_str())) {
            let needs_letter = (schema, name.as_str()) == ("ProfileChange", "full_name");
            add(field, &json!({ "pattern": pattern(lines) }));
            if needs_letter {
                add(field, &json!({ "pattern": r"\p{L}" }));
            }
        }
    }
    for field in schemas["RemovalFilter"]["properties"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        allow_no_day(field);
    }
    schemas["ContactToKeep"] = to_keep();
    if let Some(card) = schemas["ContactChange"]["properties"]["card"].as_object_mut() {
        let description = card.get("description").cloned();
        *card = Map::from_iter([("$ref".to_owned(), json!("#/components/schemas/ContactToKeep"))]);
        card.extend(description.map(|text| ("description".to_owned(), text)));
    }
}

/// Lets a day be empty: a filter that is empty is none.
pub(super) fn allow_no_day(field: &mut Value) {
    if field["format"] == "date"
        && let Some(field) = field.as_object_mut()
    {
        field.remove("format");
        field.insert("anyOf".into(), json!([{ "format": "date" }, { "const": "" }]));
    }
}

/// Holds a field to one schema more.
fn add(field: &mut Value, more: &Value) {
    match field["allOf"].as_array_mut() {
        Some(all) => all.push(more.clone()),
        None => field["allOf"] = json!([more]),
    }
}

/// A text without what others could not read: control characters, directions that are turned around, tags, and characters that
/// mean nothing to anybody else.
fn pattern(lines: Lines) -> String {
    let mut refused =
        String::from("\\u0000-\\u0008\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f\\u202d\\u202e\\ue000-\\uf8ff");
    refused += "\\ufdd0-\\ufdef\\ufffd-\\uffff";
    if lines == Lines::One {
        refused += "\\n\\u000b\\u000c\\r\\u0085\\u2028\\u2029";
    }
    // Beyond the first plane, engines agree on the characters themselves alone.
    refused.extend(['\u{E0000}', '-', '\u{E007F}', '\u{F0000}', '-', '\u{10FFFF}']);
    for plane in 1..=14_u32 {
        refused.extend([0xFFFE, 0xFFFF].into_iter().filter_map(|last| char::from_u32(plane << 16 | last)));
    }
    format!("^[^{refused}]*$")
}

/// A contact as it is sent: it says who it is, and its addresses and days are such.
fn to_keep() -> Value {
    let named = |field: &str| json!({ "required": [field], "properties": { field: { "pattern": r"[A-Za-z0-9]" } } });
    let mut who: Vec<Value> = ["full_name", "given", "family", "company"].map(named).into();
    for field in ["emails", "phones"] {
        let value = json!({ "required": ["value"], "properties": { "value": { "pattern": "[A-Za-z0-9]" } } });
        who.push(json!({ "required": [field], "properties": { field: { "contains": value } } }));
    }
    let values = |of: Value| json!({ "items": { "properties": { "value": of } } });
    let sent = json!({ "properties": {
        "emails": values(json!({ "anyOf": [{ "const": "" }, { "format": "email" }] })),
        "links": values(json!({ "pattern": r"^(https?://[a-z0-9]+(\.[a-z0-9]+)*\.[a-z]{2,}(/[A-Za-z0-9/]*)?)?$" })),
        "tags": { "maxItems": MAX_TAGS, "items": { "pattern": pattern(One), "maxLength": LENGTH } },
        "birthday": { "pattern": format!("^(([1-9][0-9]{{3}}|-)-{DAY})?$") },
        "connected_on": { "pattern": format!("^([1-9][0-9]{{3}}-{DAY})?$") },
    } });
    json!({
        "description": "What you know of somebody: a name, a company, an e-mail address or a phone number at least.",
        "allOf": [{ "$ref": "#/components/schemas/ContactCard" }, sent],
        "anyOf": who,
    })
}
