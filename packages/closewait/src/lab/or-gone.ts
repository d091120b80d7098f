/**
 * Asks the kernel about a process or a descriptor that may go between two calls: null where it has gone. A zombie's tables and
 * namespaces are gone too (ENOENT), and it may answer no more (EACCES).
 */
export function orGone<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code))) {
      return null;
    }
    throw error;
  }
}
