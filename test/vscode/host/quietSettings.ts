// User settings that keep a fresh VS Code window still, so that a test meets only what it asked for.

export type Settings = Readonly<Record<string, unknown>>;

/** The colour themes that the panel is looked at in: their names in the theme picker, and the marks of the
 * window and of the page in it. */
export const themes = {
  dark: { label: 'Dark Modern', workbenchClass: 'vs-dark', pageKind: 'vscode-dark' },
  light: { label: 'Light Modern', workbenchClass: 'vs', pageKind: 'vscode-light' },
  highContrastDark: {
    label: 'Dark High Contrast',
    workbenchClass: 'hc-black',
    pageKind: 'vscode-high-contrast',
  },
  highContrastLight: {
    label: 'Light High Contrast',
    workbenchClass: 'hc-light',
    pageKind: 'vscode-high-contrast-light',
  },
} as const;
export type Theme = keyof typeof themes;

export const quietSettings: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.list.smoothScrolling': false,
  'workbench.reduceMotion': 'on',
  'workbench.colorTheme': 'Default Dark Modern',
  // Tooltips cover what is clicked next.
  'workbench.hover.delay': 600_000,
  // Newer versions open some editors as overlays that swallow keys.
  'workbench.editor.useModal': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.autoDetectColorScheme': false,
  'window.autoDetectHighContrast': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.autoDetect': 'off',
  'typescript.disableAutomaticTypeAcquisition': true,
  'json.schemaDownload.enable': false,
  'editor.smoothScrolling': false,
  'editor.cursorBlinking': 'solid',
  'editor.hover.delay': 50,
  'files.autoSave': 'off',
  'terminal.integrated.gpuAcceleration': 'off',
};
