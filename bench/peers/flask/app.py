"""The tutorial's API as it is written there, on Flask and Flask-SQLAlchemy, with Argon2id by argon2-cffi.

DATABASE: an SQLite file with the tutorial's table. SECRET: of the tokens (HS256).
"""
import functools
import os
import uuid
from datetime import datetime, timedelta

import argon2
import jwt
from flask import Flask, jsonify, make_response, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from hashing import hasher

app = Flask(__name__)
app.config['SECRET_KEY'] = os.environ['SECRET']
app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///' + os.path.abspath(os.environ['DATABASE'])
# SQLAlchemy 2's default for files, which is faster; 1.4 opens the file for each request.
app.config['SQLALCHEMY_ENGINE_OPTIONS'] = {'poolclass': QueuePool}
db = SQLAlchemy(app)


@event.listens_for(Engine, 'connect')
def set_pragmas(connection, _):
    cursor = connection.cursor()
    cursor.execute('PRAGMA journal_mode = WAL')
    cursor.execute('PRAGMA synchronous = FULL')
    cursor.close()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    public_id = db.Column(db.String(50), unique=True)
    name = db.Column(db.String(100))
    email = db.Column(db.String(70), unique=True)
    password = db.Column(db.String(80))


def token_required(endpoint):
    @functools.wraps(endpoint)
    def checked(*args, **kwargs):
        token = request.headers.get('x-access-token')
        if not token:
            return jsonify({'message': 'Token is missing !!'}), 401
        try:
            data = jwt.decode(token, app.config['SECRET_KEY'], algorithms=['HS256'],
                              options={'require': ['exp', 'public_id']})
            current_user = User.query.filter_by(public_id=data['public_id']).first()
        except Exception:  # as in the tutorial; claims of wrong types raise all sorts
            return jsonify({'message': 'Token is invalid !!'}), 401
        if not current_user:
            return jsonify({'message': 'Token is invalid !!'}), 401
        return endpoint(current_user, *args, **kwargs)
    return checked


@app.route('/user', methods=['GET'])
@token_required
def get_all_users(current_user):
    output = []
    for user in User.query.order_by(User.id).all():
        output.append({'public_id': user.public_id, 'name': user.name, 'email': user.email})
    return jsonify({'users': output})


def could_not_verify(status, why):
    return make_response('Could not verify', status, {'WWW-Authenticate': f'Basic realm ="{why}"'})


@app.route('/login', methods=['POST'])
def login():
    email, password = request.form.get('email'), request.form.get('password')
    if not email or not password:
        return could_not_verify(401, 'Login required !!')
    user = User.query.filter_by(email=email).first()
    if not user:
        return could_not_verify(401, 'User does not exist !!')
    try:
        hasher.verify(user.password, password)
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHash):
        return could_not_verify(403, 'Wrong Password !!')
    token = jwt.encode({'public_id': user.public_id, 'exp': datetime.utcnow() + timedelta(minutes=30)},
                       app.config['SECRET_KEY'])
    return make_response(jsonify({'token': token}), 201)


@app.route('/signup', methods=['POST'])
def signup():
    name, email, password = (request.form.get(field) for field in ('name', 'email', 'password'))
    if not email or not password:
        return make_response('An e-mail address and a password are needed.', 400)
    known = make_response('User already exists. Please Log in.', 202)
    if User.query.filter_by(email=email).first():
        return known
    db.session.add(User(public_id=str(uuid.uuid4()), name=name, email=email, password=hasher.hash(password)))
    try:
        db.session.commit()
    except IntegrityError:  # somebody else was faster
        db.session.rollback()
        return known
    return make_response('Successfully registered.', 201)


@app.route('/health/live', methods=['GET'])
def live():
    return jsonify({'status': 'ok'})
