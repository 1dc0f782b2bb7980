// The arrows of docs/architecture.md, held in CI.
const core = '^packages/core/src/'
const adapters = '^packages/(postgres|redis|mongo)/'
const published = '^(packages/(core|postgres|redis|mongo|sync-bridge|store-conformance|dashboard)|apps/cli)/src/'

/** The layers of core, lowest first: each may import itself and what stands before it. */
const layers = [
  ['model'],
  ['store/port'],
  ['store'],
  ['observe'],
  ['client', 'worker', 'schedule', 'locks', 'maintenance'],
  ['runtime'],
]

const upward = layers.slice(0, -1).map((layer, index) => {
  const above = layers.slice(index + 1).flat()
  const inside = layer.join('|')
  return {
    name: `core-${layer.join('-')}-imports-nothing-above`,
    comment: `${layer.join(', ')} may import only what stands lower: model <- store port <- client, worker <- runtime.`,
    severity: 'error',
    from: {
      path: `${core}(${inside})/`,
      pathNot: ['\\.test\\.ts$', ...(layer[0] === 'store' ? [`${core}store/port/`] : [])],
    },
    to: { path: `${core}(${above.join('|')})(/|\\.ts$)`, pathNot: `${core}(${inside})/` },
  }
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle means that two files are one in two pieces.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...upward,
    {
      name: 'core-entries-are-doors',
      comment: 'index.ts and store.ts say what core exports; inside core nobody goes through them.',
      severity: 'error',
      from: { path: core, pathNot: '\\.test\\.ts$' },
      to: { path: `${core}(index|store)\\.ts$` },
    },
    {
      name: 'core-imports-no-package-of-ours',
      comment: 'Adapters, the sync bridge and the applications know core; core knows none of them.',
      severity: 'error',
      from: { path: core },
      to: { path: '^(packages/(?!core/)|apps/|benchmarks/)' },
    },
    {
      name: 'core-has-no-driver',
      comment:
        'All that core imports from npm is croner, hashes and the types of Standard Schema: what a browser could load too.',
      severity: 'error',
      from: { path: core, pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '(croner|@noble|@standard-schema)',
      },
    },
    {
      name: 'adapters-stand-alone',
      comment: 'An adapter imports core and its driver, never another adapter, the sync bridge or an application.',
      severity: 'error',
      from: { path: `${adapters}src/` },
      to: { path: '^(packages/(?!core/)|apps/|benchmarks/)', pathNot: '^packages/$1/' },
    },
    {
      name: 'packages-meet-at-their-doors',
      comment: 'One package imports another by its name, never a file inside it.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^packages/([^/]+)/src/', pathNot: ['^$1/$2/', '^packages/[^/]+/src/(index|store|vitest)\\.ts$'] },
    },
    {
      name: 'sources-import-no-tests',
      severity: 'error',
      from: { path: '/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '(/test/|\\.test\\.ts$)' },
    },
    {
      name: 'published-code-declares-its-dependencies',
      comment: 'What a published package imports stands in its dependencies or peerDependencies.',
      severity: 'error',
      from: { path: published, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm-peer', 'type-only'] },
    },
    { name: 'all-imports-resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(packages|apps)/[^/]+/dist/', '^benchmarks/bench-results/', '^(packages|apps)/.*\\.d\\.ts$'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
}
