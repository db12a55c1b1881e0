//! The tutorial's API.

use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;

use hyper::body::HttpBody;
use hyper::header::{HeaderValue, ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use hyper::{Body, Method, Request, Response, StatusCode};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::passwords;
use crate::tokens::Tokens;
use crate::users::{ListedUser, Users};

const TEXT: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const LONGEST_FORM: usize = 1 << 20;

type Failure = Box<dyn Error + Send + Sync>;
type Answer = Result<Response<Body>, Failure>;

pub struct Api {
    pub users: Users,
    pub tokens: Tokens,
    pub hashing: Semaphore, // as many at once as there are processors: each takes 19 MiB
}

#[derive(Default)]
struct Form {
    name: Option<String>,
    email: Option<String>,
    password: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    users: Vec<ListedUser>,
}

#[derive(Serialize)]
struct Issued {
    token: String,
}

fn respond(status: StatusCode, kind: HeaderValue, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let mut body = serde_json::to_vec(value)?;
    body.push(b'\n');
    Ok(respond(status, JSON, body))
}

fn could_not_verify(status: StatusCode, challenge: &'static str) -> Response<Body> {
    let mut response = respond(status, TEXT, "Could not verify");
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}

fn refused(message: &'static str) -> Response<Body> {
    respond(StatusCode::UNAUTHORIZED, JSON, message)
}

/// A form of another type, or a part of one, has no fields. The first of two equal fields counts.
async fn read_form(request: Request<Body>) -> Result<Form, Failure> {
    let mut form = Form::default();
    let kind = request.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        return Ok(form);
    }
    let mut body = request.into_body();
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await {
        bytes.extend_from_slice(&piece?);
        if bytes.len() > LONGEST_FORM {
            return Ok(form);
        }
    }
    for (key, value) in form_urlencoded::parse(&bytes) {
        let field = match &*key {
            "name" => &mut form.name,
            "email" => &mut form.email,
            "password" => &mut form.password,
            _ => continue,
        };
        field.get_or_insert_with(|| value.into_owned());
    }
    Ok(form)
}

fn filled(field: Option<String>) -> Option<String> {
    field.filter(|text| !text.is_empty())
}

fn new_public_id() -> Result<String, Failure> {
    let mut b = [0u8; 16];
    getrandom::getrandom(&mut b)?;
    b[6] = b[6] & 0x0f | 0x40;
    b[8] = b[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (i, byte) in b.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

impl Api {
    pub async fn serve(self: Arc<Api>, request: Request<Body>) -> Answer {
        let answered = match (request.method(), request.uri().path()) {
            (&Method::GET, "/user") => self.list_users(&request),
            (&Method::POST, "/login") => self.log_in(request).await,
            (&Method::POST, "/signup") => self.sign_up(request).await,
            (&Method::GET, "/health/live") => Ok(respond(StatusCode::OK, JSON, "{\"status\":\"ok\"}\n")),
            (_, "/user" | "/health/live") => Ok(not_allowed("GET")),
            (_, "/login" | "/signup") => Ok(not_allowed("POST")),
            _ => Ok(respond(StatusCode::NOT_FOUND, TEXT, "Not found")),
        };
        answered.or_else(|e| {
            eprintln!("{e}");
            Ok(respond(StatusCode::INTERNAL_SERVER_ERROR, TEXT, "Internal error"))
        })
    }

    /// The database is asked by this thread: that takes less than to hand it to another one.
    fn list_users(&self, request: &Request<Body>) -> Answer {
        let token = request.headers().get("x-access-token").map_or(&b""[..], |v| v.as_bytes());
        if token.is_empty() {
            return Ok(refused("{\"message\":\"Token is missing !!\"}\n"));
        }
        let caller = std::str::from_utf8(token).ok().and_then(|text| self.tokens.verify(text));
        match caller {
            Some(public_id) if self.users.exists(&public_id)? => {
                json(StatusCode::OK, &Listed { users: self.users.list()? })
            }
            _ => Ok(refused("{\"message\":\"Token is invalid !!\"}\n")),
        }
    }

    async fn log_in(&self, request: Request<Body>) -> Answer {
        let form = read_form(request).await?;
        let (email, password) = match (filled(form.email), filled(form.password)) {
            (Some(email), Some(password)) => (email, password),
            _ => return Ok(could_not_verify(StatusCode::UNAUTHORIZED, "Basic realm =\"Login required !!\"")),
        };
        let user = match self.users.find(&email)? {
            Some(user) => user,
            None => return Ok(could_not_verify(StatusCode::UNAUTHORIZED, "Basic realm =\"User does not exist !!\"")),
        };
        let phc = user.password;
        let place = self.hashing.acquire().await?;
        let right = tokio::task::spawn_blocking(move || passwords::verify(&password, &phc)).await?;
        drop(place);
        if !right {
            return Ok(could_not_verify(StatusCode::FORBIDDEN, "Basic realm =\"Wrong Password !!\""));
        }
        json(StatusCode::CREATED, &Issued { token: self.tokens.issue(user.public_id)? })
    }

    async fn sign_up(self: Arc<Api>, request: Request<Body>) -> Answer {
        let form = read_form(request).await?;
        let (email, password) = match (filled(form.email), filled(form.password)) {
            (Some(email), Some(password)) => (email, password),
            _ => return Ok(respond(StatusCode::BAD_REQUEST, TEXT, "An e-mail address and a password are needed.")),
        };
        let taken = || Ok(respond(StatusCode::ACCEPTED, TEXT, "User already exists. Please Log in."));
        if self.users.find(&email)?.is_some() {
            return taken();
        }
        let place = self.hashing.acquire().await?;
        let phc = tokio::task::spawn_blocking(move || passwords::hash(&password)).await?;
        drop(place);
        let phc = phc.ok_or("no memory for a hash")?;
        let public_id = new_public_id()?;
        let api = self.clone();
        let added =
            tokio::task::spawn_blocking(move || api.users.add(&public_id, form.name.as_deref(), &email, &phc)).await??;
        if added {
            Ok(respond(StatusCode::CREATED, TEXT, "Successfully registered."))
        } else {
            taken()
        }
    }
}

fn not_allowed(method: &'static str) -> Response<Body> {
    let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, TEXT, "Method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(method));
    response
}
