import { readdirSync, readlinkSync } from 'node:fs';

/** How many network namespaces a process keeps by descriptors. */
export function namespacesOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => linkOf(`${folder}/${fd}`).startsWith('net:[')).length;
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    // Closed between the two calls.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
