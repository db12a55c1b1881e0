//! HS256 tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{decode, encode, Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

const LIFETIME_SECONDS: u64 = 30 * 60;

#[derive(Serialize, Deserialize)]
struct Claims {
    public_id: String,
    exp: u64,
}

pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    rules: Validation,
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs())
}

impl Tokens {
    pub fn new(secret: &[u8]) -> Tokens {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = 0;
        Tokens { signing: EncodingKey::from_secret(secret), checking: DecodingKey::from_secret(secret), rules }
    }

    pub fn issue(&self, public_id: String) -> jsonwebtoken::errors::Result<String> {
        let claims = Claims { public_id, exp: now() + LIFETIME_SECONDS };
        encode(&Header::default(), &claims, &self.signing)
    }

    /// The public id in it.
    pub fn verify(&self, token: &str) -> Option<String> {
        let claims = decode::<Claims>(token, &self.checking, &self.rules).ok()?.claims;
        (claims.exp > now()).then_some(claims.public_id)
    }
}
