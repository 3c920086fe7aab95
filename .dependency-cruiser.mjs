// The import rule of ARCHITECTURE.md: arrows point down only. Absent are agent-bundle and testkit, which nothing that ships imports.
const mayImport = {
  cli: ['client', 'tracer', 'compiler', 'aggregate', 'bpf', 'tools', 'agent', 'controller', 'runtime'],
  controller: ['contracts', 'compiler', 'aggregate', 'bpf', 'tools', 'runtime'],
  agent: ['contracts', 'tracer', 'aggregate', 'runtime'],
  tracer: ['compiler', 'kernel', 'aggregate', 'bpf', 'tools'],
  tools: ['aggregate', 'bpf', 'runtime'],
  client: ['contracts'],
  compiler: ['bpf', 'aggregate'],
  kernel: ['bpf'],
  contracts: ['aggregate'],
  aggregate: [],
  bpf: [],
  runtime: [],
};

const tests = '\\.test(-kit)?\\.ts$';

const layers = Object.entries(mayImport).map(([name, below]) => ({
  name: `${name}-imports-down`,
  comment: `packages/${name} may import only: ${below.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^packages/${name}/src`, pathNot: tests },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...below].join('|')})/` },
}));

const typesOnly = (from, to) => ({
  name: `${from}-imports-types-of-${to}`,
  severity: 'error',
  from: { path: `^packages/${from}/src`, pathNot: tests },
  to: { path: `^packages/${to}/`, dependencyTypesNot: ['type-only'] },
});

export default {
  forbidden: [
    ...layers,
    typesOnly('compiler', 'aggregate'),
    {
      name: 'pure-packages',
      comment: 'These run in a browser.',
      severity: 'error',
      from: { path: '^packages/(aggregate|bpf|compiler)/src', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'A grammar is recursive, and so are the parsers and printers of it.',
      severity: 'error',
      from: { path: '^packages', pathNot: '^packages/compiler/src/syntax/(parse|print)' },
      to: { circular: true },
    },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { path: '^packages/(?!testkit)', pathNot: tests },
      to: { path: '^packages/testkit/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|dist' },
    exclude: { path: '/gen/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['bpfleet-source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
