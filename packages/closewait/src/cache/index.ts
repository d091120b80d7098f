export { findCacheFolder } from './find-cache-folder.ts';
