import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-controller.ts';
import { byteaArray, int4Array, int8Array, timestamptzArray } from './binary-array.ts';

let server: TestServer;
let database: DataSource;
beforeAll(async () => {
  server = await startTestServer();
  database = (await server.database()).source;
});
afterAll(() => server.stop());

const int8 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('arrays in binary form', () => {
  it.each<[string, fc.Arbitrary<{ sent: Buffer; values: readonly unknown[] }>]>([
    ['int4', fc.array(fc.integer()).map((values) => ({ sent: int4Array(values), values }))],
    ['int8', fc.array(int8).map((values) => ({ sent: int8Array(values), values: values.map(String) }))],
    [
      'timestamptz',
      fc
        .array(fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }))
        .map((values) => ({ sent: timestamptzArray(values), values })),
    ],
    [
      'bytea',
      fc
        .array(fc.option(fc.uint8Array({ maxLength: 20 })))
        .map((values) => ({ sent: byteaArray(values), values: values.map((each) => each && Buffer.from(each)) })),
    ],
  ])('of %s are what PostgreSQL reads', async (type, arrays) => {
    await fc.assert(
      fc.asyncProperty(arrays, async ({ sent, values }) => {
        const rows: { value: unknown }[] = await database.query(
          `select value from unnest($1::${type}[]) with ordinality as each (value, place) order by place`,
          [sent],
        );
        expect(rows.map(({ value }) => value)).toEqual(values);
      }),
    );
  });
});
