// The VS Code releases that the tests run in, as the npm package code-server carries them, pinned together with the
// Node that each was built for. Each row is checked by the tests that use it; adding a release is adding a row.

/** The oldest VS Code that package.json promises, and the newest one that was tried. */
export const vscodeVersions = { floor: '1.100.3', newest: '1.139.1' } as const;
export type VscodeVersion = (typeof vscodeVersions)[keyof typeof vscodeVersions];

interface CodeServerRelease {
  readonly codeServer: string;
  /** Base64 SHA-512 of the code-server tarball. */
  readonly sha512: string;
  readonly node: string;
}

export const releases: Readonly<Record<VscodeVersion, CodeServerRelease>> = {
  '1.100.3': {
    codeServer: '4.100.3',
    sha512: 'q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==',
    node: '20.20.2',
  },
  '1.139.1': {
    codeServer: '4.139.1',
    sha512: 'fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
    node: '24.21.0',
  },
};

/** npm packages that hold ready binaries of what code-server would download or compile. */
export const helperPackages = { ripgrep: '1.18.0', nodePty: '1.2.0-beta.15' } as const;
