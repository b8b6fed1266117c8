//! The addresses of the site as a table: which methods each takes, and which address somebody meant who wrote it with
//! capitals or a slash behind it.

use std::rc::Rc;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::web::ServiceConfig;
use actix_web::{FromRequest, Handler, HttpRequest, Responder, Route};

/// An address as the table has it, and one method that it takes.
#[derive(Clone)]
struct Known {
    pattern: &'static str,
    address: ResourceDef,
    method: Method,
}

/// The table while it is put together.
pub struct Addresses<'a> {
    site: &'a mut ServiceConfig,
    known: Vec<Known>,
}

/// A method and what answers it.
pub struct Answer {
    method: Method,
    route: Route,
}

/// Answers GET, and HEAD as GET.
pub fn get() -> Answer {
    Answer { method: Method::GET, route: actix_web::web::get() }
}

/// Answers POST.
pub fn post() -> Answer {
    Answer { method: Method::POST, route: actix_web::web::post() }
}

/// Answers PATCH.
pub fn patch() -> Answer {
    Answer { method: Method::PATCH, route: actix_web::web::patch() }
}

/// Answers PUT.
pub fn put() -> Answer {
    Answer { method: Method::PUT, route: actix_web::web::put() }
}

/// Answers DELETE.
pub fn delete() -> Answer {
    Answer { method: Method::DELETE, route: actix_web::web::delete() }
}

impl Answer {
    /// By this handler.
    pub fn to<F, Args>(self, handler: F) -> Answer
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Answer { method: self.method, route: self.route.to(handler) }
    }
}

impl<'a> Addresses<'a> {
    /// Begins a table.
    pub fn of(site: &'a mut ServiceConfig) -> Addresses<'a> {
        Addresses { site, known: Vec::new() }
    }

    /// Goes on with a table that was ended.
    pub fn after(table: Table, site: &'a mut ServiceConfig) -> Addresses<'a> {
        Addresses { site, known: table.0.to_vec() }
    }

    /// Adds an address.
    pub fn route(mut self, pattern: &'static str, answer: Answer) -> Addresses<'a> {
        self.known.push(Known { pattern, address: ResourceDef::new(pattern), method: answer.method });
        self.site.route(pattern, answer.route);
        self
    }

    /// Ends the table, and gives it to whoever answers what it does not have.
    pub fn end(self) -> Table {
        Table(Rc::new(self.known))
    }
}

/// The whole table. Clones share it.
#[derive(Clone)]
pub struct Table(Rc<Vec<Known>>);

impl Table {
    /// The methods that a request's address takes, as `Allow` has them; empty where there is no such address.
    pub fn allowed(&self, request: &HttpRequest) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for known in self.0.iter().filter(|known| known.address.is_match(request.path())) {
            let and_head: &[&str] =
                if known.method == Method::GET { &["GET", "HEAD"] } else { &[known.method.as_str()] };
            methods.extend(and_head.iter().filter(|method| !methods.contains(method)).copied().collect::<Vec<_>>());
        }
        methods.sort_unstable();
        methods.join(", ")
    }

    /// The address that was meant, where none is written like this one.
    pub fn meant(&self, request: &HttpRequest) -> Option<String> {
        let path = request.path();
        if self.0.iter().any(|known| known.address.is_match(path)) {
            return None;
        }
        let trimmed = path.trim_end_matches('/');
        let lower = trimmed.to_ascii_lowercase();
        let known = self.0.iter().find(|known| known.address.is_match(&lower))?;
        // What stands for something keeps its capitals, which may be part of it.
        let part = |(pattern, written): (&'static str, &str)| match pattern.starts_with('{') && !pattern.contains(':') {
            true => written.to_owned(),
            false => written.to_ascii_lowercase(),
        };
        let parts: Vec<String> = known.pattern.split('/').zip(trimmed.split('/')).map(part).collect();
        let query = request.query_string();
        Some(parts.join("/") + if query.is_empty() { "" } else { "?" } + query)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use actix_web::{App, HttpResponse};

    use super::*;

    async fn nothing() -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    #[test]
    fn an_address_with_capitals_or_a_slash_is_understood() {
        let mut table = None;
        let _ = App::new().configure(|site| {
            let addresses = Addresses::of(site)
                .route("/sign-in", get().to(nothing))
                .route("/in/{handle}/invite", get().to(nothing));
            table = Some(addresses.route("/in/{handle}/invite", post().to(nothing)).end());
        });
        let table = table.unwrap();
        let of = |path: &str| TestRequest::with_uri(path).to_http_request();
        for (written, meant) in [
            ("/sign-in/?next=/A", Some("/sign-in?next=/A")),
            ("/Sign-In", Some("/sign-in")),
            ("/IN/Ada/INVITE//", Some("/in/Ada/invite")),
            ("/sign-in", None),
            ("/signin", None),
            ("//sign-in", None),
        ] {
            assert_eq!(table.meant(&of(written)).as_deref(), meant, "{written}");
        }
        assert_eq!(table.allowed(&of("/in/ada/invite")), "GET, HEAD, POST");
        assert_eq!(table.allowed(&of("/signin")), "");
    }
}
