import { SettingError } from '@bpfleet/runtime';
import { describe, expect, it } from 'vitest';
import { parseControllerConfig } from './controller-config.ts';

describe('parseControllerConfig', () => {
  it('fills in the ports of the field', () => {
    expect(parseControllerConfig({ dataDir: '/x', agents: { port: 1 } })).toEqual({
      dataDir: '/x',
      rest: { host: '127.0.0.1', port: 7070 },
      grpc: { host: '127.0.0.1', port: 7071 },
      agents: { host: '0.0.0.0', port: 1 },
      rate: { perSecond: 100, burst: 500 },
      logLevel: 'info',
      tools: [],
      capacity: { slots: 16, overhead: 0.5 },
      retention: { days: 30, gibibytes: 50 },
    });
  });

  it.each([
    [{}, ['dataDir']],
    [{ dataDir: '/x', rest: { port: 70_000 } }, ['rest', 'port']],
    [{ dataDir: '/x', databaseUrl: 'mysql://x' }, ['databaseUrl']],
    [{ dataDir: '/x', datbaseUrl: 'x' }, ['datbaseUrl']],
    [{ dataDir: '/x', rest: { tls: { key: 'k' } } }, ['rest', 'tls', 'certificate']],
    [{ dataDir: '/x', rate: { perSecond: 0, burst: 1 } }, ['rate', 'perSecond']],
    [{ dataDir: '/x', logLevel: 'loud' }, ['logLevel']],
    [{ dataDir: '/x', capacity: { slots: 0 } }, ['capacity', 'slots']],
    [{ dataDir: '/x', retention: { days: -1 } }, ['retention', 'days']],
  ])('%j: names the setting', (settings, path) => {
    expect(() => parseControllerConfig(settings)).toThrow(expect.objectContaining({ name: SettingError.name, path }));
  });
});
