import { describe, expect, it } from 'vitest';
import { htmlPage, htmlText } from './html-page.ts';

describe('htmlText', () => {
  it('leaves nothing that a browser would take for markup, in elements and in attributes', () => {
    expect(htmlText(`<img src=x onerror="alert('1')">&`)).toBe(
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;',
    );
  });
});

describe('htmlPage', () => {
  it('is one document that names nothing to fetch and lets no script run', () => {
    const page = htmlPage({ title: 'a < b', body: '<p>hello</p>' });
    expect(page).toContain('<title>a &lt; b</title>');
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/https?:|<script|<link|src=/);
  });
});
