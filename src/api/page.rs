//! `/api`: the description of the API for people, made from the document that programs read.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use askama::Template;
use serde_json::{Map, Value};

use crate::api::document;
use crate::error::Error;
use crate::language::filters;
use crate::web::page::{Layout, Render};
use crate::web::site::SiteData;

/// `GET /api/openapi.json`
///
/// # Errors
/// [`Error::Internal`] where it cannot be written.
pub async fn document(site: SiteData) -> Result<HttpResponse, Error> {
    let document = document::document(&site.address)?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(document))
}

/// A part of the API.
struct Section {
    name: String,
    description: String,
    operations: Vec<Operation>,
}

/// What can be asked.
struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    scope: String,
    parameters: Vec<Field>,
    body: Vec<Field>,
    status: String,
    answer: String,
    fields: Vec<Field>,
}

/// A parameter, or a field of a body.
struct Field {
    name: String,
    kind: String,
    is_needed: bool,
    description: String,
}

#[derive(Template)]
#[template(path = "api/api.html")]
struct Api {
    page: Layout,
    address: String,
    sections: Vec<Section>,
}

/// `GET /api`
///
/// # Errors
/// [`Error::Internal`] where the document cannot be made.
pub async fn page(site: SiteData, page: Layout) -> Result<HttpResponse, Error> {
    let address = site.address.clone();
    let document = document::document(&address)?;
    Api { page, address, sections: sections(&document) }.show()
}

fn sections(document: &Value) -> Vec<Section> {
    let section = |tag: &Value| Section {
        name: text(&tag["name"]),
        description: text(&tag["description"]),
        operations: operations(document, &text(&tag["name"])),
    };
    document["tags"].as_array().into_iter().flatten().map(section).collect()
}

fn operations(document: &Value, tag: &str) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            if operation["tags"][0] == tag {
                found.push(of(document, (method, path), operation));
            }
        }
    }
    found
}

fn of(document: &Value, (method, path): (&str, &str), operation: &Value) -> Operation {
    let parameter = |one: &Value| Field {
        name: text(&one["name"]),
        kind: kind(&one["schema"]),
        is_needed: one["required"] == true,
        description: text(&one["description"]),
    };
    let is_good = |status: &&String| status.starts_with('2');
    let answers = operation["responses"].as_object().cloned().unwrap_or_default();
    let status = answers.keys().find(is_good).cloned().unwrap_or_default();
    let answer = &operation["responses"][&status];
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        scope: text(&operation["security"][0]["token"][0]),
        parameters: operation["parameters"].as_array().into_iter().flatten().map(parameter).collect(),
        body: fields(document, &operation["requestBody"]["content"]["application/json"]["schema"]),
        answer: text(&answer["description"]),
        fields: fields(document, &answer["content"]["application/json"]["schema"]),
        status,
    }
}

/// The fields of a schema, with those of what its lists hold.
fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = resolved(document, schema);
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    let nothing = Map::new();
    let mut found = Vec::new();
    for (name, of) in schema["properties"].as_object().unwrap_or(&nothing) {
        found.push(Field {
            name: name.clone(),
            kind: kind(of),
            is_needed: needed.iter().any(|one| one == name.as_str()),
            description: text(&of["description"]),
        });
        let within = if of["items"].is_object() { &of["items"] } else { of };
        if within["$ref"].is_string() || within["oneOf"].is_array() || within["properties"].is_object() {
            found.extend(
                fields(document, within)
                    .into_iter()
                    .map(|field| Field { name: format!("{name}.{}", field.name), ..field }),
            );
        }
    }
    found
}

/// Follows a reference; of what may be null, what it is otherwise.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let of_one = schema["oneOf"].as_array().and_then(|all| all.iter().find(|one| one["$ref"].is_string()));
    let schema = of_one.unwrap_or(schema);
    match schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/")) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    }
}

fn kind(schema: &Value) -> String {
    let of = |schema: &Value| match (&schema["type"], schema["$ref"].as_str(), schema["format"].as_str()) {
        (_, Some(path), _) => path.rsplit('/').next().unwrap_or_default().to_owned(),
        (Value::String(kind), _, Some(format)) if kind == "string" => format.to_owned(),
        (Value::String(kind), ..) => kind.clone(),
        (Value::Array(kinds), _, format) => {
            let kinds = kinds.iter().filter_map(Value::as_str).map(|kind| match format {
                Some(format) if kind == "string" => format,
                _ => kind,
            });
            kinds.collect::<Vec<_>>().join(" or ")
        }
        _ => "object".to_owned(),
    };
    if let Some(all) = schema["oneOf"].as_array() {
        return all.iter().map(of).collect::<Vec<_>>().join(" or ");
    }
    if schema["items"].is_object() {
        return format!("array of {}", of(&schema["items"]));
    }
    of(schema)
}

/// A text of the document, without the marks that programs read in it.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().replace('`', "")
}
