BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE applied (
	site_id TEXT NOT NULL, 
	op TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, op), 
	CONSTRAINT answer_json CHECK (json_valid(answer))
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "applied" VALUES('rathaus','operation-1','call_next','p1','{"type":"done","ticket":{"type":"ticket","site_id":"rathaus","id":"0193aaaa-0000-7000-8000-000000000001","state":"called","day":"2026-11-24","series":"B","slot":0,"n":1,"queue_id":"fahrzeuge","service_id":"zulassung","lang":"de","priority":100,"ahead":0,"arrival_ms":1795518060000,"issued_ms":1795518060000,"counter_id":"p1","calls":1,"called_ms":1795518361000,"ended_ms":null,"paper":"asked","token":"00000000000000000000000000000001"}}',1795518361000);
INSERT INTO "applied" VALUES('rathaus','operation-2','call_next','p1','{"type":"done","ticket":{"type":"ticket","site_id":"rathaus","id":"0193aaaa-0000-7000-8000-000000000002","state":"called","day":"2026-11-24","series":"A","slot":0,"n":1,"queue_id":"meldung","service_id":"ausweis","lang":"de","priority":100,"ahead":0,"arrival_ms":1795518120000,"issued_ms":1795518120000,"counter_id":"p1","calls":1,"called_ms":1795518362000,"ended_ms":null,"paper":"asked","token":"00000000000000000000000000000002"}}',1795518362000);
CREATE TABLE business_day (
	site_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	opened_ms INTEGER NOT NULL, 
	closed_ms INTEGER, 
	PRIMARY KEY (site_id, day), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "business_day" VALUES('rathaus','2026-11-24',1795518060000,NULL);
CREATE TABLE catalogue (
	site_id TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	etag TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	body BLOB NOT NULL, 
	published_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, version), 
	CONSTRAINT version_counts CHECK (version >= 1), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
CREATE TABLE counter (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	position INTEGER DEFAULT '0' NOT NULL, 
	closed_ms INTEGER, 
	PRIMARY KEY (site_id, id), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "counter" VALUES('rathaus','p1','Platz 1','',0,NULL);
INSERT INTO "counter" VALUES('rathaus','p2','Platz 2','',0,NULL);
CREATE TABLE counter_queue (
	site_id TEXT NOT NULL, 
	counter_id TEXT NOT NULL, 
	queue_id TEXT NOT NULL, 
	PRIMARY KEY (site_id, counter_id, queue_id), 
	FOREIGN KEY(site_id, counter_id) REFERENCES counter (site_id, id), 
	FOREIGN KEY(site_id, queue_id) REFERENCES queue (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "counter_queue" VALUES('rathaus','p2','fahrzeuge');
CREATE TABLE counter_seq (
	site_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	series TEXT NOT NULL, 
	round INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (site_id, day, series), 
	FOREIGN KEY(site_id, day) REFERENCES business_day (site_id, day)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "counter_seq" VALUES('rathaus','2026-11-24','A',0,3);
INSERT INTO "counter_seq" VALUES('rathaus','2026-11-24','B',0,3);
CREATE TABLE enrolment (
	site_id TEXT NOT NULL, 
	code_hash TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	used_ms INTEGER, 
	revoked_ms INTEGER, 
	machine TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (site_id, code_hash), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id), 
	UNIQUE (code_hash)
)
 STRICT

;
INSERT INTO "enrolment" VALUES('rathaus','9ac2197d9258257b1ae8463e4214e4cd0a578bc1517f2415928b91be4283fc48','t1',1795518365000,1795520165000,1795518365000,NULL,'machine-1');
CREATE TABLE event (
	site_id TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, seq), 
	CONSTRAINT body_json CHECK (json_valid(body))
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "event" VALUES('rathaus',1,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',2,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',3,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',4,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',5,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',6,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',7,'house','rathaus','{}',1795518000000);
INSERT INTO "event" VALUES('rathaus',8,'terminal','t1','{"name":"Terminal 1"}',1795518000000);
INSERT INTO "event" VALUES('rathaus',9,'day','2026-11-24','{"day":"2026-11-24"}',1795518060000);
INSERT INTO "event" VALUES('rathaus',10,'ticket','0193aaaa-0000-7000-8000-000000000001','{"label":"B 001","queue":"fahrzeuge","state":"waiting","counter":null,"paper":"asked"}',1795518060000);
INSERT INTO "event" VALUES('rathaus',11,'ticket','0193aaaa-0000-7000-8000-000000000002','{"label":"A 001","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518120000);
INSERT INTO "event" VALUES('rathaus',12,'ticket','0193aaaa-0000-7000-8000-000000000003','{"label":"B 002","queue":"fahrzeuge","state":"waiting","counter":null,"paper":"asked"}',1795518180000);
INSERT INTO "event" VALUES('rathaus',13,'ticket','0193aaaa-0000-7000-8000-000000000004','{"label":"A 002","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518240000);
INSERT INTO "event" VALUES('rathaus',14,'ticket','0193aaaa-0000-7000-8000-000000000005','{"label":"B 003","queue":"fahrzeuge","state":"waiting","counter":null,"paper":"asked"}',1795518300000);
INSERT INTO "event" VALUES('rathaus',15,'ticket','0193aaaa-0000-7000-8000-000000000006','{"label":"A 003","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518360000);
INSERT INTO "event" VALUES('rathaus',16,'call','0193aaaa-0000-7000-8000-000000000001','{"label":"B 001","queue":"fahrzeuge","state":"called","counter":"p1","counter_name":"Platz 1"}',1795518361000);
INSERT INTO "event" VALUES('rathaus',17,'call','0193aaaa-0000-7000-8000-000000000002','{"label":"A 001","queue":"meldung","state":"called","counter":"p1","counter_name":"Platz 1"}',1795518362000);
INSERT INTO "event" VALUES('rathaus',18,'ticket','0193aaaa-0000-7000-8000-000000000004','{"label":"A 002","queue":"meldung","state":"cancelled","counter":null,"paper":"asked"}',1795518363000);
INSERT INTO "event" VALUES('rathaus',19,'terminal','t1','{"name":"Terminal 1"}',1795518365000);
INSERT INTO "event" VALUES('rathaus',20,'terminal','t1','{"name":"Terminal 1"}',1795518365000);
CREATE TABLE help_call (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	lang TEXT NOT NULL, 
	label TEXT DEFAULT '' NOT NULL, 
	opened_ms INTEGER NOT NULL, 
	acknowledged_ms INTEGER, 
	acknowledged_by TEXT, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT reason_known CHECK (reason IN ('asked', 'no_paper', 'no_number', 'flood', 'device')), 
	FOREIGN KEY(site_id, acknowledged_by) REFERENCES user (site_id, id), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 STRICT

;
CREATE TABLE interval (
	site_id TEXT NOT NULL, 
	ticket_id TEXT NOT NULL, 
	step INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	queue_id TEXT NOT NULL, 
	counter_id TEXT, 
	started_ms INTEGER NOT NULL, 
	ended_ms INTEGER, 
	PRIMARY KEY (site_id, ticket_id, step), 
	CONSTRAINT kind_known CHECK (kind IN ('wait', 'way', 'service', 'pause')), 
	CONSTRAINT forward CHECK (ended_ms IS NULL OR ended_ms >= started_ms), 
	FOREIGN KEY(site_id, ticket_id) REFERENCES ticket (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000001',1,'wait','fahrzeuge',NULL,1795518060000,1795518361000);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000001',2,'service','fahrzeuge','p1',1795518361000,1795518362000);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000002',1,'wait','meldung',NULL,1795518120000,1795518362000);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000002',2,'way','meldung','p1',1795518362000,NULL);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000003',1,'wait','fahrzeuge',NULL,1795518180000,NULL);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000004',1,'wait','meldung',NULL,1795518240000,1795518363000);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000005',1,'wait','fahrzeuge',NULL,1795518300000,NULL);
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000006',1,'wait','meldung',NULL,1795518360000,NULL);
CREATE TABLE queue (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	series TEXT NOT NULL, 
	names TEXT NOT NULL, 
	places TEXT DEFAULT '{}' NOT NULL, 
	office TEXT, 
	first_n INTEGER DEFAULT '1' NOT NULL, 
	last_n INTEGER DEFAULT '999' NOT NULL, 
	open INTEGER DEFAULT '1' NOT NULL, 
	position INTEGER DEFAULT '0' NOT NULL, 
	waiting INTEGER DEFAULT '0' NOT NULL, 
	removed_ms INTEGER, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT range CHECK (first_n BETWEEN 1 AND last_n AND last_n <= 9999), 
	CONSTRAINT texts_json CHECK (json_valid(names) AND json_valid(places)), 
	CONSTRAINT series_short CHECK (length(series) BETWEEN 1 AND 2), 
	CONSTRAINT open_flag CHECK (open IN (0, 1)), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "queue" VALUES('rathaus','meldung','A','{"de":"meldung"}','{}',NULL,1,999,1,0,1,NULL);
INSERT INTO "queue" VALUES('rathaus','fahrzeuge','B','{"de":"fahrzeuge"}','{}',NULL,1,999,1,0,2,NULL);
CREATE TABLE service_queue (
	site_id TEXT NOT NULL, 
	service_id TEXT NOT NULL, 
	queue_id TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	PRIMARY KEY (site_id, service_id), 
	CONSTRAINT origin_known CHECK (origin IN ('catalogue', 'override')), 
	FOREIGN KEY(site_id, queue_id) REFERENCES queue (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "service_queue" VALUES('rathaus','ausweis','meldung','override');
INSERT INTO "service_queue" VALUES('rathaus','zulassung','fahrzeuge','override');
CREATE TABLE session (
	site_id TEXT NOT NULL, 
	token_hash TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	counter_id TEXT, 
	csrf TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, token_hash), 
	FOREIGN KEY(site_id, counter_id) REFERENCES counter (site_id, id), 
	FOREIGN KEY(site_id, user_id) REFERENCES user (site_id, id), 
	UNIQUE (token_hash)
)
 STRICT

;
CREATE TABLE setup_token (
	token_hash TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	used_ms INTEGER, 
	PRIMARY KEY (token_hash)
)
 STRICT

;
CREATE TABLE sign_in_try (
	site_id TEXT NOT NULL, 
	whose TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	last_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, whose), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
CREATE TABLE site (
	id TEXT NOT NULL, 
	town TEXT NOT NULL, 
	name TEXT NOT NULL, 
	timezone TEXT DEFAULT 'Europe/Berlin' NOT NULL, 
	base_url TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT named CHECK (length(town) BETWEEN 1 AND 200 AND length(name) BETWEEN 1 AND 200)
)
 STRICT

;
INSERT INTO "site" VALUES('rathaus','Musterstadt','Rathaus','Europe/Berlin','',1795518000000);
CREATE TABLE terminal (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	key_hash TEXT, 
	created_ms INTEGER NOT NULL, 
	enrolled_ms INTEGER, 
	revoked_ms INTEGER, 
	PRIMARY KEY (site_id, id), 
	FOREIGN KEY(site_id) REFERENCES site (id), 
	UNIQUE (key_hash)
)
 STRICT

;
INSERT INTO "terminal" VALUES('rathaus','t1','Terminal 1','','e247485ac224285a1d9c675cdd169237eb7165157c8de977ae56679313c43a24',1795518000000,1795518365000,NULL);
CREATE TABLE terminal_status (
	site_id TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	catalogue_version INTEGER NOT NULL, 
	devices TEXT DEFAULT '[]' NOT NULL, 
	notes TEXT DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (site_id, terminal_id), 
	CONSTRAINT status_json CHECK (json_valid(devices) AND json_valid(notes)), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "terminal_status" VALUES('rathaus','t1',1795518365000,'0.1.0',1,'[]','["screen_tickets"]');
CREATE TABLE ticket (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	day TEXT NOT NULL, 
	series TEXT NOT NULL, 
	slot INTEGER NOT NULL, 
	round INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	queue_id TEXT NOT NULL, 
	service_id TEXT NOT NULL, 
	terminal_id TEXT, 
	lang TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	ahead INTEGER NOT NULL, 
	arrival_ms INTEGER NOT NULL, 
	issued_ms INTEGER NOT NULL, 
	tapped_at TEXT NOT NULL, 
	counter_id TEXT, 
	calls INTEGER DEFAULT '0' NOT NULL, 
	called_ms INTEGER, 
	ended_ms INTEGER, 
	paper TEXT DEFAULT 'asked' NOT NULL, 
	paper_problem TEXT DEFAULT '' NOT NULL, 
	token TEXT NOT NULL, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT paper_known CHECK (paper IN ('asked', 'printed', 'not_printed', 'unconfirmed', 'screen_only')), 
	CONSTRAINT state_known CHECK (state IN ('issued', 'waiting', 'called', 'in_service', 'done', 'no_show', 'parked', 'transferred', 'pending_pickup', 'cancelled', 'expired', 'void')), 
	CONSTRAINT called_to_counter CHECK (state NOT IN ('called', 'in_service') OR counter_id IS NOT NULL), 
	CONSTRAINT uuid CHECK (length(id) = 36), 
	CONSTRAINT number_counts CHECK (n >= 1 AND slot >= 0 AND round >= 0), 
	FOREIGN KEY(site_id, counter_id) REFERENCES counter (site_id, id), 
	FOREIGN KEY(site_id, day) REFERENCES business_day (site_id, day), 
	FOREIGN KEY(site_id, queue_id) REFERENCES queue (site_id, id), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id), 
	UNIQUE (site_id, day, series, slot, round, n), 
	UNIQUE (token)
)
 STRICT

;
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000001','done','2026-11-24','B',0,0,1,'fahrzeuge','zulassung','t1','de',100,0,1795518060000,1795518060000,'','p1',1,1795518361000,1795518362000,'asked','','00000000000000000000000000000001');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000002','called','2026-11-24','A',0,0,1,'meldung','ausweis','t1','de',100,0,1795518120000,1795518120000,'','p1',1,1795518362000,NULL,'asked','','00000000000000000000000000000002');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000003','waiting','2026-11-24','B',0,0,2,'fahrzeuge','zulassung','t1','de',100,1,1795518180000,1795518180000,'',NULL,0,NULL,NULL,'printed','','00000000000000000000000000000003');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000004','cancelled','2026-11-24','A',0,0,2,'meldung','ausweis','t1','de',100,1,1795518240000,1795518240000,'',NULL,0,NULL,1795518363000,'asked','','00000000000000000000000000000004');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000005','waiting','2026-11-24','B',0,0,3,'fahrzeuge','zulassung','t1','de',100,2,1795518300000,1795518300000,'',NULL,0,NULL,NULL,'asked','','00000000000000000000000000000005');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000006','waiting','2026-11-24','A',0,0,3,'meldung','ausweis','t1','de',100,2,1795518360000,1795518360000,'',NULL,0,NULL,NULL,'asked','','00000000000000000000000000000006');
CREATE TABLE tombstone (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT uuid CHECK (length(id) = 36), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "tombstone" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000063',1795518364000);
CREATE TABLE user (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	disabled_ms INTEGER, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT argon2id CHECK (password_hash LIKE '$argon2id$%'), 
	CONSTRAINT role_known CHECK (role IN ('clerk', 'supervisor', 'cash_office', 'editor', 'technician', 'administrator')), 
	FOREIGN KEY(site_id) REFERENCES site (id), 
	UNIQUE (site_id, login)
)
 STRICT

;
CREATE INDEX calls ON event (site_id, seq) WHERE kind IN ('call', 'recall');
CREATE UNIQUE INDEX one_open_day ON business_day (site_id) WHERE closed_ms IS NULL;
CREATE UNIQUE INDEX counter_name_once ON counter (site_id, name) WHERE closed_ms IS NULL;
CREATE UNIQUE INDEX series_once ON queue (site_id, series) WHERE removed_ms IS NULL;
CREATE UNIQUE INDEX terminal_name_once ON terminal (site_id, name) WHERE revoked_ms IS NULL;
CREATE INDEX open_help ON help_call (site_id, opened_ms) WHERE acknowledged_ms IS NULL;
CREATE UNIQUE INDEX never_given_while_it_waits ON ticket (site_id, series, slot, n) WHERE state IN ('issued', 'waiting', 'called', 'in_service', 'parked', 'pending_pickup');
CREATE UNIQUE INDEX one_customer_per_counter ON ticket (site_id, counter_id) WHERE state IN ('called', 'in_service');
CREATE INDEX waiting_in_order ON ticket (site_id, queue_id, priority, arrival_ms, slot, n) WHERE state = 'waiting';
CREATE UNIQUE INDEX one_open_interval ON interval (site_id, ticket_id) WHERE ended_ms IS NULL;
COMMIT;
