export { type HtmlPage, htmlPage, htmlText } from './html-page.ts';
export {
  type PictureLane,
  type PictureRow,
  type PictureSide,
  type PictureTone,
  type SequencePicture,
} from './sequence/picture.ts';
export { drawPictureSvg, PICTURE_STYLE } from './sequence/svg-picture.ts';
export { formatPicture } from './sequence/text-picture.ts';
export { buildStates } from './states/build-states.ts';
export { drawStatesSvg } from './states/draw-svg.ts';
export { formatExplainedState } from './states/explain-page.ts';
export { STATE_KNOWLEDGE } from './states/knowledge.ts';
export { type ExplainedState, STATES_SCHEMA_ID, type StatesDocument } from './states/states-document.ts';
export { formatStates, type StatesPageOptions } from './states/states-page.ts';
