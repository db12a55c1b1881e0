//! The table of users. Each thread reads by a connection of its own, with prepared statements; one connection writes,
//! as SQLite has one writer at a time.

use std::cell::RefCell;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::{params, Connection, ErrorCode, OpenFlags, OptionalExtension, Result};
use serde::Serialize;

const BUSY: Duration = Duration::from_secs(20);

thread_local! {
    static READER: RefCell<Option<Connection>> = RefCell::new(None);
}

/// What a user may see of another one, in the order of the answer's keys.
#[derive(Serialize)]
pub struct ListedUser {
    email: Option<String>,
    name: Option<String>,
    public_id: String,
}

pub struct Credentials {
    pub public_id: String,
    pub password: String,
}

pub struct Users {
    file: String,
    writer: Mutex<Connection>,
}

fn open(file: &str) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

impl Users {
    pub fn open(file: String) -> Result<Users> {
        let writer = Mutex::new(open(&file)?);
        Ok(Users { file, writer })
    }

    fn read<T>(&self, question: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        READER.with(|reader| {
            let mut reader = reader.borrow_mut();
            if reader.is_none() {
                *reader = Some(open(&self.file)?);
            }
            question(reader.as_ref().expect("was opened"))
        })
    }

    pub fn exists(&self, public_id: &str) -> Result<bool> {
        self.read(|db| {
            db.prepare_cached("SELECT 1 FROM user WHERE public_id = ?")?
                .exists([public_id])
        })
    }

    pub fn find(&self, email: &str) -> Result<Option<Credentials>> {
        self.read(|db| {
            db.prepare_cached("SELECT public_id, password FROM user WHERE email = ?")?
                .query_row([email], |row| {
                    Ok(Credentials { public_id: row.get(0)?, password: row.get(1)? })
                })
                .optional()
        })
    }

    pub fn list(&self) -> Result<Vec<ListedUser>> {
        self.read(|db| {
            db.prepare_cached("SELECT email, name, public_id FROM user ORDER BY id")?
                .query_map([], |row| {
                    Ok(ListedUser { email: row.get(0)?, name: row.get(1)?, public_id: row.get(2)? })
                })?
                .collect()
        })
    }

    /// False if the e-mail address is taken.
    pub fn add(&self, public_id: &str, name: Option<&str>, email: &str, password: &str) -> Result<bool> {
        let writer = self.writer.lock().expect("no writer panics");
        let mut insert =
            writer.prepare_cached("INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)")?;
        match insert.execute(params![public_id, name, email, password]) {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(false),
            done => done.map(|_| true),
        }
    }
}
