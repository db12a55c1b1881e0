//! Argon2id as PHC strings, by libsodium.

use std::ffi::CStr;
use std::os::raw::{c_char, c_int, c_ulonglong};

const MEMORY_BYTES: usize = 19456 * 1024;
const PASSES: c_ulonglong = 2;
const ARGON2ID: c_int = 2; // crypto_pwhash_ALG_ARGON2ID13
const LONGEST: usize = 128; // crypto_pwhash_STRBYTES

#[link(name = "sodium")]
extern "C" {
    fn sodium_init() -> c_int;
    fn crypto_pwhash_str_alg(
        out: *mut c_char,
        password: *const c_char,
        length: c_ulonglong,
        passes: c_ulonglong,
        memory: usize,
        algorithm: c_int,
    ) -> c_int;
    fn crypto_pwhash_str_verify(phc: *const c_char, password: *const c_char, length: c_ulonglong) -> c_int;
}

/// Once, before the others.
pub fn initialize() {
    assert!(unsafe { sodium_init() } >= 0);
}

/// None if there is no memory for it.
pub fn hash(password: &str) -> Option<String> {
    let mut phc = [0 as c_char; LONGEST];
    let length = password.len() as c_ulonglong;
    let failed = unsafe {
        crypto_pwhash_str_alg(phc.as_mut_ptr(), password.as_ptr().cast(), length, PASSES, MEMORY_BYTES, ARGON2ID)
    };
    if failed != 0 {
        return None;
    }
    let text = unsafe { CStr::from_ptr(phc.as_ptr()) };
    Some(text.to_string_lossy().into_owned())
}

pub fn verify(password: &str, phc: &str) -> bool {
    if phc.len() >= LONGEST {
        return false;
    }
    let mut text = [0 as c_char; LONGEST];
    for (to, from) in text.iter_mut().zip(phc.bytes()) {
        *to = from as c_char;
    }
    let length = password.len() as c_ulonglong;
    unsafe { crypto_pwhash_str_verify(text.as_ptr(), password.as_ptr().cast(), length) == 0 }
}
