export { type HtmlPage, htmlPage, htmlText } from './html-page.ts';
