-- The bank's state. Moments are seconds since the epoch by the bank's own clock.

CREATE TABLE IF NOT EXISTS meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS shops (
    shop_id INTEGER PRIMARY KEY,
    secret TEXT NOT NULL,
    name TEXT NOT NULL,
    private_key TEXT NOT NULL,
    public_key TEXT NOT NULL,
    previous_public_key TEXT,
    rotated_at REAL
);

CREATE TABLE IF NOT EXISTS checkouts (
    token TEXT PRIMARY KEY,
    shop_id INTEGER NOT NULL,
    tracking_id TEXT,
    created_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    attempts_left INTEGER NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0,
    expired INTEGER NOT NULL DEFAULT 0,
    busy INTEGER NOT NULL DEFAULT 0,
    uid TEXT,
    doc TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS checkouts_open ON checkouts (expires_at) WHERE finished = 0 AND expired = 0;
CREATE INDEX IF NOT EXISTS checkouts_new ON checkouts (created_at);

CREATE TABLE IF NOT EXISTS transactions (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    uid TEXT NOT NULL UNIQUE,
    shop_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    method TEXT NOT NULL,
    parent_uid TEXT,
    token TEXT,
    tracking_id TEXT,
    order_id INTEGER,
    account_number TEXT,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    status TEXT NOT NULL,
    stamp TEXT,
    notify_url TEXT,
    created_at REAL NOT NULL,
    paid_at REAL,
    settled_at REAL,
    due_at REAL,
    test INTEGER NOT NULL,
    doc TEXT NOT NULL,
    overlay TEXT
);
CREATE INDEX IF NOT EXISTS transactions_tracking ON transactions (tracking_id, n);
CREATE INDEX IF NOT EXISTS transactions_parent ON transactions (parent_uid) WHERE parent_uid IS NOT NULL;
CREATE INDEX IF NOT EXISTS transactions_token ON transactions (token) WHERE token IS NOT NULL;
CREATE INDEX IF NOT EXISTS transactions_order ON transactions (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS transactions_account ON transactions (account_number) WHERE account_number IS NOT NULL;
CREATE INDEX IF NOT EXISTS transactions_due ON transactions (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS transactions_stamp ON transactions (stamp, created_at) WHERE stamp IS NOT NULL;

CREATE TABLE IF NOT EXISTS money (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    shop_id INTEGER NOT NULL,
    tracking_id TEXT,
    uid TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    amount INTEGER NOT NULL,
    currency TEXT NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS money_tracking ON money (tracking_id);

CREATE TABLE IF NOT EXISTS payouts (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    shop_id INTEGER NOT NULL,
    method TEXT NOT NULL,
    currency TEXT NOT NULL,
    at REAL NOT NULL,
    count INTEGER NOT NULL,
    gross INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    paid INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    shop_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    about TEXT NOT NULL,
    uid TEXT,
    tracking_id TEXT,
    status TEXT,
    body BLOB NOT NULL,
    signature TEXT,
    basic TEXT NOT NULL,
    schedule TEXT NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    lose_tries INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL,
    hold TEXT,
    after_id INTEGER,
    faults TEXT NOT NULL DEFAULT '',
    answer INTEGER,
    error TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due_at) WHERE state IN ('waiting', 'held');
CREATE INDEX IF NOT EXISTS deliveries_tracking ON deliveries (tracking_id);

CREATE TABLE IF NOT EXISTS calls (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    operation TEXT NOT NULL,
    status INTEGER NOT NULL,
    shop_id INTEGER,
    tracking_id TEXT,
    faults TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS answered (
    shop_id INTEGER NOT NULL,
    request_id TEXT NOT NULL,
    path TEXT NOT NULL,
    uid TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (shop_id, request_id, path)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    stage TEXT NOT NULL,
    times_left INTEGER,
    used INTEGER NOT NULL DEFAULT 0,
    tracking_id TEXT,
    shop_id INTEGER,
    params TEXT NOT NULL
);
