// DuckDB as a peer of zhenggai-bench, for aggregates without a word.  The
// protocol is that of pipe.c:
//
//   node duckdb.mjs index DIR < findings.ndjson
//   node duckdb.mjs query DIR < queries.ndjson
//
// Its best: values of few kinds are enums, and the two categories of a finding
// are two columns instead of a list.
import {mkdirSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {DuckDBInstance} from '@duckdb/node-api';

const [, , verb, dir] = process.argv;

async function index() {
  mkdirSync(dir);
  const instance = await DuckDBInstance.create(`${dir}/db`);
  const db = await instance.connect();
  await db.run(`CREATE TEMP TABLE raw AS SELECT status, year::SMALLINT AS year,
      unit_level, kind, region, unit, category[1] AS category,
      category[2] AS category2
    FROM read_json('/dev/stdin', format = 'newline_delimited',
      columns = {status: 'VARCHAR', year: 'INTEGER', unit_level: 'VARCHAR',
                 kind: 'VARCHAR', region: 'VARCHAR', unit: 'VARCHAR',
                 category: 'VARCHAR[]'})`);
  const few = ['status', 'unit_level', 'kind', 'region', 'unit'];
  for (const f of few)
    await db.run(
        `CREATE TYPE ${f}_t AS ENUM (SELECT DISTINCT ${f} FROM raw ORDER BY 1)`);
  await db.run(`CREATE TYPE category_t AS ENUM (SELECT DISTINCT c FROM
      (SELECT category c FROM raw UNION ALL SELECT category2 FROM raw)
      WHERE c IS NOT NULL ORDER BY 1)`);
  await db.run(`CREATE TABLE findings AS SELECT year,
      ${few.map((f) => `${f}::${f}_t AS ${f}`).join(', ')},
      category::category_t AS category, category2::category_t AS category2
    FROM raw`);
  const n = await db.runAndReadAll('SELECT count(*) FROM findings');
  await db.run('CHECKPOINT');
  console.log(String(n.getRows()[0][0]));
}

function conditions(q) {
  const all = [];
  if (q.category)
    all.push(`(category = '${q.category}' OR category2 = '${q.category}')`);
  if (q.from)
    all.push(`year BETWEEN ${q.from} AND ${q.to}`);
  return all;
}

const where = (all) => (all.length ? ` WHERE ${all.join(' AND ')}` : '');

// A finding with two categories counts in both.
function statement(q) {
  const by = q.by.join(', ');
  const all = conditions(q);
  let from = `findings${where(all)}`;
  if (q.by.includes('category')) {
    const second = q.by.map((f) => (f === 'category' ? 'category2 AS category' : f));
    from = `(SELECT ${by} FROM ${from} UNION ALL SELECT ${second.join(', ')}
      FROM findings${where([...all, 'category2 IS NOT NULL'])})`;
  }
  const top = q.top ? ` ORDER BY n DESC LIMIT ${q.top}` : '';
  return `SELECT ${by}, count(*) AS n FROM ${from} GROUP BY ${by}${top}`;
}

function fingerprint(text) {
  let h = 14695981039346656037n;
  for (const byte of Buffer.from(text))
    h = ((h ^ BigInt(byte)) * 1099511628211n) & 0xffffffffffffffffn;
  return h;
}

async function answer(db, q) {
  const start = process.hrtime.bigint();
  const rows = (await db.runAndReadAll(statement(q))).getRows();
  let total = rows.reduce((sum, row) => sum + Number(row.at(-1)), 0);
  if (q.top || q.by.includes('category')) {
    const sql = `SELECT count(*) FROM findings${where(conditions(q))}`;
    total = Number((await db.runAndReadAll(sql)).getRows()[0][0]);
  }
  const us = Number(process.hrtime.bigint() - start) / 1000;
  let sum = 0n;
  for (const row of rows) {
    const key = row.slice(0, -1).map((v) => `${v}|`).join('');
    sum += fingerprint(q.top ? `top=:${row.at(-1)}`
                             : `group=${key}:${row.at(-1)}`);
  }
  return `${total} ${us.toFixed(3)} ${sum & 0xffffffffffffffffn} -1`;
}

async function query() {
  const instance =
      await DuckDBInstance.create(`${dir}/db`, {access_mode: 'READ_ONLY'});
  const db = await instance.connect();
  await db.runAndReadAll('SELECT count(*) FROM findings');
  console.log('ready');
  for await (const line of createInterface({input: process.stdin}))
    console.log(await answer(db, JSON.parse(line)));
}

await (verb === 'index' ? index() : query());
