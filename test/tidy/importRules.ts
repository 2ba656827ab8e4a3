// Who may import whom, as data. A file belongs to the longest folder that holds it; what its folder does not name is
// forbidden. test/, scripts/ and configuration may import anything.

/** Folders of the house and the folders that each may import besides itself. */
export const folderRules: Readonly<Record<string, readonly string[]>> = {
  'src/shared/base': [],
  'src/shared/contracts': ['src/shared/base'],
  'src/core/ir': ['src/shared/base'],
  'src/core/operators': ['src/core/ir', 'src/shared/base'],
  'src/core/formats': ['src/core/ir', 'src/core/operators', 'src/shared/base'],
  'src/core/runtime': ['src/core/ir', 'src/core/operators', 'src/shared/base'],
  'src/core/data': ['src/core/ir', 'src/shared/base'],
  'src/core/architectures': ['src/core/ir', 'src/core/operators', 'src/shared/base'],
  'src/core/analysis': [
    'src/core/ir',
    'src/core/operators',
    'src/core/formats',
    'src/core/runtime',
    'src/core/data',
    'src/shared',
  ],
  'src/core/training': [
    'src/core/ir',
    'src/core/operators',
    'src/core/formats',
    'src/core/runtime',
    'src/core/data',
    'src/core/analysis',
    'src/shared',
  ],
  'src/core/compression': [
    'src/core/ir',
    'src/core/operators',
    'src/core/formats',
    'src/core/runtime',
    'src/core/data',
    'src/core/analysis',
    'src/core/training',
    'src/shared',
  ],
  'src/core/experiment': ['src/core', 'src/shared'],
  'src/engine': ['src/core', 'src/shared'],
  'src/cli': ['src/core', 'src/shared'],
  'src/host': ['src/shared'],
  webview: ['src/shared'],
};

/** Folders whose subfolders must not import each other: a format or a method knows no other. */
export const siblingFolders: readonly string[] = ['src/core/formats', 'src/core/compression'];

/** Subfolders of those that stand for no format and no method: what several of their siblings work with. */
export const sharedSiblings: readonly string[] = ['src/core/compression/reconstruction'];

/** Where only types may be imported from, and who is bound by that; not of what the page and reports both compute. */
export const typesOnly = {
  importer: 'src/core',
  imported: 'src/shared/contracts',
  except: ['src/shared/contracts/journey'] as readonly string[],
} as const;

/** Who imports each package: one folder, but for the two that are a language of the whole house. */
export const packageRules: Readonly<Record<string, readonly string[]>> = {
  vscode: ['src/host'],
  'onnxruntime-node': ['src/core/runtime'],
  'onnxruntime-web': ['src/core/runtime'],
  // ONNX is protobuf, and so are the events of TensorBoard.
  '@bufbuild/protobuf': ['src/core/formats/onnx', 'src/core/experiment/tensorboard'],
  '@vscode/tree-sitter-wasm': ['src/host/sourceCode'],
  'vscode-jsonrpc': ['src/shared/contracts'],
  'chart.js': ['webview'],
  'chartjs-plugin-annotation': ['webview'],
  'chartjs-plugin-zoom': ['webview'],
  '@vscode-elements/elements': ['webview'],
  '@vscode/codicons': ['webview'],
  commander: ['src/cli'],
  // Data and recipes as files, and recipes as they are typed.
  yaml: ['src/core/data', 'src/host/recipes'],
  yauzl: ['src/core/data'],
  'csv-parse': ['src/core/data'],
  pngjs: ['src/core/data'],
  'jpeg-js': ['src/core/data'],
  'ml-matrix': ['src/core/analysis'],
  'crc-32': ['src/core/experiment/tensorboard'],
  'd3-scale': ['src/core/experiment/report'],
  'd3-shape': ['src/core/experiment/report'],
  // Checks of what a person wrote.
  zod: ['src/core'],
  // The reader's language, wherever a sentence is shown.
  '@vscode/l10n': ['src/host', 'webview'],
};

/** Folders below a package's folder that do without it: the engine's process is started and tested without VS Code. */
export const packageExceptions: readonly { readonly name: string; readonly folder: string }[] = [
  { name: 'vscode', folder: 'src/host/engine' },
];

/** Folders that must run where there is no Node. */
export const withoutNode: readonly string[] = ['src/shared', 'src/core/ir', 'webview'];
