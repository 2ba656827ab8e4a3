// package.json repeats the names of the typed table, and the bundles those of the strings: here they are compared.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands, contextKeys, settings, treeItemKinds, viewIds } from '../../src/host/contributions';
import { stringsOf, translatableStrings } from './translatableStrings';

const root = path.resolve(import.meta.dirname, '../..');

interface MenuItem {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

interface Manifest {
  readonly icon: string;
  readonly l10n: string;
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly icon?: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuItem[]>>;
    readonly viewsContainers: {
      readonly activitybar: readonly { readonly id: string; readonly icon: string }[];
    };
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly icon: string }[]>>;
    readonly viewsWelcome: readonly { readonly view: string }[];
    readonly customEditors: readonly { readonly viewType: string; readonly priority: string }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<
          string,
          { readonly default: unknown; readonly scope?: string; readonly markdownDescription?: string }
        >
      >;
    };
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly media: { readonly markdown: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly restrictedConfigurations: string[];
    };
  };
}

function readStrings(file: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Readonly<Record<string, string>>;
}

const manifestText = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(manifestText) as Manifest;
const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();
const conditions = [
  ...menuItems.map(({ when }) => when ?? ''),
  ...contributes.commands.map(({ enablement }) => enablement ?? ''),
];

describe('The table of commands', () => {
  it('is what package.json contributes', () => {
    const contributed = contributes.commands.map(({ command }) => command);
    expect(contributed.toSorted()).toEqual(Object.keys(commands).toSorted());
  });

  it('has the icons of package.json', () => {
    const icons = Object.fromEntries(contributes.commands.map(({ command, icon }) => [command, icon]));
    const expected = Object.fromEntries(Object.entries(commands).map(([id, { icon }]) => [id, icon]));
    expect(icons).toEqual(expected);
  });

  it('hides from the palette what means nothing there, and nothing else', () => {
    const hidden = (contributes.menus['commandPalette'] ?? []).map(({ command }) => command);
    const expected = Object.entries(commands).flatMap(([id, { palette }]) => (palette ? [] : [id]));
    expect(hidden.toSorted()).toEqual(expected.toSorted());
  });

  it('has an icon for everything that stands in a toolbar', () => {
    const inToolbar = menuItems.filter(({ group = '' }) => /^(inline|navigation)/.test(group));
    const iconless = inToolbar.filter(({ command }) => {
      const facts = (commands as Readonly<Record<string, { readonly icon?: string }>>)[command];
      return facts?.icon === undefined;
    });
    expect(iconless).toEqual([]);
  });

  it('knows every command that a menu, a welcome text or the walkthrough names', () => {
    const named = [
      ...menuItems.map(({ command }) => command),
      ...[...readFileSync(path.join(root, 'package.nls.json'), 'utf8').matchAll(/command:([\w.]+)/g)].map(
        ([, id]) => id ?? '',
      ),
      ...contributes.walkthroughs
        .flatMap(({ steps }) => steps)
        .flatMap(({ completionEvents }) => completionEvents)
        .map((event) => event.replace('onCommand:', '')),
    ];
    expect(named.filter((id) => !Object.hasOwn(commands, id))).toEqual([]);
    expect(named.length).toBeGreaterThan(20);
  });
});

describe('The table of settings', () => {
  it('is what package.json contributes, with defaults, scopes and descriptions', () => {
    const { properties } = contributes.configuration;
    const found = Object.entries(properties).map(([name, property]) => [
      name,
      { default: property.default, scope: property.scope },
    ]);
    expect(Object.fromEntries(found)).toEqual(settings);
    for (const property of Object.values(properties)) expect(property.markdownDescription).toMatch(/^%.+%$/);
  });

  it('knows every setting that an untrusted workspace may not decide', () => {
    const { restrictedConfigurations, supported } = manifest.capabilities.untrustedWorkspaces;
    expect(supported).toBe('limited');
    expect(restrictedConfigurations.filter((name) => !Object.hasOwn(settings, name))).toEqual([]);
    expect(restrictedConfigurations).toContain('counterweight.nodePath');
  });
});

