BEGIN TRANSACTION;
CREATE TABLE alarm (
	site_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	terminal_id TEXT, 
	detail TEXT DEFAULT '' NOT NULL, 
	raised_ms INTEGER NOT NULL, 
	last_ms INTEGER NOT NULL, 
	noted_ms INTEGER, 
	noted_by TEXT, 
	PRIMARY KEY (site_id, kind, subject), 
	CONSTRAINT kind_known CHECK (kind IN ('cloned_disk', 'label_taken', 'no_slot', 'not_its_own')), 
	FOREIGN KEY(site_id, noted_by) REFERENCES user (site_id, id), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0015');
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
INSERT INTO "applied" VALUES('rathaus','0193aaaa-0000-7000-8000-0000000f0007','sync.ticket','16d8b807b0087566cfb25535690b4d9a61ec840414e0ff54fcafe14e1aa53220','{"op":"0193aaaa-0000-7000-8000-0000000f0007","status":200,"code":"new","message":""}',1795518340000);
INSERT INTO "applied" VALUES('rathaus','operation-1','call_next','p1','{"type":"done","ticket":{"type":"ticket","site_id":"rathaus","id":"0193aaaa-0000-7000-8000-000000000001","state":"called","day":"2026-11-24","series":"B","slot":0,"n":1,"queue_id":"fahrzeuge","service_id":"zulassung","lang":"de","priority":100,"ahead":0,"arrival_ms":1795518060000,"issued_ms":1795518060000,"counter_id":"p1","calls":1,"called_ms":1795518361000,"ended_ms":null,"paper":"asked","token":"00000000000000000000000000000001","arrival_sure":1,"origin":"hub"},"nobody_waits":false}',1795518361000);
INSERT INTO "applied" VALUES('rathaus','operation-2','call_next','p1','{"type":"done","ticket":{"type":"ticket","site_id":"rathaus","id":"0193aaaa-0000-7000-8000-000000000002","state":"called","day":"2026-11-24","series":"A","slot":0,"n":1,"queue_id":"meldung","service_id":"ausweis","lang":"de","priority":100,"ahead":1,"arrival_ms":1795518120000,"issued_ms":1795518120000,"counter_id":"p1","calls":1,"called_ms":1795518362000,"ended_ms":null,"paper":"asked","token":"00000000000000000000000000000002","arrival_sure":1,"origin":"hub"},"nobody_waits":false}',1795518362000);
CREATE TABLE business_day (
	site_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	opened_ms INTEGER NOT NULL, 
	closed_ms INTEGER, opened_seq INTEGER DEFAULT '0' NOT NULL, arrival_ms INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (site_id, day), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "business_day" VALUES('rathaus','2026-11-24',1795518060000,NULL,10,0);
CREATE TABLE catalogue_import (
	site_id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	source TEXT NOT NULL, 
	services INTEGER NOT NULL, 
	findings TEXT DEFAULT '[]' NOT NULL, 
	report TEXT DEFAULT '' NOT NULL, 
	files TEXT DEFAULT '{}' NOT NULL, 
	body BLOB NOT NULL, 
	created_ms INTEGER NOT NULL, 
	decided_ms INTEGER, 
	decided_by TEXT DEFAULT '' NOT NULL, 
	version INTEGER, 
	PRIMARY KEY (site_id, n), 
	CONSTRAINT import_json CHECK (json_valid(findings) AND json_valid(files)), 
	CONSTRAINT state_known CHECK (state IN ('pending', 'published', 'rejected')), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "catalogue_import" VALUES('rathaus',1,'published','toml','',2,'[]','','{}',X'1F8B08000000000000FF658EB10AC2401044FB7CC6D457585FA7859D60ADA458C87A1E5C2E9865150CFBEF267AC648BA1D66DEF206DCB997D865F88D43A21C94020BFC190DA376B829EB3B0F880D3C5A4E8DE60007E13E4E0DB663C8D44EF730511E8732327305BBD0B57FB2065E82BB15B89F6766B555052695074759AD8FA37A97297D7B2BBA0BCDF9C75313897CCCFF654F73B3E07FBE56BD008C55D95F24010000',1795518001000,1795518001000,'',1);
CREATE TABLE catalogue_record (
	site_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	id TEXT NOT NULL, 
	lang TEXT NOT NULL, 
	rev INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	body BLOB NOT NULL, 
	deleted_ms INTEGER, 
	PRIMARY KEY (site_id, kind, id, lang), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "catalogue_record" VALUES('rathaus','head','head','',1,'c590f496a70d2659ea3cb4b8d490f34294ebef9d418bf114bc1e0c26c8f9047d',X'7B226C616E677561676573223A5B226465225D2C227075626C6973686564223A22227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','queue','meldung','',1,'533c1e0205860b241cc269ca43fa320f366770895fe44ed5b90bb8e5e35d1220',X'7B2223223A313032342C226964223A226D656C64756E67222C22736572696573223A2241227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','queue','meldung','de',1,'cee85349b5b9fcd778d8cbe74d838a56287a2ad6ece4763d629e7196cac02ec2',X'7B226E616D6573223A224D656C64756E67227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','queue','fahrzeuge','',1,'9d1c733bb8ae8ba30391fe5ad919f459711f307431b661f19c7608c5106381bb',X'7B2223223A323034382C226964223A22666168727A65756765222C22736572696573223A2242227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','queue','fahrzeuge','de',1,'b5554f863aff0fc494755dace2b7f0a48f78757e3289fa79aca8fe457e4c65c8',X'7B226E616D6573223A22466168727A65756765227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','service','ausweis','',1,'330c558736fb7de9921acc0ddb32ba7ffd1dcbdbac6961543ab4b66fe31e3d12',X'7B2223223A313032342C226964223A2261757377656973222C227175657565223A226D656C64756E67227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','service','ausweis','de',1,'6c9c3152e5a1871e668e56ef3f77abf0f41afd7a65530acb9e67c9c3fde422e5',X'7B226E616D6573223A22506572736F6E616C61757377656973227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','service','zulassung','',1,'88666391c96b3a59d590aa824b5162bc13556ec9459ef71e50cd9e6786a70ea7',X'7B2223223A323034382C226964223A227A756C617373756E67222C227175657565223A22666168727A65756765227D',NULL);
INSERT INTO "catalogue_record" VALUES('rathaus','service','zulassung','de',1,'acf376c3a5366811304debfe95664804c68efbf34769e5204bab7a85181db798',X'7B226E616D6573223A225A756C617373756E67227D',NULL);
CREATE TABLE catalogue_state (
	site_id TEXT NOT NULL, 
	epoch TEXT NOT NULL, 
	cursor INTEGER DEFAULT '0' NOT NULL, 
	floor INTEGER DEFAULT '0' NOT NULL, 
	version INTEGER NOT NULL, 
	seq INTEGER DEFAULT '0' NOT NULL, 
	issued_ms INTEGER NOT NULL, 
	origin TEXT NOT NULL, 
	import_n INTEGER DEFAULT '0' NOT NULL, 
	own_tiles INTEGER DEFAULT '0' NOT NULL, 
	published_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id), 
	CONSTRAINT counts CHECK (version >= 0 AND cursor >= floor AND floor >= 0), 
	CONSTRAINT own_tiles_flag CHECK (own_tiles IN (0, 1)), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "catalogue_state" VALUES('rathaus','3a48b7cc',1,0,1,1795518001,1795518001000,'toml',1,0,1795518001000);
CREATE TABLE counter (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	place TEXT DEFAULT '' NOT NULL, 
	position INTEGER DEFAULT '0' NOT NULL, 
	closed_ms INTEGER, short TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (site_id, id), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
INSERT INTO "counter" VALUES('rathaus','p1','Platz 1','',0,NULL,'');
INSERT INTO "counter" VALUES('rathaus','p2','Platz 2','',0,NULL,'');
CREATE TABLE counter_act (
	site_id TEXT NOT NULL, 
	counter_id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	op TEXT NOT NULL, 
	changes TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	undone_ms INTEGER, 
	PRIMARY KEY (site_id, counter_id, n), 
	CONSTRAINT changes_json CHECK (json_valid(changes)), 
	FOREIGN KEY(site_id, counter_id) REFERENCES counter (site_id, id), 
	UNIQUE (site_id, op)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "counter_act" VALUES('rathaus','p1',1,'operation-1','[{"type":"ticket","ticket":"0193aaaa-0000-7000-8000-000000000001","label":"B 001","before":{"state":"waiting","counter":null,"calls":0,"called_ms":null,"ended_ms":null,"origin":"hub","step":1,"kind":"wait","until_ms":null},"after":{"state":"called","counter":"p1","calls":1,"called_ms":1795518361000,"ended_ms":null,"origin":"hub","step":2,"kind":"way","until_ms":null}}]',1795518361000,NULL);
INSERT INTO "counter_act" VALUES('rathaus','p1',2,'operation-2','[{"type":"ticket","ticket":"0193aaaa-0000-7000-8000-000000000001","label":"B 001","before":{"state":"called","counter":"p1","calls":1,"called_ms":1795518361000,"ended_ms":null,"origin":"hub","step":2,"kind":"way","until_ms":null},"after":{"state":"done","counter":"p1","calls":1,"called_ms":1795518361000,"ended_ms":1795518362000,"origin":"hub","step":2,"kind":"service","until_ms":1795518362000}},{"type":"ticket","ticket":"0193aaaa-0000-7000-8000-000000000002","label":"A 001","before":{"state":"waiting","counter":null,"calls":0,"called_ms":null,"ended_ms":null,"origin":"hub","step":1,"kind":"wait","until_ms":null},"after":{"state":"called","counter":"p1","calls":1,"called_ms":1795518362000,"ended_ms":null,"origin":"hub","step":2,"kind":"way","until_ms":null}}]',1795518362000,NULL);
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
	n INTEGER NOT NULL, arrival_ms INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (site_id, day, series), 
	FOREIGN KEY(site_id, day) REFERENCES business_day (site_id, day)
)
 WITHOUT ROWID,
 STRICT

;
INSERT INTO "counter_seq" VALUES('rathaus','2026-11-24','A',0,3,1795518360000);
INSERT INTO "counter_seq" VALUES('rathaus','2026-11-24','B',0,3,1795518300000);
CREATE TABLE device (
	site_id TEXT NOT NULL, 
	token_hash TEXT NOT NULL, 
	user_id TEXT NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, token_hash), 
	FOREIGN KEY(site_id, user_id) REFERENCES user (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
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
INSERT INTO "event" VALUES('rathaus',9,'catalogue','1','{"version":1}',1795518001000);
INSERT INTO "event" VALUES('rathaus',10,'day','2026-11-24','{"day":"2026-11-24"}',1795518060000);
INSERT INTO "event" VALUES('rathaus',11,'ticket','0193aaaa-0000-7000-8000-000000000001','{"label":"B 001","queue":"fahrzeuge","state":"waiting","counter":null,"paper":"asked"}',1795518060000);
INSERT INTO "event" VALUES('rathaus',12,'ticket','0193aaaa-0000-7000-8000-000000000002','{"label":"A 001","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518120000);
INSERT INTO "event" VALUES('rathaus',13,'ticket','0193aaaa-0000-7000-8000-000000000003','{"label":"B 002","queue":"fahrzeuge","state":"waiting","counter":null,"paper":"asked"}',1795518180000);
INSERT INTO "event" VALUES('rathaus',14,'ticket','0193aaaa-0000-7000-8000-000000000004','{"label":"A 002","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518240000);
INSERT INTO "event" VALUES('rathaus',15,'ticket','0193aaaa-0000-7000-8000-000000000005','{"label":"B 003","queue":"fahrzeuge","state":"waiting","counter":null,"paper":"asked"}',1795518300000);
INSERT INTO "event" VALUES('rathaus',16,'ticket','0193aaaa-0000-7000-8000-000000000006','{"label":"A 003","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518360000);
INSERT INTO "event" VALUES('rathaus',17,'ticket','0193aaaa-0000-7000-8000-000000000007','{"label":"A 01-01","queue":"meldung","state":"waiting","counter":null,"paper":"asked"}',1795518340000);
INSERT INTO "event" VALUES('rathaus',18,'ticket','0193aaaa-0000-7000-8000-000000000007','{"label":"A 01-01","queue":"meldung","state":"cancelled","counter":null,"paper":"asked"}',1795518350000);
INSERT INTO "event" VALUES('rathaus',19,'call','0193aaaa-0000-7000-8000-000000000001','{"label":"B 001","queue":"fahrzeuge","state":"called","counter":"p1","counter_name":"Platz 1"}',1795518361000);
INSERT INTO "event" VALUES('rathaus',20,'ticket','0193aaaa-0000-7000-8000-000000000001','{"label":"B 001","queue":"fahrzeuge","state":"done","counter":"p1","paper":"asked"}',1795518362000);
INSERT INTO "event" VALUES('rathaus',21,'call','0193aaaa-0000-7000-8000-000000000002','{"label":"A 001","queue":"meldung","state":"called","counter":"p1","counter_name":"Platz 1"}',1795518362000);
INSERT INTO "event" VALUES('rathaus',22,'ticket','0193aaaa-0000-7000-8000-000000000004','{"label":"A 002","queue":"meldung","state":"cancelled","counter":null,"paper":"asked"}',1795518363000);
CREATE TABLE help_call (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	lang TEXT NOT NULL, 
	label TEXT DEFAULT '' NOT NULL, 
	opened_ms INTEGER NOT NULL, 
	acknowledged_ms INTEGER, 
	acknowledged_by TEXT, closed_ms INTEGER, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT reason_known CHECK (reason IN ('asked', 'no_paper', 'no_number', 'flood', 'device')), 
	FOREIGN KEY(site_id, acknowledged_by) REFERENCES user (site_id, id), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 STRICT

;
CREATE TABLE instance (
	site_id TEXT NOT NULL, 
	generation TEXT NOT NULL, 
	slip_key BLOB NOT NULL, 
	slot_floor INTEGER DEFAULT '0' NOT NULL, 
	since_ms INTEGER NOT NULL, clock_ms INTEGER DEFAULT '0' NOT NULL, clock_boot TEXT DEFAULT '' NOT NULL, clock_offset_ms INTEGER DEFAULT '0' NOT NULL, leap_since_ms INTEGER DEFAULT '0' NOT NULL, leap_until_ms INTEGER DEFAULT '0' NOT NULL, leap_by_ms INTEGER DEFAULT '0' NOT NULL, clock_steady_ms INTEGER DEFAULT '0' NOT NULL, clock_boot_ms INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (site_id), 
	FOREIGN KEY(site_id) REFERENCES site (id), 
	CONSTRAINT generation_128_bits CHECK (length(generation) = 32), 
	CONSTRAINT slip_key_256_bits CHECK (length(slip_key) = 32)
)
 STRICT

;
INSERT INTO "instance" VALUES('rathaus','f41b5742526a8b9d2e2aaf5b79af1ba4',X'5F352CA5C656C1D76CDBCCA9B88641FB16A31BB08EE83A910AA485CCBAD191BB',0,1795518000000,0,'',0,0,0,0,0,0);
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
INSERT INTO "interval" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000007',1,'wait','meldung',NULL,1795518090000,1795518350000);
CREATE TABLE label_alias (
	site_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	series TEXT NOT NULL, 
	slot INTEGER NOT NULL, 
	n INTEGER NOT NULL, 
	ticket_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, day, series, slot, n), 
	FOREIGN KEY(site_id, ticket_id) REFERENCES ticket (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE past_interval (
	site_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	visit INTEGER NOT NULL, 
	step INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	queue_id TEXT NOT NULL, 
	service_id TEXT NOT NULL, 
	counter_id TEXT, 
	minute INTEGER NOT NULL, 
	seconds INTEGER NOT NULL, 
	PRIMARY KEY (site_id, day, visit, step), 
	CONSTRAINT kind_known CHECK (kind IN ('wait', 'way', 'service', 'pause')), 
	CONSTRAINT within_the_day CHECK (minute BETWEEN 0 AND 1439 AND seconds >= 0), 
	FOREIGN KEY(site_id) REFERENCES site (id), 
	FOREIGN KEY(site_id, queue_id) REFERENCES queue (site_id, id), 
	FOREIGN KEY(site_id, counter_id) REFERENCES counter (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
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
INSERT INTO "queue" VALUES('rathaus','meldung','A','{"de":"Meldung"}','{}',NULL,1,999,1,0,1,NULL);
INSERT INTO "queue" VALUES('rathaus','fahrzeuge','B','{"de":"Fahrzeuge"}','{}',NULL,1,999,1,0,2,NULL);
CREATE TABLE search_miss (
	site_id TEXT NOT NULL, 
	day TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	text TEXT NOT NULL, 
	visits INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, day, terminal_id, text), 
	CONSTRAINT short_text CHECK (length(text) BETWEEN 3 AND 40), 
	CONSTRAINT several_visits CHECK (visits >= 5), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE seat (
	site_id TEXT NOT NULL, 
	counter_id TEXT NOT NULL, 
	token_hash TEXT NOT NULL, 
	since_ms INTEGER NOT NULL, 
	paused_ms INTEGER, 
	PRIMARY KEY (site_id, counter_id), 
	FOREIGN KEY(site_id, counter_id) REFERENCES counter (site_id, id), 
	FOREIGN KEY(site_id, token_hash) REFERENCES session (site_id, token_hash) ON DELETE CASCADE, 
	UNIQUE (site_id, token_hash)
)
 STRICT

;
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
CREATE TABLE signing_key (
	site_id TEXT NOT NULL, 
	kid TEXT NOT NULL, 
	state TEXT NOT NULL, 
	private TEXT NOT NULL, 
	public TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, kid), 
	CONSTRAINT state_known CHECK (state IN ('signs', 'next', 'retired')), 
	FOREIGN KEY(site_id) REFERENCES site (id), 
	UNIQUE (kid)
)
 STRICT

;
INSERT INTO "signing_key" VALUES('rathaus','cH2b8bZZxigVwKGK','signs','N5DD73CePM2m7bbWliu6TsOrD63VudqvlXgoQBBhLtI','iS4YSA7k_uj938m6JVfxgW5Vb6A4HLMenBzV-YC0oLA',1795518001000);
INSERT INTO "signing_key" VALUES('rathaus','012UkmVshWtsLK3n','next','EiiFj4-7iNgvycew2p9rjQy-V1WWRQqTJaAK8xhgMs4','wm8Q1-24SoGR5hfols-NNN9eY6WizxaN5Hl9cVfHTR4',1795518001000);
CREATE TABLE site (
	id TEXT NOT NULL, 
	town TEXT NOT NULL, 
	name TEXT NOT NULL, 
	timezone TEXT DEFAULT 'Europe/Berlin' NOT NULL, 
	base_url TEXT DEFAULT '' NOT NULL, 
	created_ms INTEGER NOT NULL, kept_days INTEGER DEFAULT '30' NOT NULL CHECK (kept_days BETWEEN 1 AND 730), 
	PRIMARY KEY (id), 
	CONSTRAINT named CHECK (length(town) BETWEEN 1 AND 200 AND length(name) BETWEEN 1 AND 200)
)
 STRICT

;
INSERT INTO "site" VALUES('rathaus','Musterstadt','Rathaus','Europe/Berlin','',1795518000000,30);
CREATE TABLE slot_grant (
	site_id TEXT NOT NULL, 
	generation TEXT NOT NULL, 
	slot INTEGER NOT NULL, 
	terminal_id TEXT NOT NULL, 
	machine TEXT NOT NULL, 
	granted_ms INTEGER NOT NULL, 
	granted_day TEXT NOT NULL, 
	retired_ms INTEGER, 
	retired_day TEXT, 
	PRIMARY KEY (site_id, generation, slot), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id), 
	CONSTRAINT slot_two_digits CHECK (slot BETWEEN 1 AND 99), 
	CONSTRAINT generation_128_bits CHECK (length(generation) = 32), 
	CONSTRAINT retired_whole CHECK ((retired_ms IS NULL) = (retired_day IS NULL))
)
 STRICT

;
INSERT INTO "slot_grant" VALUES('rathaus','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',1,'t1','m1',1795518070000,'2026-11-24',NULL,NULL);
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
INSERT INTO "terminal" VALUES('rathaus','t1','Terminal 1','',NULL,1795518000000,NULL,NULL);
CREATE TABLE terminal_order (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	args TEXT DEFAULT '{}' NOT NULL, 
	role TEXT NOT NULL, 
	given_by TEXT NOT NULL, 
	given_ms INTEGER NOT NULL, 
	expires_ms INTEGER NOT NULL, 
	told_ms INTEGER, 
	result TEXT, 
	result_detail TEXT DEFAULT '' NOT NULL, 
	result_ms INTEGER, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT result_has_its_time CHECK ((result IS NULL) = (result_ms IS NULL)), 
	CONSTRAINT args_json CHECK (json_valid(args)), 
	CONSTRAINT uuid CHECK (length(id) = 36), 
	CONSTRAINT result_known CHECK (result IN ('done', 'failed', 'expired', 'not_allowed', 'unknown_kind')), 
	FOREIGN KEY(site_id, given_by) REFERENCES user (site_id, id), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 STRICT

;
CREATE TABLE terminal_status (
	site_id TEXT NOT NULL, 
	terminal_id TEXT NOT NULL, 
	seen_ms INTEGER NOT NULL, 
	version TEXT NOT NULL, 
	catalogue_version INTEGER NOT NULL, 
	devices TEXT DEFAULT '[]' NOT NULL, 
	notes TEXT DEFAULT '[]' NOT NULL, generation TEXT DEFAULT '' NOT NULL, slot INTEGER DEFAULT '0' NOT NULL, clock_skew_ms INTEGER, manifest_seq INTEGER DEFAULT '0' NOT NULL, outbox TEXT DEFAULT '{}' NOT NULL CHECK (json_valid(outbox)), catalogue_fault TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (site_id, terminal_id), 
	CONSTRAINT status_json CHECK (json_valid(devices) AND json_valid(notes)), 
	FOREIGN KEY(site_id, terminal_id) REFERENCES terminal (site_id, id)
)
 WITHOUT ROWID,
 STRICT

;
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
	token TEXT NOT NULL, arrival_sure INTEGER DEFAULT '1' NOT NULL, origin TEXT DEFAULT 'hub' NOT NULL CHECK (origin IN ('hub', 'terminal', 'expected', 'typed', 'scanned')), 
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
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000001','done','2026-11-24','B',0,0,1,'fahrzeuge','zulassung','t1','de',100,0,1795518060000,1795518060000,'','p1',1,1795518361000,1795518362000,'asked','','00000000000000000000000000000001',1,'hub');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000002','called','2026-11-24','A',0,0,1,'meldung','ausweis','t1','de',100,1,1795518120000,1795518120000,'','p1',1,1795518362000,NULL,'asked','','00000000000000000000000000000002',1,'hub');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000003','waiting','2026-11-24','B',0,0,2,'fahrzeuge','zulassung','t1','de',100,2,1795518180000,1795518180000,'',NULL,0,NULL,NULL,'printed','','00000000000000000000000000000003',1,'hub');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000004','cancelled','2026-11-24','A',0,0,2,'meldung','ausweis','t1','de',100,3,1795518240000,1795518240000,'',NULL,0,NULL,1795518363000,'asked','','00000000000000000000000000000004',1,'hub');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000005','waiting','2026-11-24','B',0,0,3,'fahrzeuge','zulassung','t1','de',100,4,1795518300000,1795518300000,'',NULL,0,NULL,NULL,'asked','','00000000000000000000000000000005',1,'hub');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000006','waiting','2026-11-24','A',0,0,3,'meldung','ausweis','t1','de',100,5,1795518360000,1795518360000,'',NULL,0,NULL,NULL,'asked','','00000000000000000000000000000006',1,'hub');
INSERT INTO "ticket" VALUES('rathaus','0193aaaa-0000-7000-8000-000000000007','cancelled','2026-11-24','A',1,0,1,'meldung','ausweis','t1','de',100,0,1795518090000,1795518340000,'',NULL,0,NULL,1795518350000,'asked','','00000000000000000000000000000007',1,'terminal');
CREATE TABLE ticket_alias (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	ticket_id TEXT NOT NULL, 
	at_ms INTEGER NOT NULL, 
	PRIMARY KEY (site_id, id), 
	FOREIGN KEY(site_id, ticket_id) REFERENCES ticket (site_id, id), 
	CONSTRAINT another_uuid CHECK (length(id) = 36 AND id <> ticket_id)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE tile (
	site_id TEXT NOT NULL, 
	service_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	labels TEXT DEFAULT '{}' NOT NULL, 
	details TEXT DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (site_id, service_id), 
	CONSTRAINT tile_json CHECK (json_valid(labels) AND json_valid(details)), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 WITHOUT ROWID,
 STRICT

;
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
CREATE TABLE trail (
	site_id TEXT NOT NULL, 
	cut_seq INTEGER DEFAULT '0' NOT NULL, 
	cut_hash BLOB NOT NULL, 
	kept_days INTEGER DEFAULT '365' NOT NULL, 
	names_callers INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (site_id), 
	CONSTRAINT anchor CHECK (cut_seq >= 0 AND length(cut_hash) = 32), 
	CONSTRAINT kept_days_range CHECK (kept_days BETWEEN 30 AND 3650), 
	CONSTRAINT names_callers_flag CHECK (names_callers IN (0, 1)), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 STRICT

;
CREATE TABLE trail_entry (
	site_id TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	at_ms INTEGER NOT NULL, 
	user_id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	role TEXT NOT NULL, 
	address TEXT NOT NULL, 
	what TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	"before" TEXT DEFAULT '{}' NOT NULL CHECK (json_valid(before)), 
	"after" TEXT DEFAULT '{}' NOT NULL CHECK (json_valid(after)), 
	hash BLOB NOT NULL, 
	PRIMARY KEY (site_id, seq), 
	CONSTRAINT hash_256_bits CHECK (length(hash) = 32), 
	FOREIGN KEY(site_id) REFERENCES site (id)
)
 WITHOUT ROWID,
 STRICT

;
CREATE TABLE user (
	site_id TEXT NOT NULL, 
	id TEXT NOT NULL, 
	login TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_ms INTEGER NOT NULL, 
	disabled_ms INTEGER, handed_out INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (site_id, id), 
	CONSTRAINT argon2id CHECK (password_hash LIKE '$argon2id$%'), 
	CONSTRAINT role_known CHECK (role IN ('clerk', 'supervisor', 'cash_office', 'editor', 'technician', 'administrator')), 
	FOREIGN KEY(site_id) REFERENCES site (id), 
	UNIQUE (site_id, login)
)
 STRICT

;
INSERT INTO "user" VALUES('rathaus','u1','anna','Anna','clerk','$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g',1795518000000,NULL,0);
CREATE UNIQUE INDEX one_open_day ON business_day (site_id) WHERE closed_ms IS NULL;
CREATE UNIQUE INDEX counter_name_once ON counter (site_id, name) WHERE closed_ms IS NULL;
CREATE UNIQUE INDEX series_once ON queue (site_id, series) WHERE removed_ms IS NULL;
CREATE UNIQUE INDEX terminal_name_once ON terminal (site_id, name) WHERE revoked_ms IS NULL;
CREATE UNIQUE INDEX one_customer_per_counter ON ticket (site_id, counter_id) WHERE state IN ('called', 'in_service');
CREATE UNIQUE INDEX one_open_interval ON interval (site_id, ticket_id) WHERE ended_ms IS NULL;
CREATE UNIQUE INDEX never_given_while_it_waits ON ticket (site_id, series, slot, n) WHERE slot = 0 AND state IN ('issued', 'waiting', 'called', 'in_service', 'parked', 'pending_pickup');
CREATE UNIQUE INDEX slot_once ON slot_grant (site_id, slot) WHERE retired_ms IS NULL;
CREATE UNIQUE INDEX one_slot_per_terminal ON slot_grant (site_id, terminal_id) WHERE retired_ms IS NULL;
CREATE UNIQUE INDEX one_slot_per_generation ON slot_grant (site_id, generation) WHERE retired_ms IS NULL;
CREATE INDEX record_by_rev ON catalogue_record (site_id, rev);
CREATE UNIQUE INDEX one_pending_import ON catalogue_import (site_id) WHERE state = 'pending';
CREATE UNIQUE INDEX one_signs ON signing_key (site_id) WHERE state = 'signs';
CREATE UNIQUE INDEX one_comes_next ON signing_key (site_id) WHERE state = 'next';
CREATE INDEX open_orders ON terminal_order (site_id, terminal_id) WHERE result IS NULL;
CREATE INDEX standing_help ON help_call (site_id, opened_ms) WHERE closed_ms IS NULL;
CREATE INDEX device_of_user ON device (site_id, user_id);
CREATE TRIGGER trail_entry_stays BEFORE UPDATE ON trail_entry BEGIN SELECT RAISE(ABORT, 'entries of the trail are never changed'); END;
CREATE TRIGGER trail_entry_is_kept BEFORE DELETE ON trail_entry WHEN OLD.seq > coalesce((SELECT cut_seq FROM trail WHERE site_id = OLD.site_id), 0) BEGIN SELECT RAISE(ABORT, 'the trail is cut at its beginning only'); END;
CREATE TRIGGER trail_anchor_goes_on BEFORE UPDATE ON trail WHEN NEW.cut_seq < OLD.cut_seq BEGIN SELECT RAISE(ABORT, 'what was cut off does not come back'); END;
CREATE INDEX waiting_in_order ON ticket (site_id, queue_id, priority, arrival_ms, slot, n, series) WHERE state = 'waiting';
CREATE INDEX no_shows ON ticket (site_id, day, ended_ms) WHERE state = 'no_show';
CREATE INDEX calls ON event (site_id, seq, kind) WHERE kind IN ('call', 'recall');
CREATE INDEX calls_of_ticket ON event (site_id, subject, seq, kind) WHERE kind IN ('call', 'recall');
CREATE INDEX open_alarms ON alarm (site_id, raised_ms) WHERE noted_ms IS NULL;
CREATE INDEX ids_of_ticket ON ticket_alias (site_id, ticket_id);
CREATE INDEX labels_of_ticket ON label_alias (site_id, ticket_id);
COMMIT;
