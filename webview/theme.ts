// The theme's colours for what CSS cannot colour: canvases and charts. One observer for the page; whoever draws listens
// and draws anew when the reader changes the theme.
import { Emitter, type Event } from '../src/shared/base/events';
import { visibleOn } from './charts/contrast';
import { heatmapColors, luminance, type HeatmapColors, type Rgb } from './heatmap/colorMap';

export interface Theme {
  readonly foreground: string;
  readonly dimForeground: string;
  readonly background: string;
  readonly gridLine: string;
  /** Values that a quantized number can have, and the band that they fill where they are many. */
  readonly gridLevel: string;
  readonly gridBand: string;
  readonly focus: string;
  /** The two series of every comparison. */
  readonly before: string;
  readonly after: string;
  readonly error: string;
  /** Where something went wrong. */
  readonly failure: string;
  readonly fontFamily: string;
  readonly fontSize: number;
  readonly heatmap: HeatmapColors;
}

export interface ThemeSource {
  readonly current: () => Theme;
  readonly onDidChange: Event<Theme>;
}

/** Reads the theme and watches it: VS Code sets the variables on <html> and the kind on <body>. */
export function watchTheme(): ThemeSource {
  let theme = readTheme();
  const changed = new Emitter<Theme>();
  const observer = new MutationObserver(() => {
    theme = readTheme();
    changed.fire(theme);
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-kind'] });
  return { current: () => theme, onDidChange: changed.event };
}

function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const color = (name: string, fallback: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const background = color('editor-background', '#ffffff');
  const foreground = color('foreground', color('editor-foreground', '#3b3b3b'));
  const page = toRgb(background);
  const ground = luminance(page) < 0.2 ? 'dark' : 'light';
  const visible = (wanted: string): string => toCss(visibleOn(page, toRgb(wanted), toRgb(foreground)));
  const before = visible(color('charts-blue', '#3794ff'));
  const after = visible(style.getPropertyValue('--counterweight-theme-after').trim() || foreground);
  // Legends and bars are coloured by the style sheets.
  document.body.style.setProperty('--counterweight-before', before);
  document.body.style.setProperty('--counterweight-after', after);
  const error = visible(color('charts-purple', '#b180d7'));
  document.body.style.setProperty('--counterweight-level', error);
  return {
    foreground,
    dimForeground: color('descriptionForeground', foreground),
    background,
    gridLine: `color-mix(in srgb, ${foreground} 18%, transparent)`,
    gridLevel: `color-mix(in srgb, ${foreground} 45%, transparent)`,
    gridBand: `color-mix(in srgb, ${foreground} 9%, transparent)`,
    focus: color('focusBorder', foreground),
    before,
    after,
    error,
    failure: color('charts-red', foreground),
    fontFamily: style.fontFamily,
    fontSize: Math.max(10, Number.parseFloat(style.fontSize) - 2),
    heatmap: heatmapColors(ground, page),
  };
}

function toCss([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Any CSS colour as bytes; the browser's own parser reads it. */
function toRgb(color: string): Rgb {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context) return [128, 128, 128];
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}