describe('The table of context keys and views', () => {
  it('knows every key of ours that a condition asks for', () => {
    const views: readonly string[] = Object.values(viewIds);
    const asked = conditions.flatMap((when) => [...when.matchAll(/counterweight\.\w+/g)].map(([key]) => key));
    const unknown = asked.filter((key) => !Object.hasOwn(contextKeys, key) && !views.includes(key));
    expect(unknown).toEqual([]);
    expect(Object.keys(contextKeys).filter((key) => !asked.includes(key))).toEqual([]);
  });

  it('knows every kind of tree item that a condition asks for', () => {
    const kinds: readonly string[] = Object.values(treeItemKinds);
    const asked = conditions.flatMap((when) =>
      [...when.matchAll(/viewItem == ([\w.]+)/g)].map(([, kind]) => kind),
    );
    expect(asked.filter((kind) => kind === undefined || !kinds.includes(kind))).toEqual([]);
    const patterns = conditions.flatMap((when) =>
      [...when.matchAll(/viewItem =~ \/(.+?)\//g)].map(([, p]) => p),
    );
    for (const pattern of patterns) {
      const alternatives = /\((.*)\)/.exec(pattern ?? '')?.[1]?.split('|') ?? [];
      const matched = kinds.filter((kind) => new RegExp(pattern ?? '').test(kind));
      expect(matched).toHaveLength(alternatives.length);
    }
  });

  it('has the identifiers of package.json', () => {
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([viewIds.container]);
    const views = Object.values(contributes.views).flat();
    expect(views.map(({ id }) => id)).toEqual([viewIds.layers, viewIds.experiments]);
    expect(contributes.viewsWelcome.map(({ view }) => view)).toEqual([viewIds.layers, viewIds.experiments]);
    expect(contributes.customEditors.map(({ viewType }) => viewType)).toEqual([viewIds.modelEditor]);
    expect(contributes.walkthroughs.map(({ id }) => id)).toEqual([viewIds.walkthrough]);
    expect(manifest.activationEvents).toContain(`onWebviewPanel:${viewIds.panel}`);
  });

  it('wakes the extension for a reason only', () => {
    const always = manifest.activationEvents.filter((event) => /^(\*|onStartup)/.test(event));
    expect(always).toEqual([]);
  });
});

describe('Files that package.json names', () => {
  const files = [
    manifest.icon,
    ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
    ...Object.values(contributes.views)
      .flat()
      .map(({ icon }) => icon),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps).map(({ media }) => media.markdown),
  ];
  it.each(files)('has %s', (file) => {
    expect(existsSync(path.join(root, file))).toBe(true);
  });
});

describe('The walkthrough', () => {
  const pages = contributes.walkthroughs.flatMap(({ steps }) => steps).map(({ media }) => media.markdown);
  it.each(pages)('has a translation of %s', (page) => {
    expect(existsSync(path.join(root, page.replace(/\.md$/, '.nls.zh-cn.md')))).toBe(true);
  });
});

describe('Strings', () => {
  const strings = translatableStrings(root);
  const languages = ['', '.zh-cn'];

  it.each(languages)('of package.json are all in package.nls%s.json, and no others', (language) => {
    const asked = [
      ...new Set([...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key = '']) => key)),
    ].toSorted();
    const translated = Object.keys(readStrings(`package.nls${language}.json`));
    expect(translated.toSorted()).toEqual(asked);
  });

  it.each(languages)('of the code are all in the bundle l10n%s, and no others', (language) => {
    const bundle = readStrings(`${manifest.l10n}/bundle.l10n${language}.json`);
    expect([...strings.keys()].filter((text) => !Object.hasOwn(bundle, text))).toEqual([]);
    expect(Object.keys(bundle).filter((text) => !strings.has(text))).toEqual([]);
  });

  it.each(languages)('keep their placeholders, icons and links in %s', (language) => {
    const bundle = readStrings(`${manifest.l10n}/bundle.l10n${language}.json`);
    const nls = readStrings(`package.nls${language}.json`);
    const nlsEnglish = readStrings('package.nls.json');
    const pairs = [
      ...Object.entries(bundle),
      ...Object.entries(nlsEnglish).map(([key, english]): [string, string] => [english, nls[key] ?? '']),
    ];
    const broken = pairs.filter(([english, text]) => text === '' || marks(english) !== marks(text));
    expect(broken).toEqual([]);
  });

  it('are found in every way in which the code writes them', () => {
    const source = `l10n.t('it\\'s'); vscode.l10n.t("a \\"b\\"", 1);\nl10n.t(\n  'next line',\n); l10n.t(template)`;
    expect(stringsOf(source, 'here')).toEqual(["it's", 'a "b"', 'next line']);
  });

  it('may not be put together in the code', () => {
    expect(() => stringsOf("l10n.t('a' + b)", 'here')).toThrow('not a plain string');
    expect(() => stringsOf('l10n.t(`a ${b}`)', 'here')).toThrow('not a plain string');
  });
});

/** What a translation must carry over as it is. */
function marks(text: string): string {
  const found = [...text.matchAll(/\{\w+\}|\$\([\w~-]+\)|\(command:[\w.]+\)/g)].map(([mark]) => mark);
  return found.toSorted().join(' ');
}
