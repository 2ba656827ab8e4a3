// Text that is put into markup, whatever it holds.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, markupText, type Content } from '../../../../src/core/experiment/report/html/markup';

const text = (content: Content): string => markupText(html`<b title="${content}">${content}</b>`);

describe('html', () => {
  it('escapes what could end a text or an attribute', () => {
    expect(text(`<script>"'\`&amp;`)).toBe(
      '<b title="&lt;script&gt;&quot;&#39;&#96;&amp;amp;">&lt;script&gt;&quot;&#39;&#96;&amp;amp;</b>',
    );
  });

  it('lets no text become markup, and loses none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const [, inner = ''] = /^<b title="[^"]*">([^<]*)<\/b>$/.exec(text(value)) ?? [];
        const read = inner.replace(
          /&(?:amp|lt|gt|quot|#39|#96);/g,
          (entity) =>
            ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#96;': '`' })[entity] ??
            '',
        );
        expect(read).toBe(value.replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd'));
      }),
    );
  });

  it('keeps markup, lists and numbers, and makes nothing of nothing', () => {
    const items = ['<', 2].map((item) => html`<li>${item}</li>`);
    const list = markupText(html`<p>${items}${undefined}${false}${0}</p>`);
    expect(list).toBe('<p><li>&lt;</li><li>2</li>0</p>');
  });
});
