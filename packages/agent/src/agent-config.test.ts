import { readFileSync } from 'node:fs';
import { parseConfig } from '@bpfleet/runtime';
import { expect, test } from 'vitest';
import { defaultSpoolBytes, parseAgentConfig } from './agent-config.ts';
import { agentVersion } from './version.ts';

const parse = (text: string) => parseConfig(text, 'agent.yaml', parseAgentConfig);

test('the least that is needed, and the defaults', () => {
  expect(parse('stateDir: /var/lib/x')).toEqual({
    stateDir: '/var/lib/x',
    controller: null,
    labels: {},
    spoolBytes: defaultSpoolBytes,
    logLevel: 'info',
  });
});

test('labels become text', () => {
  expect(parse('stateDir: x\nlabels: {zone: a, rack: 7, db: true}').labels).toEqual({
    zone: 'a',
    rack: '7',
    db: 'true',
  });
});

test('who may use its own API, and what the node allows', () => {
  const listen = { address: '0.0.0.0:7073', certificate: 'c', key: 'k', ca: 'a', names: ['ci'] };
  const settings = { stateDir: 'x', socketGroup: 77, listen, policy: 'policy.yaml' };
  expect(parse(JSON.stringify(settings))).toMatchObject({ socketGroup: '77', listen, policy: 'policy.yaml' });
});

test.each([
  ['controller: a:1', /stateDir: is required/],
  ['stateDir: x\nstatedir: y', /agent\.yaml:2: statedir: is no setting/],
  ['stateDir: x\nlabels: [a]', /labels: must be a list/],
  ['stateDir: x\nlabels: {"a b": c}', /labels\.a b: is not a key/],
  ['stateDir: x\nspoolBytes: 5', /spoolBytes: must be a number of bytes, 1048576 or more/],
  ['stateDir: x\nlogLevel: loud', /logLevel: must be one of trace/],
  ['stateDir: x\nname: -a', /name: is not a name/],
  ['stateDir: x\njoinToken: 5', /joinToken: must be text/],
  ['stateDir: x\npolicy: [a]', /policy: must be text/],
  ['stateDir: x\nsocketGroup: [a]', /socketGroup: must be the name or number/],
  ['stateDir: x\nlisten: 7073', /listen: must be a list of settings/],
  ['stateDir: x\nlisten:\n  adress: a', /:3: listen\.adress: is no setting; there are address/],
  ['stateDir: x\nlisten: {address: a, certificate: b, key: c, names: [d]}', /listen\.ca: is required/],
  ['stateDir: x\nlisten: {address: a, certificate: b, key: c, ca: d}', /listen\.names: must be a list of the names/],
  ['stateDir: x\nlisten: {address: a, certificate: b, key: c, ca: d, names: []}', /listen\.names: must be a list/],
])('%s is refused', (text, words) => {
  expect(() => parse(text)).toThrow(words);
});

test('the version is the one of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(agentVersion).toBe(version);
});
