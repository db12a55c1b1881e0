-- The tutorial's table, word for word as Flask-SQLAlchemy creates it: a Flask database is adopted as it is, and Flask
-- can read one that began here.
CREATE TABLE IF NOT EXISTS user (
	id INTEGER NOT NULL,
	public_id VARCHAR(50),
	name VARCHAR(100),
	email VARCHAR(70),
	password VARCHAR(80),
	PRIMARY KEY (id),
	UNIQUE (public_id),
	UNIQUE (email)
);
