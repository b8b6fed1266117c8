//! The addresses of the site as a table: which methods each takes, and which address somebody meant who wrote it with
//! capitals or a slash behind it.

use std::collections::HashMap;
use std::rc::Rc;

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use actix_web::web::{ServiceConfig, scope};
use actix_web::{FromRequest, Handler, HttpRequest, Responder, Route};

/// An address as the table has it, and one method that it takes.
#[derive(Clone)]
struct Known {
    pattern: &'static str,
    address: ResourceDef,
    method: Method,
}

impl Known {
    /// Whether a path is this address. Each address of a first part is asked for each request, so that most are compared part
    /// by part; by the router's regular expression only where a part has one of its own.
    fn is_match(&self, path: &str) -> bool {
        if self.pattern.contains(':') {
            return self.address.is_match(path);
        }
        let (mut known, mut written) = (self.pattern.split('/'), path.split('/'));
        loop {
            match (known.next(), written.next()) {
                (None, None) => return true,
                (Some(known), Some(written)) if known == written => {}
                (Some(known), Some(written)) if known.starts_with('{') && !written.is_empty() => {}
                _ => return false,
            }
        }
    }
}

/// Addresses by their first part, which is written out in each: those of another part need no look.
type ByFirstPart = HashMap<&'static str, Vec<Known>>;

/// The table while it is put together.
pub struct Addresses<'a> {
    site: &'a mut ServiceConfig,
    known: ByFirstPart,
    /// The addresses that were added, each with its answer, in their order; as first part and what is behind it.
    added: Vec<(&'static str, &'static str, Route)>,
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
        Addresses { site, known: ByFirstPart::new(), added: Vec::new() }
    }

    /// Goes on with a table that was ended.
    pub fn after(table: Table, site: &'a mut ServiceConfig) -> Addresses<'a> {
        Addresses { known: table.0.as_ref().clone(), ..Addresses::of(site) }
    }

    /// Adds an address.
    pub fn route(mut self, pattern: &'static str, answer: Answer) -> Addresses<'a> {
        let known = Known { pattern, address: ResourceDef::new(pattern), method: answer.method };
        let (first, rest) = at_first_part(pattern);
        self.known.entry(first).or_default().push(known);
        self.added.push((first, rest, answer.route));
        self
    }

    /// Ends the table: each address is answered, and what is none goes on to whoever stands behind.
    pub fn end(self) -> Table {
        for (first, rest, route) in self.added {
            self.site.route(&format!("{first}{rest}"), route);
        }
        Table(Rc::new(self.known))
    }

    /// Ends the table where nobody stands behind: what is no address is answered by `otherwise`. The first part of an
    /// address leads to those that share it, so that no other is compared with it.
    pub fn end_with(self, otherwise: fn() -> Route) -> Table {
        let mut parts: Vec<(&str, Vec<(&str, Route)>)> = Vec::new();
        for (first, rest, route) in self.added {
            match parts.iter_mut().find(|(part, _)| *part == first) {
                Some((_, routes)) => routes.push((rest, route)),
                None => parts.push((first, vec![(rest, route)])),
            }
        }
        for (first, routes) in parts {
            let part = routes.into_iter().fold(scope(first), |part, (rest, route)| part.route(rest, route));
            self.site.service(part.default_service(otherwise()));
        }
        self.site.default_service(otherwise());
        Table(Rc::new(self.known))
    }
}

/// Cuts an address behind its first part: `/in/{handle}` into `/in` and `/{handle}`.
fn at_first_part(address: &str) -> (&str, &str) {
    let end = address.get(1..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| at + 1);
    address.split_at(end)
}

/// The whole table. Clones share it.
#[derive(Clone)]
pub struct Table(Rc<ByFirstPart>);

impl Table {
    fn like<'t>(&'t self, path: &'t str) -> impl Iterator<Item = &'t Known> {
        let alike = self.0.get(at_first_part(path).0).into_iter().flatten();
        alike.filter(move |known| known.is_match(path))
    }

    /// The methods that a request's address takes, as `Allow` has them; empty where there is no such address.
    pub fn allowed(&self, request: &HttpRequest) -> String {
        let mut methods: Vec<&str> = Vec::new();
        for known in self.like(request.path()) {
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
        if self.like(path).next().is_some() {
            return None;
        }
        let trimmed = path.trim_end_matches('/');
        let lower = trimmed.to_ascii_lowercase();
        let known = self.like(&lower).next()?;
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
        for pattern in [
            "/",
            "/sign-in",
            "/in/{handle}",
            "/in/{handle}/invite",
            "/in/{handle}/{action:block|report}",
            "/a/{b}/c/{d}",
        ] {
            let known = Known { pattern, address: ResourceDef::new(pattern), method: Method::GET };
            for path in [
                "",
                "/",
                "//",
                "/sign-in",
                "/sign-in/",
                "/in",
                "/in/",
                "/in/ada",
                "/in//invite",
                "/in/{handle}",
                "/in/ada/",
                "/in/ada/invite",
                "/in/ada/block",
                "/in/ada/invite/",
                "/in/a%2Fb/invite",
                "/in/é",
                "/a/b/c/d",
                "/a/b/c/",
                "/a//c/d",
            ] {
                assert_eq!(known.is_match(path), known.address.is_match(path), "{pattern} {path}");
            }
        }
        assert_eq!(table.allowed(&of("/in/ada/invite")), "GET, HEAD, POST");
        assert_eq!(table.allowed(&of("/signin")), "");
    }
}
