// The page of the panel and of the model editor: nothing but references to the bundle, under a policy that lets
// nothing else load or run.
import { randomBytes } from 'node:crypto';
import { stringsElementId } from '../../shared/contracts/panelContract';

export interface PageParts {
  readonly cspSource: string;
  /** URIs as the webview loads them. */
  readonly script: string;
  readonly style: string;
  readonly title: string;
  /** BCP 47, like zh-cn. */
  readonly language: string;
  /** Translated strings by their English. */
  readonly strings: Readonly<Record<string, unknown>>;
}

export function panelHtml({ cspSource, script, style, title, language, strings }: PageParts): string {
  const nonce = randomBytes(16).toString('base64url');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} blob: data:`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="UTF-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${escapeHtml(style)}">
</head>
<body>
<script type="application/json" id="${stringsElementId}">${escapeJson(strings)}</script>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] ?? sign,
  );
}

/** JSON that cannot end the script element that it stands in. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}
