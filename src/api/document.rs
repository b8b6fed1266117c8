//! The description of the API by OpenAPI 3.1, of which each operation says its own part. What all share is added here.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::accounts::tokens::Scope;
use crate::api::problem::{FieldProblem, MEDIA_TYPE, Problem};
use crate::api::{connections, contacts, conversations, invitations, members, profile, removals, texts};
use crate::error::Error;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Amicable",
        version = "1",
        description = "What a member does on the pages, for programs of theirs: the same rules, refusals and limits.",
    ),
    components(schemas(Problem, FieldProblem)),
    tags(
        (name = "Profile", description = "Your own profile."),
        (name = "Members", description = "Other members, and what you do toward them. Nobody learns more here than on the pages."),
        (name = "Connections", description = "Your connections, those you disconnected from, and those you blocked."),
        (name = "Invitations", description = "Invitations that wait for an answer."),
        (name = "Removals", description = "Many disconnects at once: a draft, confirmed in one go, and undone in one."),
        (name = "Contacts", description = "Your address book."),
        (name = "Messages", description = "Your conversations. Each side has its own copy."),
    ),
    paths(
        profile::show, profile::change,
        members::show, members::invite, members::accept, members::decline, members::undo_decline, members::withdraw,
        members::disconnect, members::re_invite, members::set_may_invite_again, members::block, members::unblock,
        connections::connections, connections::disconnected, connections::blocked,
        invitations::received, invitations::sent,
        removals::begin, removals::show, removals::members, removals::forget, removals::confirm, removals::undo,
        contacts::contacts, contacts::add, contacts::show, contacts::change, contacts::delete, contacts::undo,
        conversations::conversations, conversations::messages, conversations::send, conversations::read,
        conversations::delete_message, conversations::delete, conversations::undo,
    ),
)]
struct Operations;

/// Makes the document, for a site of this address.
///
/// # Errors
/// [`Error::Internal`] where it cannot be written.
pub fn document(address: &str) -> Result<Value, Error> {
    let mut document = serde_json::to_value(Operations::openapi()).map_err(|why| Error::Internal(why.to_string()))?;
    document["servers"] = json!([{ "url": address }]);
    document["components"]["securitySchemes"] = json!({ "token": {
        "type": "http",
        "scheme": "bearer",
        "description": format!(
            "A token from /settings/tokens. Its scopes: {}.",
            Scope::ALL.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(", ")
        ),
    } });
    let mut schemas = document["components"]["schemas"].take();
    texts::describe(&mut schemas);
    for methods in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            complete(method, operation);
            for one in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
                texts::allow_no_day(&mut one["schema"]);
            }
            allow_no_body(operation, &schemas);
        }
    }
    document["components"]["schemas"] = schemas;
    Ok(document)
}

/// Says that a body may be left out of which no field has to be there.
fn allow_no_body(operation: &mut Value, schemas: &Value) {
    let Some(body) = operation.get_mut("requestBody") else { return };
    let path = body["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
    let schema = &schemas[path.rsplit('/').next().unwrap_or_default()];
    let is_needed = ["required", "anyOf"].iter().any(|key| schema[key].as_array().is_some_and(|all| !all.is_empty()));
    body["required"] = json!(is_needed || !schema.is_object());
}

/// Adds what all operations share: why they may not be done, and the key by which they are done once.
fn complete(method: &str, operation: &mut Value) {
    let answers = [
        ("401", "No token, or one that opens nothing", true),
        ("403", "The token does not have the scope, or the account is suspended", true),
        ("404", "Not there, or not for you: the two look alike", true),
        ("409", "Refused: the `type` says why, the `detail` tells it to people", method != "get"),
        ("413", "The body is too large", method != "get"),
        ("415", "The body is not JSON", method != "get"),
        ("422", "Something in it is not as it must be; `errors` says what", true),
        ("429", "Too often: `Retry-After` says for how many seconds", true),
        ("503", "Something here does not work; try again in a moment", true),
    ];
    let problem = json!({ MEDIA_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } });
    for (status, description, _) in answers.iter().filter(|(.., given)| *given) {
        operation["responses"][status] = json!({ "description": description, "content": problem });
    }
    if method == "post" {
        let key = json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A text of your own: the same request under it is done once, and answered alike for 24 hours.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$" },
        });
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(key),
            None => operation["parameters"] = json!([key]),
        }
    }
}
