//! The document that describes the API, and the page made of it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::operations;
use crate::support::Site;

fn document(site: &Site) -> Value {
    serde_json::from_str(&site.visitor().raw("/api/openapi.json").body_mut().read_to_string().unwrap()).unwrap()
}

#[test]
fn the_document_has_every_address_and_no_other() {
    let document = document(&Site::new());
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert((method.to_uppercase(), path.strip_prefix("/api/v1").unwrap().to_owned()));
        }
    }
    assert_eq!(described, operations().into_iter().collect());
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
}

#[test]
fn every_operation_says_its_answers_and_its_scope() {
    let document = document(&Site::new());
    let scopes: Vec<&str> = amicable::accounts::tokens::Scope::ALL.iter().map(|scope| scope.word()).collect();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let named = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{named}");
            assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{named}");
            assert!(scopes.contains(&operation["security"][0]["token"][0].as_str().unwrap()), "{named}");
            let answers = operation["responses"].as_object().unwrap();
            let good: Vec<&String> = answers.keys().filter(|status| status.starts_with('2')).collect();
            assert_eq!(good.len(), 1, "{named}");
            if good[0] != "204" {
                assert!(answers[good[0]]["content"]["application/json"]["schema"].is_object(), "{named}");
            }
            for status in ["401", "403", "404", "422", "429", "503"] {
                assert!(answers[status]["content"]["application/problem+json"].is_object(), "{named} {status}");
            }
            let named_parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let has = |name: &str| named_parameters.iter().any(|one| one["name"] == name);
            assert_eq!(has("Idempotency-Key"), method == "post", "{named}");
            assert_eq!(has("handle"), path.contains("{handle}"), "{named}");
            assert_eq!(has("id"), path.contains("{id}"), "{named}");
        }
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document(&Site::new());
    let text = document.to_string();
    let references: BTreeSet<&str> = text.split("\"$ref\":\"#/components/schemas/").skip(1).collect();
    let references: BTreeSet<&str> = references.iter().map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(references.len() > 10);
    assert!(!text.contains("\"items\":{}"), "a list of anything");
    for name in references {
        assert!(document["components"]["schemas"][name].is_object(), "{name}");
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, of) in schema["properties"].as_object().into_iter().flatten() {
            assert!(of["description"].is_string() || of["oneOf"].is_array(), "{name}.{field}");
        }
    }
}

#[test]
fn the_page_shows_every_operation_to_anybody() {
    let site = Site::new();
    let mut visitor = site.visitor();
    visitor.open("/api");
    assert_eq!(visitor.page.status, 200);
    for (method, path) in operations() {
        assert!(visitor.sees(&format!("{method} /api/v1{path}")), "{method} {path}");
    }
    assert!(visitor.sees("members.handle") && visitor.sees("Idempotency-Key") && visitor.sees("connections:write"));
}

#[test]
fn the_document_says_what_texts_are_refused() {
    let document = document(&Site::new());
    let schemas = &document["components"]["schemas"];
    let patterns = |schema: &str, field: &str| schemas[schema]["properties"][field]["allOf"].to_string();
    for (schema, field) in [("InvitationToSend", "note"), ("MessageToSend", "text"), ("ContactCard", "full_name")] {
        assert!(patterns(schema, field).contains("u0000"), "{schema}.{field}");
    }
    assert!(patterns("ProfileChange", "full_name").contains(r"\\p{L}"));
    // A contact says who it is, also where it is changed.
    let sent = &document["paths"]["/api/v1/contacts"]["post"]["requestBody"];
    assert_eq!(sent["required"], true);
    let reference = "#/components/schemas/ContactToKeep";
    assert_eq!(sent["content"]["application/json"]["schema"]["$ref"], reference);
    assert_eq!(schemas["ContactChange"]["properties"]["card"]["$ref"], reference);
    assert!(schemas["ContactToKeep"]["anyOf"].as_array().is_some_and(|ways| ways.len() == 6));
    // What is not there is left out.
    assert!(!document["paths"].to_string().contains("null"), "{}", document["paths"]);
}
