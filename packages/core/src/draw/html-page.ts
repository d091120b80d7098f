/** A self-contained page: nothing of it is fetched, so it can be mailed, and opened years later. */
export interface HtmlPage {
  /** Text, not markup. */
  readonly title: string;
  /** Markup; whatever comes from outside went through {@link htmlText}. */
  readonly body: string;
  /** Style rules of this page, after the common ones. */
  readonly style?: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A text as markup that shows it, in elements and in quoted attributes.
 *
 * @example
 * htmlText('<b>') // '&lt;b&gt;'
 */
export function htmlText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const COMMON_STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #ffffff; --faint: #5b6470; --line: #d5dae1; --panel: #f5f7f9;
  --good: #14713d; --good-paper: #e3f5ea; --warn: #8a5300; --warn-paper: #fdf1dc; --alarm: #a8191d; --alarm-paper: #fde7e7;
  --accent: #1f5fbf; --accent-paper: #e6eefb; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e7ec; --paper: #14171b; --faint: #9aa4b0; --line: #343b44;
  --panel: #1c2127; --good: #67d492; --good-paper: #12301f; --warn: #f0b85a; --warn-paper: #362808; --alarm: #ff8f8f;
  --alarm-paper: #3d1719; --accent: #86b4ff; --accent-paper: #172b4d; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .4rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; }
p { max-width: 46rem; margin: .5rem 0; } a { color: var(--accent); } .faint { color: var(--faint); }
code, pre, .mono { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .88em; }
`.trim();

/** The whole document. Its policy refuses scripts and everything that would have to be fetched. */
export function htmlPage({ title, body, style = '' }: HtmlPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${htmlText(title)}</title>
<style>
${COMMON_STYLE}
${style.trim()}
</style>
</head>
<body>
${body.trim()}
</body>
</html>
`;
}
