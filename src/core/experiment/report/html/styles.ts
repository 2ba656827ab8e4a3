// How a report looks: in light and dark, on narrow screens and on paper.
import { html } from './markup';

export const styles = html`<style>
  :root {
    color-scheme: light dark;
    --text: #1d232b;
    --quiet: #5a6572;
    --page: #ffffff;
    --raised: #f5f7f9;
    --rule: #d9dfe6;
    --before: #98a3b0;
    --after: #2563c9;
    --second: #b4490a;
    --good: #1b7a3d;
    --bad: #b3261e;
  }
  @media screen and (prefers-color-scheme: dark) {
    :root {
      --text: #e3e7ec;
      --quiet: #9eaab8;
      --page: #16191d;
      --raised: #1f242a;
      --rule: #343c46;
      --before: #77828f;
      --after: #6ea3f7;
      --second: #f0914e;
      --good: #6cc58a;
      --bad: #f2857c;
    }
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0 auto;
    max-width: 1120px;
    padding: 24px 20px 64px;
    background: var(--page);
    color: var(--text);
    font:
      15px/1.5 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      sans-serif;
  }
  h1 {
    margin: 0 0 4px;
    font-size: 26px;
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  h2 {
    margin: 40px 0 12px;
    padding-top: 12px;
    border-top: 1px solid var(--rule);
    font-size: 19px;
  }
  h3 {
    margin: 20px 0 6px;
    font-size: 15px;
  }
  p {
    margin: 6px 0;
    overflow-wrap: anywhere;
  }
  .quiet {
    color: var(--quiet);
    font-size: 13px;
    font-weight: normal;
  }
  .tiles {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(170px, 1fr));
    gap: 12px;
    margin-top: 20px;
  }
  .tile {
    display: flex;
    flex-direction: column;
    padding: 12px 14px;
    border: 1px solid var(--rule);
    border-radius: 8px;
    background: var(--raised);
  }
  .tile strong {
    font-size: 24px;
    line-height: 1.3;
    font-variant-numeric: tabular-nums;
  }
  .legend {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--quiet);
    font-size: 13px;
  }
  .swatch {
    width: 12px;
    height: 12px;
    border-radius: 2px;
  }
  .swatch:not(:first-child) {
    margin-left: 10px;
  }
  .bar-pair {
    display: grid;
    grid-template-columns: 230px 1fr 120px;
    gap: 4px 16px;
    align-items: center;
    padding: 7px 0;
  }
  .bar-change {
    text-align: right;
    font-variant-numeric: tabular-nums;
  }
  .bar-track {
    display: grid;
    grid-template-columns: 1fr 84px;
    gap: 2px 8px;
    align-items: center;
  }
  .bar {
    display: block;
    height: 12px;
  }
  .thin .bar {
    height: 8px;
  }
  .bar > span {
    display: block;
    min-width: 1px;
    height: 100%;
    border-radius: 0 2px 2px 0;
    print-color-adjust: exact;
    -webkit-print-color-adjust: exact;
  }
  .share .bar {
    border-radius: 2px;
    background: var(--rule);
  }
  .bar-before > span,
  .swatch.bar-before {
    background: var(--before);
  }
  .bar-after > span,
  .swatch.bar-after {
    background: var(--after);
  }
  .bar-value {
    font-size: 12px;
    line-height: 14px;
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  .layer-bars {
    margin-bottom: 12px;
  }
  .layer-head,
  .layer-line {
    display: grid;
    grid-template-columns: minmax(120px, 1.1fr) 1.4fr 1fr;
    gap: 4px 16px;
    align-items: center;
    padding: 4px 0;
  }
  .layer-name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .charts {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr));
    gap: 16px;
  }
  .chart {
    margin: 0;
    padding: 12px;
    border: 1px solid var(--rule);
    border-radius: 8px;
    break-inside: avoid;
  }
  .chart svg {
    display: block;
    width: 100%;
    height: auto;
  }
  figcaption {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 2px 16px;
  }
  .chart-title {
    margin-right: auto;
    font-weight: 600;
  }
  .key {
    color: var(--quiet);
    font-size: 13px;
  }
  .key::before {
    content: '';
    display: inline-block;
    width: 20px;
    margin-right: 6px;
    border-top: 2px solid var(--after);
    vertical-align: middle;
  }
  .key-second::before {
    border-top: 2px dashed var(--second);
  }
  .key-mark::before {
    width: 0;
    height: 12px;
    border-top: none;
    border-left: 2px dotted var(--quiet);
  }
  .line {
    fill: none;
    stroke: var(--after);
    stroke-width: 2;
    stroke-linejoin: round;
  }
  .line-second {
    stroke: var(--second);
    stroke-dasharray: 6 3;
  }
  .dot {
    fill: var(--after);
  }
  .dot-second {
    fill: var(--second);
  }
  .grid {
    stroke: var(--rule);
    stroke-width: 1;
  }
  .band {
    fill: var(--raised);
  }
  .phase {
    stroke: var(--quiet);
    stroke-width: 1;
  }
  .mark {
    stroke: var(--quiet);
    stroke-width: 2;
    stroke-dasharray: 2 3;
  }
  .tick,
  .phase-label {
    fill: var(--quiet);
    font-size: 12px;
  }
  .phases,
  .notes {
    margin: 8px 0;
    padding-left: 22px;
    overflow-wrap: anywhere;
  }
  .verdict-balanced {
    color: var(--good);
  }
  .verdict-overfit,
  .verdict-underfit,
  .verdict-diverged,
  .verdict-leaking {
    color: var(--bad);
  }
  details {
    margin-top: 12px;
  }
  summary {
    cursor: pointer;
    color: var(--quiet);
  }
  .table-box {
    margin-top: 8px;
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    font-size: 13px;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 4px 12px 4px 0;
    border-bottom: 1px solid var(--rule);
    white-space: nowrap;
    text-align: left;
    vertical-align: top;
  }
  thead th {
    color: var(--quiet);
    font-weight: 600;
  }
  tbody th {
    font-weight: normal;
  }
  .figure {
    text-align: right;
  }
  .part {
    padding-left: 16px;
  }
  pre {
    margin: 8px 0;
    padding: 12px 14px;
    border: 1px solid var(--rule);
    border-radius: 8px;
    background: var(--raised);
    font:
      13px/1.45 ui-monospace,
      'Cascadia Code',
      Consolas,
      monospace;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  @media (max-width: 760px) {
    .bar-pair {
      grid-template-columns: 1fr auto;
    }
    .bar-pair .bar-track {
      grid-column: 1 / -1;
      grid-row: 2;
    }
    .layer-head,
    .layer-line {
      grid-template-columns: 1.6fr 1fr;
      padding: 6px 0;
    }
    .layer-head span:first-child,
    .layer-name {
      grid-column: 1 / -1;
    }
  }
  @media print {
    details:not([open])::details-content {
      block-size: auto;
      content-visibility: visible;
    }
    :root {
      color-scheme: light;
    }
    body {
      max-width: none;
      padding: 0;
      font-size: 11px;
    }
    .bar-pair,
    .layer-line,
    tr {
      break-inside: avoid;
    }
    h2 {
      break-after: avoid;
    }
    table {
      font-size: 8px;
    }
    th,
    td {
      padding-right: 6px;
      white-space: normal;
    }
    .table-box {
      overflow: visible;
    }
  }
</style>`;
