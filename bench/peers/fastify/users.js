'use strict';
// The table of users, on one connection with prepared statements.

const Database = require('better-sqlite3');

const BUSY_MS = 20000;

class Users {
  constructor(file) {
    this.db = new Database(file, { fileMustExist: true, timeout: BUSY_MS });
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = FULL');
    this.byPublicId = this.db.prepare('SELECT id FROM user WHERE public_id = ?').pluck();
    this.byEmail = this.db.prepare('SELECT public_id, password FROM user WHERE email = ?');
    this.everybody = this.db.prepare('SELECT email, name, public_id FROM user ORDER BY id');
    this.insert = this.db.prepare('INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)');
  }

  exists(publicId) {
    return this.byPublicId.get(publicId) !== undefined;
  }

  find(email) {
    return this.byEmail.get(email);
  }

  list() {
    return this.everybody.all();
  }

  /** False if the e-mail address is taken. */
  add(publicId, name, email, password) {
    try {
      this.insert.run(publicId, name, email, password);
      return true;
    } catch (e) {
      if (e.code === 'SQLITE_CONSTRAINT_UNIQUE') return false;
      throw e;
    }
  }
}

module.exports = { Users };
