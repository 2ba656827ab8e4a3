// A chart of lines over epochs as SVG, drawn without a browser. Colours come from the page's style, so that the picture
// follows light and dark; lines differ in their strokes too, for whoever does not see the colours.
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import { html, type Markup } from './markup';

export interface ChartLine {
  readonly label: string;
  /** The look of the line: `first` and `second` as the style sheet defines them. */
  readonly tone: 'first' | 'second';
  /** The line is drawn piece by piece: each is a list of places, without those that have no number. */
  readonly pieces: readonly (readonly ChartPoint[])[];
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

/** A stretch of the chart with a name. */
export interface ChartPhase {
  readonly from: number;
  readonly to: number;
  readonly label: string;
}

export interface ChartMark {
  readonly x: number;
  readonly label: string;
}

export interface LineChart {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  /** Phases with names are told apart by their background. */
  readonly phases: readonly ChartPhase[];
  /** The place that is marked, and what it is. */
  readonly mark?: ChartMark;
  readonly xLabel: string;
  readonly format: (value: number) => string;
  /** Bounds of the values that are always shown, like 0 and 1 of a fraction. */
  readonly bounds?: readonly [number, number];
  /** Powers of ten at equal distances, where all values are positive. */
  readonly logarithmic?: true;
}

const size = { width: 640, height: 260 } as const;
const margin = { top: 26, right: 16, bottom: 38, left: 64 } as const;

/** The figure with its legend; undefined where there is nothing to draw. */
export function lineChart(chart: LineChart): Markup | undefined {
  const points = chart.lines.flatMap(({ pieces }) => pieces.flat());
  if (points.length === 0) return undefined;
  const x = scaleLinear(
    extent(
      points.map((point) => point.x),
      chart.phases.flatMap(({ from, to }) => [from, to]),
    ),
    [margin.left, size.width - margin.right],
  );
  const values = extent(
    points.map((point) => point.y),
    chart.bounds ?? [],
  );
  const range: [number, number] = [size.height - margin.bottom, margin.top];
  const isLogarithmic = chart.logarithmic && values[0] > 0;
  const y = isLogarithmic ? scaleLog(values, range).nice() : scaleLinear(values, range).nice();
  const path = line<ChartPoint>(
    (point) => rounded(x(point.x)),
    (point) => rounded(y(point.y)),
  );
  const yTicks = isLogarithmic ? y.ticks(4) : y.ticks(5);
  return html`<figure class="chart">
    <figcaption>
      <span class="chart-title">${chart.title}</span>
      ${chart.lines.map(({ label, tone }) => html`<span class="key key-${tone}">${label}</span>`)}
      ${chart.mark && html`<span class="key key-mark">${chart.mark.label}</span>`}
    </figcaption>
    <svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${spoken(chart)}">
      ${chart.phases.map((phase, i) => phaseBand(phase, i, x))}
      ${yTicks.map(
        (tick) =>
          html`<line
              class="grid"
              x1="${margin.left}"
              x2="${size.width - margin.right}"
              y1="${rounded(y(tick))}"
              y2="${rounded(y(tick))}"
            /><text class="tick" x="${margin.left - 8}" y="${rounded(y(tick) + 4)}" text-anchor="end"
              >${chart.format(tick)}</text
            >`,
      )}
      ${wholeTicks(x).map(
        (tick) =>
          html`<text
            class="tick"
            x="${rounded(x(tick))}"
            y="${size.height - margin.bottom + 18}"
            text-anchor="middle"
            >${tick}</text
          >`,
      )}
      <text class="tick" x="${size.width - margin.right}" y="${size.height - 4}" text-anchor="end">
        ${chart.xLabel}
      </text>
      ${chart.mark && markLine(chart.mark, x)}
      ${chart.lines.flatMap(({ pieces, tone }) =>
        pieces.map((piece) =>
          piece.length === 1
            ? html`<circle
                class="dot dot-${tone}"
                cx="${rounded(x(piece[0]!.x))}"
                cy="${rounded(y(piece[0]!.y))}"
                r="3"
              />`
            : html`<path class="line line-${tone}" d="${path(piece) ?? ''}" />`,
        ),
      )}
    </svg>
  </figure>`;
}

type XScale = ReturnType<typeof scaleLinear<number, number>>;

function phaseBand({ from, to, label }: ChartPhase, index: number, x: XScale): Markup {
  const [left, right] = [x(from), x(to)];
  // The list of phases below the charts has those that do not fit.
  const shown = 7 * label.length <= right - left - 6 ? label : '';
  return html`${index % 2 === 1 && html`<rect class="band" x="${rounded(left)}" y="${margin.top}" width="${rounded(right - left)}" height="${size.height - margin.top - margin.bottom}" />`}${index > 0 && html`<line class="phase" x1="${rounded(left)}" x2="${rounded(left)}" y1="${margin.top - 8}" y2="${size.height - margin.bottom}" />`}<text
      class="phase-label"
      x="${rounded(left + 4)}"
      y="${margin.top - 10}"
      >${shown}</text
    >`;
}

function markLine({ x: place }: ChartMark, x: XScale): Markup {
  const at = rounded(x(place));
  return html`<line
    class="mark"
    x1="${at}"
    x2="${at}"
    y1="${margin.top}"
    y2="${size.height - margin.bottom}"
  />`;
}

/** Epochs are whole. */
function wholeTicks(x: XScale): readonly number[] {
  return x.ticks(8).filter(Number.isInteger);
}

/** What the picture shows in a sentence: from where to where each line goes. */
function spoken({ title, lines, format, xLabel }: LineChart): string {
  const ways = lines.flatMap(({ label, pieces }) => {
    const all = pieces.flat();
    const [first, last] = [all[0], all.at(-1)];
    return first && last ? [`${label} from ${format(first.y)} to ${format(last.y)}`] : [];
  });
  return `${title} over ${xLabel}s: ${ways.join('; ')}.`;
}

function extent(values: readonly number[], others: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of [...values, ...others]) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  // A line needs some height.
  return low < high ? [low, high] : low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
