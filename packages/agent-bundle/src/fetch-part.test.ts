import { expect, test } from 'vitest';
import { hasIntegrity } from './fetch-part.ts';

const pinned = 'sha512-MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw==';

test.each([
  ['the package that was pinned', 'data', false],
  ['the pinned bytes', 'hello', true],
])('%s', (_, bytes, is) => {
  expect(hasIntegrity(Buffer.from(bytes), integrityOf(is))).toBe(is);
});

test('half a download is not the package', () => {
  expect(hasIntegrity(Buffer.from('hel'), pinned)).toBe(false);
});

/** Of "hello", as `openssl dgst -sha512 -binary | base64` prints it. */
function integrityOf(is: boolean): string {
  return is
    ? 'sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw=='
    : pinned;
}
