//! Lets programs in: every request brings a token. A cookie opens nothing here, and a token opens no page.

use std::sync::Arc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};

use crate::accounts::tokens::{self, Program};
use crate::api::problem::Problem;
use crate::error::Error;
use crate::language::{Context, t};
use crate::limits::{Limit, Network, Subject};
use crate::web::address::Table;
use crate::web::site::Site;

/// Bytes of the header; a token takes a fifth.
const LONGEST: usize = 500;

/// Lets a program in, and answers errors as programs read them.
///
/// # Errors
/// The request's own.
pub async fn let_in<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    match program(&request).await {
        Ok(program) => {
            let viewer = &program.viewer;
            Context::current().chosen(&viewer.language, &viewer.time_zone).set();
            request.extensions_mut().insert(Arc::new(program));
        }
        Err(problem) => return Ok(request.into_response(problem.error_response()).map_into_right_body()),
    }
    let response = next.call(request).await?;
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    match error.map(|error| Problem::of(error).error_response()) {
        Some(problem) => Ok(response.into_response(problem).map_into_right_body()),
        None => Ok(response.map_into_left_body()),
    }
}

async fn program(request: &ServiceRequest) -> Result<Program, Problem> {
    let no_site = || Error::Internal("the site is not there".into());
    let site = request.app_data::<Data<Site>>().cloned().ok_or_else(no_site)?;
    let Some(secret) = secret(request.request()) else { return Err(Problem::unauthorized()) };
    let limits = site.limits();
    let Some(program) = site.read(move |connection| tokens::program(connection, &limits, &secret)).await? else {
        // Whoever has a right one is let in, however often others were wrong.
        site.meter(Limit::Tokens, Subject::network(Network::of(request.request()))).await?;
        return Err(Problem::unauthorized());
    };
    if program.viewer.is_suspended {
        return Err(Problem::forbidden(t("This account is suspended.")));
    }
    site.meter(Limit::Programs, Subject::member(program.viewer.id)).await?;
    if program.is_stale() {
        let used = program.clone();
        if let Err(why) = site.write(move |connection| tokens::touch(connection, &used)).await {
            // Whoever only reads can do so on a full disk; the next request tries to note it again.
            tracing::warn!(%why, "a token's last use could not be noted");
        }
    }
    Ok(program)
}

/// The token that a request brings.
fn secret(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok().filter(|header| header.len() <= LONGEST)?;
    let (scheme, secret) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim().to_owned())
}

/// Answers where no operation does.
///
/// # Errors
/// Always.
pub async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let allowed = request.app_data::<Table>().map(|table| table.allowed(&request)).unwrap_or_default();
    let wrong = !allowed.is_empty() && !allowed.split(", ").any(|method| method == request.method().as_str());
    Err(if wrong { Problem::wrong_method(allowed) } else { Problem::from(Error::NotFound) })
}
